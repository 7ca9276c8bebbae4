//! What peers send, so that the fuzzer need not find out how each protocol begins.

/// Whole messages of the protocols that the connections speak.
pub const MESSAGES: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a/../b?x=1 HTTP/1.0\r\n\r\n",
    b"HEAD /f.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2\r\n\r\n",
    b"POST /u HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /u HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n",
    b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Basic dTpw\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
      Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    b"\x81\x85\0\0\0\0hello",
    b"\x01\x82\0\0\0\0he\x80\x82\0\0\0\0lo",
    b"\x89\x81\0\0\0\0p",
    b"\x88\x82\0\0\0\0\x03\xe8",
    b"\x82\xfe\x01\x00\0\0\0\0",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a",
    b"\x10\x0f\0\x04MQTT\x05\x02\0\x3c\0\0\x01a\0",
    b"\x20\x02\0\0",
    b"\x82\x06\0\x01\0\x01#\x01",
    b"\x30\x06\0\x01thiya",
    b"\x34\x08\0\x01t\0\x07hiy",
    b"\x50\x02\0\x07",
    b"\xc0\0",
    b"\0\x01\0\0\0\x06\x01\x03\0\0\0\x02",
    b"\0\x02\0\0\0\x06\x01\x06\0\x01\0\x09",
    b"PROXY TCP4 10.0.0.1 10.0.0.2 1000 80\r\n",
    b"\x16\x03\x01\0\x05hello",
    b"\r\n",
];

/// Options and values that a handler sets.
pub const OPTIONS: &[(&std::ffi::CStr, &std::ffi::CStr)] = &[
    (c"max_connections", c"3"),
    (c"max_connections", c"0"),
    (c"max_header_size", c"256"),
    (c"max_body_size", c"16"),
    (c"max_send_size", c"300"),
    (c"max_recv_size", c"300"),
    (c"io_timeout_ms", c"100"),
    (c"header_timeout_ms", c"50"),
    (c"keep_alive_timeout_ms", c"50"),
    (c"max_requests_per_connection", c"2"),
    (c"http_methods", c"GET"),
    (c"access_rules", c"-0.0.0.0/0"),
    (c"proxy_protocol", c"optional"),
    (c"drain", c"1"),
];
