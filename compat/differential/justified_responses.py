"""Where the library's client takes a response and another parser does not, or not with that body.

A row: parsers, kind of difference, what the response must look like for that (all bytes of the
connection, and the status that the library sees), RFC section, why it is harmless.
"""

import re

from justified_requests import TOKEN


def final_head(data):
    """The head of the first response that is not an interim one, blank line included."""
    while re.match(rb"HTTP/1\.\d 1(?!01)\d\d ?", data):
        _, _, data = data.partition(b"\r\n\r\n")
    whole = re.match(rb".*?\n\r?\n", data, re.DOTALL)
    return whole.group() if whole else data


def lines(response):
    return re.split(rb"\r?\n", final_head(response.head).rstrip(b"\r\n"))


def value(response, wanted):
    for line in lines(response)[1:]:
        name, _, text = line.partition(b":")
        if name.lower() == wanted:
            return text.strip(b" \t\r")
    return None


def switching(response):
    return response.name == b"101"


def cut_short(response):
    length = value(response, b"content-length")
    return length is not None and length.isdigit() and len(response.body) < int(length)


def odd_status_line(response):
    return not re.fullmatch(rb"HTTP/1\.[01] [1-9]\d\d( [\t -~]*)?", lines(response)[0])


def bare_lf(response):
    return re.search(rb"(?<!\r)\n", final_head(response.head))


def odd_name(response):
    return any(not re.fullmatch(TOKEN, line.partition(b":")[0]) for line in lines(response)[1:])


def other_interim(response):
    return re.search(rb"(?:^|\n)HTTP/1\.\d 1(?!00|01)\d\d", response.head)


def many_fields(response):
    return len(lines(response)) > 99


def tab_in_framing(response):
    return re.search(rb"(?i)\n(content-length|transfer-encoding):.*\t", final_head(response.head))


def delete_character(response):
    return b"\x7f" in final_head(response.head)


def no_content_with_body(response):
    return response.name == b"204" and (value(response, b"content-length") is not None
                                        or value(response, b"transfer-encoding") is not None)


def chunks_without_body(response):
    return response.name == b"304" and value(response, b"transfer-encoding") is not None


def blank_behind_chunked(response):
    return re.search(rb"(?i)\ntransfer-encoding:\s*chunked[ \t]", final_head(response.head))


ROWS = [
    ("llhttp h11 http.client", "refused", odd_status_line, "9112 4",
     "neither version nor reason frames a response; statuses are compared as numbers"),
    ("llhttp", "refused", bare_lf, "9112 2.2", "recipients may take LF alone as the end of a line"),
    ("llhttp h11", "refused", odd_name, "9110 5.1",
     "names of framing fields are compared whole, so none of these is one"),
    ("llhttp h11 http.client", "differs refused", switching, "9110 15.2.2",
     "nobody asked for another protocol; the program sees what comes, and the status"),
    ("llhttp h11 http.client", "partial refused", cut_short, "9112 8",
     "as in the original, a program gets what came before the end, and can tell by the length"),
    ("llhttp", "refused", tab_in_framing, "9110 5.6.3",
     "HTAB around a value is optional white space, llhttp takes it for a part of the value"),
    ("llhttp", "refused", delete_character, "9110 5.5",
     "a DEL ends nothing; programs get values as they are"),
    ("llhttp h11 http.client", "differs partial refused", no_content_with_body, "9110 8.6",
     "no server may announce a body there; one that does is believed, as in the original"),
    ("h11 http.client", "differs partial refused", chunks_without_body, "9112 6.3",
     "there is no body, they look at Transfer-Encoding first"),
    ("http.client", "differs", odd_name, "9110 5.1",
     "http.client reads no field behind such a line"),
    ("http.client", "differs", other_interim, "9110 15.2", "http.client knows 100 only"),
    ("http.client", "refused", many_fields, "9112 5", "http.client stops at 100 lines"),
    ("http.client", "differs", blank_behind_chunked, "9110 5.5",
     "http.client does not know this for chunked"),
]


def reason(parser, kind, response, _):
    """Why this parser differs; None if that is unknown."""
    for parsers, kinds, applies, section, why in ROWS:
        if parser in parsers.split() and kind in kinds.split() and applies(response):
            return f"{applies.__name__}, RFC {section}: {why}"
    return None
