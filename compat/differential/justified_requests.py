"""Where the library accepts a request and another parser does not, and why that is harmless.

Who refuses a request closes the connection, so that no byte of it can be taken for another one.
There is no row for the dangerous differences, another body (`differs`) or waiting for more of it
(`partial`): they are never justified.

A row: the parsers that are stricter; whether they refuse the request ITSELF or what comes BEHIND
it; what it must look like for that; the RFC section; why it is harmless.
"""

import re

ITSELF, BEHIND = 0, 1
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# Those that llhttp and thus Node know.
METHODS = b"""ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY
    MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT
    SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE""".split()


def lines(request):
    return re.split(rb"\r?\n", request.head)


def version(request):
    return lines(request)[0][-8:]


def fields(request):
    """Name in lower case, and what follows the colon."""
    return [(name.lower(), value) for name, _, value in
            (line.partition(b":") for line in lines(request)[1:] if line)]


def values(request, wanted):
    return [value for name, value in fields(request) if name == wanted]


def no_token(request):
    return not re.fullmatch(TOKEN, request.name)


def unknown_method(request):
    return request.name not in METHODS


def lower_case_method(request):
    return re.search(rb"[^A-Z_-]", request.name)


def connect_or_trace(request):
    return request.name in (b"CONNECT", b"TRACE")


def odd_target(request):
    return re.search(rb"^[^/]|/\.\.|%(?![0-9A-Fa-f]{2})|%00|[\"<>\\^`{|}]|[^!-~]", request.target)


def other_version(request):
    return version(request) not in (b"HTTP/1.0", b"HTTP/1.1")


def wide_blanks(request):
    return b"  " in lines(request)[0]


def bare_lf(request):
    return re.search(rb"(?<!\r)\n", request.head)


def odd_name(request):
    return any(not re.fullmatch(TOKEN, name) for name, _ in fields(request))


def odd_host(request):
    hosts = values(request, b"host")
    return len(hosts) != 1 or not re.fullmatch(rb"(?!:)[^\0- /,\x7f-\xff]+", hosts[0].strip(b" "))


def tab_in_framing(request):
    return any(b"\t" in value for name, value in fields(request)
               if name in (b"content-length", b"transfer-encoding"))


def long_length(request):
    return any(len(value) > 20 for value in values(request, b"content-length"))


def two_expectations(request):
    return len(values(request, b"expect")) > 1


def closes(request):
    old = version(request)[5:6] == b"0" or version(request)[7:] == b"0"
    return old or any(b"close" in value.lower() for value in values(request, b"connection"))


def asks_for_upgrade(request):
    return values(request, b"upgrade") and values(request, b"connection")


ROWS = [
    ("h11 hyper", ITSELF, no_token, "9110 9.1",
     "the method does not frame a request, and programs choose among methods"),
    ("nginx", ITSELF, lower_case_method, "9110 9.1", "the same, nginx wants A-Z"),
    ("llhttp", ITSELF, unknown_method, "9110 9.1", "the same, llhttp has a list"),
    ("nginx llhttp", ITSELF, connect_or_trace, "9110 9.3",
     "not served by them; programs see them as other methods"),
    ("nginx llhttp h11 hyper", ITSELF, odd_target, "9112 3.2",
     "the target does not frame a request; file serving has its own checks"),
    ("nginx llhttp h11 hyper", ITSELF, other_version, "9112 2.3",
     "framed as HTTP/1.1; before 1.0, Transfer-Encoding is refused"),
    ("h11 hyper", ITSELF, wide_blanks, "9112 3",
     "servers may take any blanks as separators; a proxy sends one"),
    ("llhttp", ITSELF, bare_lf, "9112 2.2", "servers may take LF alone as the end of a line"),
    ("llhttp h11 hyper", ITSELF, odd_name, "9110 5.1",
     "names of framing fields are compared whole, so none of these is one"),
    ("nginx h11", ITSELF, odd_host, "9112 3.2",
     "require_host is off by default, as the original has no such rule; two hosts are refused"),
    ("nginx llhttp", ITSELF, tab_in_framing, "9110 5.6.3",
     "HTAB around a value is optional white space, they take it for a part of the value"),
    ("nginx", ITSELF, two_expectations, "9110 10.1.1",
     "Expect does not frame a request; 100-continue is looked for in the last one"),
    ("h11", ITSELF, long_length, "9110 8.6", "leading zeros are digits, h11 wants 20 at most"),
    ("nginx llhttp h11 hyper", BEHIND, closes, "9112 9.6",
     "only `Connection: close` alone ends a connection, as in the original"),
    ("h11 hyper", BEHIND, connect_or_trace, "9110 9.3.6", "no tunnel is opened here"),
    ("llhttp", BEHIND, asks_for_upgrade, "9110 7.8",
     "who does not upgrade goes on with HTTP; Node without a handler closes"),
]


def reason(parser, kind, request, before):
    """Why this parser does not accept a request that comes after `before`; None if unknown."""
    if kind not in ("refused", "closed"):
        return None
    for parsers, which, applies, section, why in ROWS:
        subject = request if which == ITSELF else before
        if parser in parsers.split() and subject is not None and applies(subject):
            return f"{applies.__name__}, RFC {section}: {why}"
    return None
