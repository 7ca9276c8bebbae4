"""Guessing passwords, by Basic and by Digest."""

# History: password guessing | guesses are slowed, nonces count once

import base64
import hashlib
import re

from .lib.tree import plant
from .lib.wire import get

REALM, USER, PASSWORD = "attacks", "joe", "correct horse"
FAILURES = 20  # default of auth_max_failures
GUESSES = 100
ATTACKER, OTHER = "127.0.0.2", "127.0.0.3"


def run(arena):
    folder = arena.folder / "passwords"
    folder.mkdir()
    root = plant(folder)
    users = folder / "users"
    secret = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
    users.write_text(f"{USER}:{REALM}:{secret}\n")
    for scheme in (basic, digest):
        against(arena, root, users, scheme)
    alike(arena, root, users)


def basic(_port, _source, user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def digest(port, source, user, password):
    head = get(port, "/a.txt", source).head.decode("latin-1")
    challenges = re.findall(r"(?im)^WWW-Authenticate: *(Digest .*)$", head)
    nonces = [re.search(r'nonce="([^"]+)"', text) for text in challenges if "SHA-256" not in text]
    nonce = nonces[0].group(1) if nonces and nonces[0] else "none was given"

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    secret = md5(f"{user}:{REALM}:{password}")
    response = md5(f"{secret}:{nonce}:00000001:c0ffee:auth:{md5('GET:/a.txt')}")
    return (f'Authorization: Digest username="{user}", realm="{REALM}", nonce="{nonce}", '
            f'uri="/a.txt", qop=auth, nc=00000001, cnonce="c0ffee", response="{response}"')


def attempt(port, source, scheme, user, password):
    return get(port, "/a.txt", source, [scheme(port, source, user, password)])


def guarded(arena, root, users, **options):
    return arena.server("target", "-d", root, global_auth_file=users, auth_domain=REALM, **options)


def against(arena, root, users, scheme):
    name = scheme.__name__
    server = guarded(arena, root, users)
    first = get(server.port, "/a.txt", OTHER)
    arena.row(f"{name}: no password", "401 with a challenge",
              f"{first.status}, {first.fields.get('www-authenticate', 'none')[:30]}",
              first.status == 401 and "www-authenticate" in first.fields)
    answers = [attempt(server.port, ATTACKER, scheme, USER, f"guess {i}") for i in range(GUESSES)]
    statuses = [answer.status for answer in answers]
    refused, slowed = statuses.count(401), statuses.count(429)
    arena.row(f"{name}: {GUESSES} guesses", f"{FAILURES} x 401, then 429",
              f"{refused} x 401, {slowed} x 429, {statuses.count(200)} x 200",
              statuses[:FAILURES] == [401] * FAILURES and refused <= FAILURES + 1
              and slowed == GUESSES - refused)
    after = answers[-1].fields.get("retry-after", "")
    arena.row(f"{name}: Retry-After", "<= 70 s", after or "none",
              after.isdigit() and 1 <= int(after) <= 70)
    locked = attempt(server.port, ATTACKER, scheme, USER, PASSWORD).status
    arena.row(f"{name}: right guess, too late", "429", str(locked), locked == 429)
    wrong = attempt(server.port, OTHER, scheme, USER, PASSWORD + "!").status
    right = attempt(server.port, OTHER, scheme, USER, PASSWORD).status
    arena.row(f"{name}: the owner elsewhere", "401 if wrong, 200 if right", f"{wrong}, {right}",
              (wrong, right) == (401, 200))
    arena.stop(server)


def alike(arena, root, users):
    """Who exists can't be found out."""
    server = guarded(arena, root, users, auth_max_failures=0)
    seen = []
    for user in (USER, "nobody"):
        answer = attempt(server.port, ATTACKER, basic, user, "guess")
        text = answer.head.decode("latin-1") + answer.body.decode("latin-1")
        seen.append((answer.status, re.sub(r'nonce="[^"]*"|Date: [^\r]*', "", text)))
    arena.row("unknown user, wrong password", "401, the same answer",
              f"{seen[0][0]} and {seen[1][0]}, {'the same' if seen[0] == seen[1] else 'different'}",
              seen[0] == seen[1] and seen[0][0] == 401)
    arena.stop(server)
