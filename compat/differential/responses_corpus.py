"""Responses to compare parsers with."""

from attacks.lib.ambiguous import CHUNKED, END, HELLO
from requests_corpus import CRLF, Grammar, MUTATED_AT_MOST, mutated

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: 5\r\n"
SECOND = OK + b"Content-Length: 6\r\n\r\nsecond"


def by_hand():
    """Name and bytes."""
    yield from first_lines()
    yield from lengths()
    yield from chunks()
    yield "LF as line ends", b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"
    yield "fold", OK + b"X: y\r\n z\r\n" + LENGTH + b"\r\nhello"
    yield "head cut short", OK + LENGTH
    yield "nothing", b""
    yield "no head", b"hello"
    yield "until the end", OK + b"\r\nhello"


def first_lines():
    for status in (b"100", b"101", b"102", b"103", b"199", b"200", b"201", b"204", b"205", b"206",
                   b"301", b"304", b"404", b"500", b"599", b"600", b"999", b"99", b"20", b"2000",
                   b"20x", b"-1", b"000"):
        for fields in (b"", LENGTH, b"Content-Length: 0\r\n", CHUNKED):
            body = HELLO[2:] if fields == CHUNKED else b"hello"
            yield (f"{status!r}, {fields!r}",
                   b"HTTP/1.1 " + status + b" x\r\n" + fields + CRLF + body + SECOND)
    for line in (b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.1  200 OK", b"HTTP/1.0 200 OK",
                 b"HTTP/1.2 200 OK", b"HTTP/2.0 200 OK", b"http/1.1 200 OK", b"HTTP/1 200 OK",
                 b"HTTPS/1.1 200 OK", b" HTTP/1.1 200 OK", b"HTTP/1.1\t200 OK", b"ICY 200 OK",
                 b"HTTP/1.1 200 \xe9", b"HTTP/1.1 200 a\0b", b"HTTP/1.1 200 a\rb",
                 b"HTTP/1.1 +200 OK", b"HTTP/1.1 200OK"):
        yield f"line {line!r}", line + CRLF + LENGTH + CRLF + b"hello"
        yield f"line {line!r}, chunks", line + CRLF + CHUNKED + HELLO


def lengths():
    for value in (b"+5", b"-5", b"5,5", b"5, 6", b"0x5", b"5;", b"", b"5 ", b"\t5", b"05", b"5\0",
                  b"5 5", b"18446744073709551621", b"18446744073709551615", b"4", b"6"):
        yield f"length {value!r}", OK + b"Content-Length: " + value + b"\r\n\r\nhello"
    for name in (b"Content-Length ", b" Content-Length", b"Content-Length\0", b"Content_Length",
                 b"X: y\rContent-Length"):
        yield f"name {name!r}", OK + name + b": 3\r\n\r\nhello"
    for number in (31, 99):
        yield (f"{number} fields, then a length",
               OK + number * b"X: y\r\n" + LENGTH + b"\r\nhello" + SECOND)
    yield "length and chunks", OK + LENGTH + CHUNKED + HELLO
    yield "chunks and length", OK + CHUNKED + LENGTH + HELLO
    yield "two lengths", OK + LENGTH + b"Content-Length: 4\r\n\r\nhello"
    yield "the same length twice", OK + LENGTH + LENGTH + b"\r\nhello"


def chunks():
    for value in (b"identity", b"gzip, chunked", b"chunked, chunked", b"chunked ", b"xchunked", b"",
                  b"Chunked", b"chunked;a=b", b",chunked"):
        yield f"coding {value!r}", OK + b"Transfer-Encoding: " + value + CRLF + HELLO
    for size in (b"5;a=b", b"5 ", b" 5", b"0x5", b"+5", b"5\n", b"", b"g", b"05",
                 b"ffffffffffffffff5", b"100000005"):
        yield f"chunk size {size!r}", OK + CHUNKED + CRLF + size + b"\r\nhello" + END
    yield "trailer", OK + CHUNKED + b"\r\n0\r\nX: y\r\n\r\n"
    yield "chunks cut short", OK + CHUNKED + b"\r\n5\r\nhel"
    yield "no last chunk", OK + CHUNKED + b"\r\n5\r\nhello\r\n"


class Responses(Grammar):
    """Responses that are right, or wrong in some places."""

    def connection(self):
        """A response, perhaps behind an interim one."""
        self.wrong = self.random.choice((0, 0.02, 0.1))
        interim = self.random.choice((b"", b"", b"HTTP/1.1 100 Continue\r\n\r\n"))
        return interim + self.message([])

    def first_line(self):
        status = self.pick([b"200", b"204", b"304", b"404"], [b"101", b"20", b"2000", b"x", b""])
        version = self.pick([b"HTTP/1.1", b"HTTP/1.0"],
                            [b"HTTP/2.0", b"HTTP/1.2", b"http/1.1", b""])
        reason = self.pick([b"OK", b"Not Found", b""], [b"a\rb", b"a\0b", b"\xe9"])
        return self.pick([b" "], [b"  ", b"\t", b""]).join((version, status, reason))


def random_ones(seed, number):
    """Name and bytes; the same for the same seed."""
    grammar = Responses(f"{seed} responses")
    seeds = [data for _, data in by_hand() if 0 < len(data) <= MUTATED_AT_MOST]
    for n in range(number):
        made = grammar.connection()
        yield f"grammar {n}", made
        yield f"mutation {n}", mutated(grammar.random, grammar.random.choice((made, *seeds)))
