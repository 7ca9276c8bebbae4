from concurrent.futures import ThreadPoolExecutor

PRIMES = {10: 4, 1000: 168, 100000: 9592}


def try_out(trial):
    server = trial.serve("-l", "http://127.0.0.1:PORT", "-t", 3)
    url = server.url("http")

    def count(below):
        return trial.curl(f"{url}/primes?below={below}")

    with ThreadPoolExecutor(8) as together:
        asked = list(PRIMES) * 4
        for below, answer in zip(asked, together.map(count, asked)):
            trial.check(f"below {below}", answer, f"{PRIMES[below]} primes below {below}\n")
        # The threads of the server are busy for long, its event loop is not.
        busy = [together.submit(trial.curl, "--max-time", 1, f"{url}/primes?below=4000000000")
                for _ in range(3)]
        trial.check("meanwhile", trial.curl(url), "try /primes?below=1000000\n")
        trial.check("no answer yet", [job.result() for job in busy], ["", "", ""])
    trial.check("no number", count("many"), "use ?below=NUMBER\n")
