"""Requests to compare parsers with: made by hand, made from a grammar, and mutated."""

import random

from attacks.lib.ambiguous import CHUNKED, END, GET, HELLO, HOST, LENGTH, NEXT, POST, cases

CRLF = b"\r\n"
MUTATED_AT_MOST = 4096  # bytes
# What mutations put in.
ODD = [b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b":", b";", b",", b"-", b"+", b"0", b"1", b"f",
       b"x", b"\x0b", b"\x7f", b"\x80", b"\xc3\xa9", b"\xff", b"\"", b"chunked", b"identity",
       b"Content-Length: 5\r\n", CHUNKED, b"0\r\n\r\n", b"\r\n\r\n", NEXT]


def by_hand():
    """Name and bytes: those of attacks/, and more that are not about smuggling."""
    for case in cases():
        yield case.name, case.data
    yield from lines()
    yield from fields()
    yield from bodies()


def posted(line=b"POST /a HTTP/1.1", more=b"", host=HOST):
    """A request whose body looks like a request, and a request."""
    return line + CRLF + host + more + LENGTH + CRLF + NEXT + NEXT


def lines():
    for method in (b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT", b"get",
                   b"M-SEARCH", b"PROPFIND", b"X" * 300, b"!#$%&'*+-.^_`|~"):
        yield f"method {method!r:.30}", posted(method + b" /a HTTP/1.1")
    for target in (b"*", b"a", b"/?", b"/??", b"/a?b=c&d", b"/a#b", b"/%", b"/%00", b"/\xc3\xa9",
                   b"/\xff", b"/\x7f", b"/\"<>\\^`{|}", b"http://", b"http://a:b/", b"a:80", b"//",
                   b"?", b"/" + 7000 * b"x", b"/" + 9000 * b"x"):
        yield f"target {target!r:.30}", posted(b"PUT " + target + b" HTTP/1.1")
    for version in (b"HTTP/1.2", b"HTTP/0.9", b"HTTP/3.0", b"HTTP/1.", b"HTTP/1", b"HTTP/01.1",
                    b"HTTPS/1.1", b"HTP/1.1", b"ICE/1.0", b"RTSP/1.0", b"SIP/2.0", b"hTTP/1.1",
                    b"HTTP/1.1 ", b" HTTP/1.1"):
        yield f"version {version!r}", posted(b"POST /a " + version)
    for ends in (b"\n", b"\r\n\r\n", b"\r\n\r\n\r\n", b"\n\n", b"\r", b" \r\n"):
        yield f"{ends!r} between two", GET + CRLF + ends + NEXT
        yield f"{ends!r} behind a body", POST + LENGTH + CRLF + NEXT + ends + NEXT
        yield f"{ends!r} behind chunks", POST + CHUNKED + HELLO + ends + NEXT
        yield f"{ends!r} first", ends + GET + CRLF
    yield "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + NEXT


def fields():
    for number in (0, 1, 28, 29, 30, 31, 60, 98):
        more = b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(number))
        yield f"{number} fields, then a length", posted(more=more)
        yield f"{number} fields, then chunks", POST + more + CHUNKED + HELLO + NEXT
        yield f"{number} fields around the length", POST + more + LENGTH + more + CRLF + NEXT + NEXT
    for field in (b"X:", b"X: ", b"X:\t y \t", b"X: y:z", b"X-\xc3\xa9: y", b"X: \xff", b"X(: y",
                  b"X/: y", b"X@: y", b"X: \x7f", b"X: \x1b", b"X\x7f: y", b"\"X\": y", b"X;a: y",
                  b"X=: y", b"X: " + 9000 * b"y", 5000 * b"X" + b": y"):
        yield f"field {field!r:.30}", posted(more=field + CRLF)
    for host in (b"", b"Host:\r\n", b"Host: \r\n", b"Host: a b\r\n", b"Host: a, b\r\n",
                 b"Host: a/b\r\n", b"Host: [::1]:80\r\n", b"Host: a:b\r\n", b"hOST: a\r\n",
                 b"Host: \xff\r\n", b"Host: a\0b\r\n"):
        yield f"host {host!r}", posted(host=host)
    for value in (b"close", b"Close", b"keep-alive", b"keep-alive, close", b"close, x", b"upgrade",
                  b"", b"x"):
        for version in (b"HTTP/1.1", b"HTTP/1.0"):
            yield (f"{version!r}, Connection: {value!r}",
                   posted(b"POST /a " + version, b"Connection: " + value + CRLF))
    for protocol in (b"websocket", b"h2c", b"TLS/1.0", b"x"):
        more = b"Connection: upgrade\r\nUpgrade: " + protocol + CRLF
        yield f"upgrade to {protocol!r}", posted(more=more)


def bodies():
    for size in (1, 9, 10, 15, 16, 255, 256, 65535, 65536, 200_000):
        body = bytes(n % 251 for n in range(size))
        for digits in (b"%x", b"%X", b"%08x"):
            yield (f"chunk of {size}, {digits!r}",
                   POST + CHUNKED + CRLF + digits % size + CRLF + body + END + NEXT)
        yield f"body of {size}", POST + b"Content-Length: %d\r\n\r\n" % size + body + NEXT
        yield (f"body of {size}, one is missing",
               POST + b"Content-Length: %d\r\n\r\n" % (size + 1) + body)
    yield "70 chunks", POST + CHUNKED + CRLF + 70 * b"1\r\nx\r\n" + b"0\r\n\r\n" + NEXT
    yield "30 in a row", 30 * (POST + CHUNKED + HELLO + NEXT)


class Grammar:
    """Requests that are right, or wrong in some places."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.wrong = 0.0

    def pick(self, right, wrong):
        """One of the right ones; sometimes one of the wrong ones."""
        return self.random.choice(wrong if self.random.random() < self.wrong else right)

    def connection(self):
        """One to three requests."""
        self.wrong = self.random.choice((0, 0.02, 0.1))
        return b"".join(self.request() for _ in range(self.random.randint(1, 3)))

    def request(self):
        return self.message([self.pick([b"Host: a"], [b"", b"Host: a\r\nHost: b", b"Host : a"])])

    def message(self, lines):
        """A message with these header lines and others."""
        end = self.pick([CRLF], [b"\n", b"\r", b"\r\r\n", b" \r\n"])
        coding = self.random.choice((None, "length", "chunked"))
        body = self.body(coding)
        lines += self.framing(coding, len(body))
        lines += [self.field() for _ in range(self.random.choice((0, 1, 3, 28, 31)))]
        self.random.shuffle(lines)
        head = end.join([self.first_line(), *filter(None, lines)])
        return head + end + self.pick([CRLF], [b"\n", b"", b"\r\n\r\n"]) + body

    def first_line(self):
        method = self.pick([b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS"],
                           [b"FOO", b"get", b"P@ST", b"", b"POST\0", b"\r\nPOST"])
        target = self.pick([b"/", b"/a", b"/a?b", b"/a%20b"],
                           [b"*", b"", b"a b", b"/\xe9", b"http://x/"])
        version = self.pick([b"HTTP/1.1"],
                            [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"http/1.1", b"HTTP/1.1 "])
        return self.pick([b" "], [b"  ", b"\t", b"", b"\x0b"]).join((method, target, version))

    def body(self, coding):
        content = self.random.randbytes(self.random.choice((0, 1, 5, 5, 16, 300)))
        if self.random.random() < 0.2:
            content = NEXT
        if coding == "chunked":
            return self.chunks(content)
        return content if coding else b""

    def chunks(self, content):
        coded = b""
        while content:
            size = self.random.randint(1, len(content))
            line = self.pick([b"%x", b"%X", b"%04x"],
                             [b"%x;a=b", b"%x ", b" %x", b"0x%x", b"+%x", b"%x;", b"%x\t", b"1%x",
                              b"-%x", b"%x;\n"])
            coded += line % size + self.pick([CRLF], [b"\n", b"\r", b"", b"\r\n\r\n"])
            coded += content[:size] + self.pick([CRLF], [b"\n", b"", b"\r", b"xx"])
            content = content[size:]
        last = self.pick([b"0"], [b"00", b"000000000", b"0;a", b"0 ", b"", b"-0", b"0x0"])
        trailer = self.pick([b""], [b"X: y\r\n", b"X\r\n", b"\r"])
        return coded + last + CRLF + trailer + self.pick([CRLF], [b"\n", b""])

    def framing(self, coding, size):
        """The fields that say where the body ends."""
        length = self.named(self.pick([b"Content-Length", b"content-length"],
                                      [b"Content-Length ", b"Content_Length", b" Content-Length"]),
                            self.pick([b"%d" % size],
                                      [b"%d " % size, b"0%d" % size, b"+%d" % size, b"-%d" % size,
                                       b"0x%d" % size, b"%d\0" % size, b"%d,%d" % (size, size), b"",
                                       b"%d" % (size + 1), b"%d" % max(0, size - 1)]))
        chunked = self.named(self.pick([b"Transfer-Encoding", b"TRANSFER-ENCODING"],
                                       [b"Transfer-Encoding ", b"Transfer_Encoding",
                                        b"\tTransfer-Encoding"]),
                             self.pick([b"chunked", b"Chunked"],
                                       [b"identity", b"gzip, chunked", b"chunked, chunked", b"",
                                        b"chunked ", b"xchunked", b"chunked;a", b"chunked,",
                                        b"\"chunked\""]))
        right = {"length": [length], "chunked": [chunked], None: []}[coding]
        return self.pick([right], [[], [length], [chunked], [length, chunked], [length, length],
                                   [chunked, chunked]])

    def named(self, name, value):
        return name + self.pick([b": ", b":"], [b" :", b"", b":\t", b":\r\n "]) + value

    def field(self):
        name = self.pick([b"X", b"Accept", b"x-y"],
                         [b"", b"X ", b" X", b"X(", b"X\0", b"\xe9", b"Connection", b"Expect",
                          b"Upgrade"])
        value = self.pick([b"y", b"", b"a:b", b"\xc3\xa9"],
                          [b"a\rb", b"a\0b", b"a\nb", b"a\r\n b", b"close", b"100-continue",
                           b"\x7f"])
        return self.named(name, value)


def mutated(rng, data):
    """The bytes, changed in one to three places."""
    for _ in range(rng.randint(1, 3)):
        at, end = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
        short = data[at:min(end, at + rng.randint(1, 40))]
        data = rng.choice((
            data[:at] + rng.choice(ODD) + data[at:],
            data[:at] + data[at + 1:],
            data[:at] + rng.choice(ODD) + data[at + 1:],
            data[:at] + bytes([rng.randrange(256)]) + data[at + 1:],
            data[:end] + short + data[end:],
            data[:at] + data[at + len(short):],
        ))
    return data


def random_ones(seed, number):
    """Name and bytes; the same for the same seed."""
    rng, grammar = random.Random(f"{seed} mutations"), Grammar(f"{seed} grammar")
    seeds = [data for _, data in by_hand() if len(data) <= MUTATED_AT_MOST]
    for n in range(number):
        made = grammar.connection()
        yield f"grammar {n}", made
        yield f"mutation {n}", mutated(rng, rng.choice((made, rng.choice(seeds))))
