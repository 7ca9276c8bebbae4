"""Requests that proxies and servers are known to disagree about.

In each, /a is what everybody sees and /s what somebody might see behind it. An outcome is what a
server may make of it: a list of (method, target, body).
"""

NAME = b"case-000"  # each case has its own, of the same length
HOST = b"Host: " + NAME + b"\r\n"
POST = b"POST /a HTTP/1.1\r\n" + HOST
GET = b"GET /a HTTP/1.1\r\n" + HOST
NEXT = b"GET /s HTTP/1.1\r\n" + HOST + b"\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(NEXT)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"\r\n0\r\n\r\n"
HELLO = b"\r\n5\r\nhello\r\n0\r\n\r\n"

NOTHING = []
A = [("GET", "/a", b"")]
EMPTY = [("POST", "/a", b"")]
FIVE = [("POST", "/a", b"hello")]
WHOLE = [("POST", "/a", NEXT)]
S = [("GET", "/s", b"")]


class Case:
    """Bytes, and what a server may make of them."""

    def __init__(self, name, data, *outcomes):
        self.name, self.data, self.outcomes = name, data, outcomes or (NOTHING,)

    def numbered(self, number):
        """The same case with a host of its own, so that many can be told apart."""
        own = NAME[:-3] + b"%03d" % number
        outcomes = [[(method, target.replace(NAME.decode(), own.decode()), body.replace(NAME, own))
                     for method, target, body in outcome] for outcome in self.outcomes]
        return Case(self.name, self.data.replace(NAME, own), *outcomes)


def cases():
    """The corpus; case number N names its host case-N."""
    every = [*lengths(), *encodings(), *chunks(), *heads(), *targets()]
    return [case.numbered(number) for number, case in enumerate(every)]


def lengths():
    yield Case("CL, TE", POST + b"Content-Length: 4\r\n" + CHUNKED + END + NEXT)
    yield Case("TE, CL", POST + CHUNKED + b"Content-Length: 4\r\n" + END + NEXT)
    yield Case("TE, CL over all", POST + CHUNKED + LENGTH + b"\r\n" + NEXT)
    yield Case("CL.0 + TE", POST + b"Content-Length: 0\r\n" + CHUNKED + HELLO + NEXT)
    yield Case("GET with CL and TE", GET + LENGTH + CHUNKED + END + NEXT)
    yield Case("two CLs", POST + b"Content-Length: 0\r\n" + LENGTH + b"\r\n" + NEXT)
    yield Case("two CLs, other order", POST + LENGTH + b"Content-Length: 0\r\n\r\n" + NEXT)
    yield Case("the same CL twice", POST + 2 * LENGTH + b"\r\n" + NEXT, NOTHING, WHOLE)
    for value in (b"+5", b"-5", b"5 5", b"5,5", b"5, 5", b"5, 6", b"0x5", b"5;", b"5.0", b"5e0",
                  b"5Z", b"", b"\"5\"", b"5\t6", b"5\x0b", b"\x0b5", b"5\x00", b"\xa05", b"0 5",
                  b"1_0", b"18446744073709551621", b"4294967301", b"99999999999999999999999",
                  b"--5", b"5\r"):
        yield Case(f"CL {value!r}", POST + b"Content-Length: " + value + b"\r\n\r\nhello" + NEXT)
    for value in (b"05", b"5 ", b"\t5", b"0000000000000000000005"):
        yield Case(f"CL {value!r}", POST + b"Content-Length: " + value + b"\r\n\r\nhello",
                   NOTHING, FIVE)
    for name in (b"Content-Length ", b"Content-Length\t", b" Content-Length", b"Content-Length\0",
                 b"Content-Length\x0b", b"Content\rLength", b"\0Content-Length",
                 b"X: y\rContent-Length", b"X: y\0\r\n\x01Content-Length"):
        yield Case(f"name {name!r}", POST + name + b": %d\r\n\r\n" % len(NEXT) + NEXT)
    yield Case("no colon", POST + b"Content-Length 5\r\n\r\nhello")
    yield Case("GET with a body", GET + LENGTH + b"\r\n" + NEXT, NOTHING,
               [("GET", "/a", NEXT)])
    yield Case("GET with bytes and no length", GET + b"\r\nhello", NOTHING, A)
    yield Case("POST without a length", POST + b"\r\n" + b"hello", NOTHING, EMPTY)
    yield Case("Content_Length", GET + b"Content_Length: 5\r\n\r\n" + NEXT, NOTHING, A, A + S)
    yield Case("Connection: Content-Length", POST + LENGTH + b"Connection: Content-Length\r\n\r\n"
               + NEXT, NOTHING, WHOLE)
    yield Case("Expect", POST + b"Expect: 100-continue\r\n" + LENGTH + b"\r\n" + NEXT, NOTHING,
               WHOLE)
    yield Case("unknown Expect", POST + b"Expect: 100-continued\r\n" + LENGTH + b"\r\n" + NEXT,
               NOTHING, WHOLE)


def encodings():
    for value in (b"xchunked", b"chunkedx", b"chunked, chunked", b"identity", b"chunked, identity",
                  b"identity, chunked", b"gzip, chunked", b"chunked, gzip", b",chunked",
                  b"chunked,", b"\"chunked\"", b"'chunked'", b"chunked;q=1", b"chunked\x0b",
                  b"\x0bchunked", b"chunked\x00", b"\x00chunked", b"chu nked", b"chunk", b"", b"x",
                  b"\xa0chunked", b"chunked\xff", b"\rchunked", b"chunked\r", b"cow", b"[chunked]",
                  b"chunke\xe4"):
        yield Case(f"TE {value!r}", POST + b"Transfer-Encoding: " + value + b"\r\n" + HELLO + NEXT)
    for value in (b"chunked ", b"chunked\t", b"\tchunked", b" chunked", b"Chunked", b"CHUNKED"):
        yield Case(f"TE {value!r}", POST + b"Transfer-Encoding:" + value + b"\r\n" + HELLO + NEXT,
                   NOTHING, FIVE + S)
    yield Case("two TEs", POST + CHUNKED + b"Transfer-Encoding: identity\r\n" + HELLO + NEXT)
    yield Case("two TEs, other order", POST + b"Transfer-Encoding: identity\r\n" + CHUNKED + HELLO
               + NEXT)
    yield Case("the same TE twice", POST + 2 * CHUNKED + HELLO + NEXT)
    for name in (b"Transfer-Encoding ", b"Transfer-Encoding\t", b" Transfer-Encoding",
                 b"Transfer-Encoding\0", b"Transfer\0-Encoding", b"X: y\rTransfer-Encoding",
                 b"X: y\n Transfer-Encoding", b"Transfer-Encoding\x0b", b"\xefTransfer-Encoding"):
        yield Case(f"name {name!r}", POST + name + b": chunked\r\n" + HELLO + NEXT)
    yield Case("folded TE", POST + b"Transfer-Encoding:\r\n chunked\r\n" + HELLO + NEXT)
    yield Case("folded TE, tab", POST + b"Transfer-Encoding:\r\n\tchunked\r\n" + HELLO + NEXT)
    yield Case("TE in a fold", POST + b"X: y\r\n Transfer-Encoding: chunked\r\n" + LENGTH + b"\r\n"
               + NEXT)
    yield Case("Transfer_Encoding", GET + b"Transfer_Encoding: chunked\r\n" + END + NEXT, NOTHING,
               A)
    for version in (b"HTTP/1.0", b"HTTP/0.9"):
        yield Case(f"TE in {version!r}", b"POST /a " + version + b"\r\n" + HOST + CHUNKED + HELLO
                   + NEXT)
    yield Case("TE and CL in HTTP/1.0", b"POST /a HTTP/1.0\r\n" + HOST + CHUNKED + LENGTH + b"\r\n"
               + NEXT)


def chunks():
    for size in (b"0x5", b"+5", b"-5", b"5 5", b"", b" 5", b"g", b"5,", b"5.", b"5h", b"5\0",
                 b"5\x0b", b"10000000000000005", b"ffffffffffffffff5", b"ffffffffffffffff",
                 b"8000000000000005", b"fffffffffffffffb", b"7fffffffffffffff", b"100000005",
                 b"5\r", b"\n5", b"5\n"):
        yield Case(f"chunk size {size!r}", POST + CHUNKED + b"\r\n" + size + b"\r\nhello" + END
                   + NEXT)
    for size in (b"5;ext", b"5;a=b", b"5;a=\"b\"", b"5 ", b"5\t;a", b"05", b"00000000000000000005",
                 b"5;"):
        yield Case(f"chunk size {size!r}", POST + CHUNKED + b"\r\n" + size + b"\r\nhello" + END
                   + NEXT, NOTHING, FIVE + S)
    for size in (b"5;\nx", b"5;a=\rb", b"5;a=b\nc", b"5;\0", b"5;a=\x01"):
        yield Case(f"chunk extension {size!r}", POST + CHUNKED + b"\r\n" + size + b"\r\nhello" + END
                   + NEXT)
    yield Case("long chunk extension", POST + CHUNKED + b"\r\n5;" + 100_000 * b"e" + b"\r\nhello"
               + END + NEXT, NOTHING, FIVE + S)
    chunk = b"\r\n%x\r\n" % len(NEXT) + NEXT
    yield Case("request in a chunk", POST + CHUNKED + chunk + END + NEXT, WHOLE + S)
    yield Case("request in a body", POST + LENGTH + b"\r\n" + NEXT + NEXT, WHOLE + S)
    yield Case("chunk without CRLF", POST + CHUNKED + b"\r\n5\r\nhelloXX0\r\n\r\n" + NEXT)
    yield Case("chunk with LF", POST + CHUNKED + b"\r\n5\nhello\r\n0\r\n\r\n" + NEXT)
    yield Case("chunk ended by LF", POST + CHUNKED + b"\r\n5\r\nhello\n0\r\n\r\n" + NEXT)
    yield Case("chunk too long", POST + CHUNKED + b"\r\n5\r\nhello, world" + END + NEXT)
    yield Case("last chunk without an end", POST + CHUNKED + b"\r\n0\r\n" + NEXT)
    yield Case("last chunk with LF", POST + CHUNKED + b"\r\n0\n\n" + NEXT)
    yield Case("trailer", POST + CHUNKED + b"\r\n0\r\nContent-Length: 40\r\n\r\n" + NEXT, NOTHING,
               EMPTY + S)
    yield Case("trailer with LF", POST + CHUNKED + b"\r\n0\r\nX: y\n\n" + NEXT, NOTHING, EMPTY + S)
    yield Case("trailer, bare CR", POST + CHUNKED + b"\r\n0\r\nX: y\r\r" + NEXT)


def heads():
    for count in (29, 30, 31, 35, 90):
        yield Case(f"CL behind {count} others", POST + count * b"X: y\r\n" + LENGTH + b"\r\n"
                   + NEXT, NOTHING, WHOLE)
        yield Case(f"TE behind {count} others", POST + count * b"X: y\r\n" + CHUNKED + HELLO + NEXT,
                   NOTHING, FIVE + S)
    for count in (100, 101, 200, 1000):
        yield Case(f"CL behind {count} others", POST + count * b"X: y\r\n" + LENGTH + b"\r\n"
                   + NEXT)
        yield Case(f"TE behind {count} others", POST + count * b"X: y\r\n" + CHUNKED + HELLO + NEXT)
    yield Case("empty name", POST + b": y\r\n" + LENGTH + b"\r\n" + NEXT)
    yield Case("colon alone", POST + b":\r\n" + LENGTH + b"\r\n" + NEXT)
    yield Case("NUL in a value", POST + b"X: a\0b\r\n" + LENGTH + b"\r\n" + NEXT)
    yield Case("bare CR in a value", POST + b"X: a\rb\r\n" + LENGTH + b"\r\n" + NEXT)
    yield Case("bare CRs as line ends", GET + b"X: y\r\r" + NEXT)
    yield Case("LF as line end", (POST + LENGTH).replace(b"\r", b"") + b"\n" + NEXT, NOTHING,
               WHOLE)
    yield Case("LF CR LF", GET + b"\n\r\n" + NEXT, NOTHING, A, A + S)
    yield Case("CR LF LF", GET + b"X: y\r\n\n" + NEXT, NOTHING, A + S)
    yield Case("fold", GET + b"X: y\r\n z\r\n\r\n")
    yield Case("white space first", b"GET /a HTTP/1.1\r\n " + HOST + b"\r\n")
    yield Case("two Hosts", GET + b"Host: elsewhere\r\n\r\n")
    yield Case("the same Host twice", GET + HOST + b"\r\n")
    yield Case("close, and more", GET + b"Connection: close\r\n\r\n" + NEXT, NOTHING, A)
    yield Case("HTTP/1.0, and more", b"GET /a HTTP/1.0\r\n" + HOST + b"\r\n" + NEXT, NOTHING, A,
               A + S)
    yield Case("upgrade to h2c", GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
               b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n" + NEXT, NOTHING, A, A + S)
    yield Case("forged X-Front", GET + b"X-Front: forged\r\n\r\n" + NEXT, A + S)


def targets():
    # Odd, but nobody takes them for two requests.
    for line in (b"GET /a HTTP/9.9", b"GET /a HTTP/2.0", b"GET /a http/1.1", b"(GET) /a HTTP/1.1",
                 b"GET: /a HTTP/1.1"):
        yield Case(f"line {line!r}", line + b"\r\n" + HOST + b"\r\n", NOTHING,
                   [(line.split()[0].decode(), "/a", b"")])
    for line in (b"GET /a HTTP/1.10", b"GET /a HTTP/1.1 x", b"GET /a", b"GET  HTTP/1.1",
                 b"GET /a\0b HTTP/1.1", b"GET /a\x01 HTTP/1.1", b"GET\t/a\tHTTP/1.1",
                 b"GET /a\rb HTTP/1.1", b"G\0T /a HTTP/1.1", b"GET /a b HTTP/1.1",
                 b" GET /a HTTP/1.1", b"GET /a HTTP/1.1\r", b"GET /a HTTP/+1.1",
                 b"GET /a HTTP/1.1\0"):
        yield Case(f"line {line!r}", line + b"\r\n" + HOST + b"\r\n")
    for line, target in ((b"GET http://elsewhere/a HTTP/1.1", "http://elsewhere/a"),
                         (b"GET http://case-000/a HTTP/1.1", "http://case-000/a"),
                         (b"GET //elsewhere/a HTTP/1.1", "//elsewhere/a"),
                         (b"GET http://case-000@elsewhere/a HTTP/1.1",
                          "http://case-000@elsewhere/a")):
        yield Case(f"line {line!r}", line + b"\r\n" + HOST + b"\r\n", NOTHING, A,
                   [("GET", target, b"")])
    yield Case("empty lines first", b"\r\n\r\n" + GET + b"\r\n", NOTHING, A)
    yield Case("pipelined (control)", GET + b"\r\n" + NEXT, A + S)
    yield Case("chunked (control)", POST + CHUNKED + HELLO + NEXT, FIVE + S)
