"""libmongoose.so by ctypes, as bindings do it: offsets and values of Mongoose 7.22 on LP64, typed in.

Nothing here comes from a header or from the ABI table at run time: that is the point.
"""

import ctypes
from ctypes import (CFUNCTYPE, POINTER, c_bool, c_char_p, c_double, c_int, c_size_t, c_uint, c_uint16,
                    c_uint32, c_uint64, c_ulong, c_void_p)

EV_ERROR, EV_OPEN, EV_POLL, EV_CONNECT, EV_ACCEPT = 0, 1, 2, 4, 5
EV_READ, EV_WRITE, EV_CLOSE, EV_HTTP_HDRS, EV_HTTP_MSG = 7, 8, 9, 10, 11
TIMER_REPEAT, TIMER_RUN_NOW = 1, 2

SIZEOF_MGR, SIZEOF_CONNECTION = 144, 288
EVENT_HANDLER = CFUNCTYPE(None, c_void_p, c_int, c_void_p)
TIMER_HANDLER = CFUNCTYPE(None, c_void_p)


class Str(ctypes.Structure):
    """struct mg_str, which functions take and return by value."""

    _fields_ = [("buf", c_void_p), ("len", c_size_t)]

    def text(self):
        return ctypes.string_at(self.buf, self.len).decode() if self.buf else None


def at(ctype, offset, writable=True):
    """A property: the field of a structure that lies at this offset."""
    def read(self):
        return ctype.from_address(self.address + offset).value

    def write(self, value):
        ctype.from_address(self.address + offset).value = value
    return property(read, write if writable else None)


def bit(offset, number):
    """A property: one flag of a bit-field."""
    def read(self):
        return c_uint32.from_address(self.address + offset).value >> number & 1

    def write(self, value):
        word = c_uint32.from_address(self.address + offset)
        word.value = word.value & ~(1 << number) | (bool(value) << number)
    return property(read, write)


def str_at(offset):
    """A property: the text of a struct mg_str."""
    return property(lambda self: Str.from_address(self.address + offset).text())


class Pointed:
    """Something of the library's at an address."""

    def __init__(self, address):
        self.address = address


class Mgr(Pointed):
    conns = at(c_void_p, 0)
    dnstimeout = at(c_int, 48)
    nextid = at(c_ulong, 56)
    userdata = at(c_void_p, 64)
    timers = at(c_void_p, 104)
    extraconnsize = at(c_size_t, 128)

    def __init__(self):
        self.memory = ctypes.create_string_buffer(SIZEOF_MGR)
        super().__init__(ctypes.addressof(self.memory))


class Connection(Pointed):
    DATA, SIZEOF_DATA, FLAGS = 240, 32, 280
    next = at(c_void_p, 0)
    mgr = at(c_void_p, 8)
    loc_port = at(c_uint16, 16 + 16)  # in network order
    rem_ip4 = at(c_uint32, 40)
    rem_is_ip6 = at(c_bool, 40 + 19)
    fd = at(c_void_p, 64)
    id = at(c_ulong, 72)
    recv_buf = at(c_void_p, 80)
    recv_len = at(c_size_t, 80 + 16)
    send_len = at(c_size_t, 112 + 16)
    fn_data = at(c_void_p, 216)
    is_listening = bit(FLAGS, 0)
    is_client = bit(FLAGS, 1)
    is_accepted = bit(FLAGS, 2)
    is_connecting = bit(FLAGS, 5)
    is_tls = bit(FLAGS, 6)
    is_draining = bit(FLAGS, 12)
    is_closing = bit(FLAGS, 13)

    @property
    def data(self):
        """The program's own bytes, to read and write."""
        return (ctypes.c_ubyte * self.SIZEOF_DATA).from_address(self.address + self.DATA)


class HttpMessage(Pointed):
    method, uri, query, proto = str_at(0), str_at(16), str_at(32), str_at(48)
    body, head, message = str_at(1024), str_at(1040), str_at(1056)

    def header(self, n):
        """Name and value of the header field number n, which are None behind the last."""
        name, value = (Str.from_address(self.address + 64 + n * 32 + part) for part in (0, 16))
        return name.text(), value.text()


class Timer(Pointed):
    period_ms = at(c_uint64, 0)
    flags = at(c_uint, 16)
    arg = at(c_void_p, 32)


def load(path):
    """The library, with the types of the functions that are used."""
    lib = ctypes.CDLL(str(path))
    for name, result, *arguments in (
            ("mg_mgr_init", None, c_void_p),
            ("mg_mgr_poll", None, c_void_p, c_int),
            ("mg_mgr_free", None, c_void_p),
            ("mg_timer_add", c_void_p, c_void_p, c_uint64, c_uint, TIMER_HANDLER, c_void_p),
            ("mg_timer_free", None, c_void_p, c_void_p),
            ("mg_free", None, c_void_p),
            ("mg_listen", c_void_p, c_void_p, c_char_p, EVENT_HANDLER, c_void_p),
            ("mg_http_listen", c_void_p, c_void_p, c_char_p, EVENT_HANDLER, c_void_p),
            ("mg_http_connect", c_void_p, c_void_p, c_char_p, EVENT_HANDLER, c_void_p),
            ("mg_http_get_header", POINTER(Str), c_void_p, c_char_p),
            ("mg_http_var", Str, Str, Str),
            ("mg_http_status", c_int, c_void_p),
            ("mg_str_s", Str, c_char_p),
            ("mg_match", c_bool, Str, Str, POINTER(Str)),
            ("mg_json_get_num", c_bool, Str, c_char_p, POINTER(c_double)),
            ("mg_send", c_bool, c_void_p, c_char_p, c_size_t),
            # With more arguments behind these.
            ("mg_http_reply", None, c_void_p, c_int, c_char_p, c_char_p),
            ("mg_printf", c_size_t, c_void_p, c_char_p),
            ("mg_snprintf", c_size_t, c_char_p, c_size_t, c_char_p)):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib
