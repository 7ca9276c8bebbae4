//! The handlers and clients of the recorded scenarios, by name.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};

use mongoose::abi::http::*;
use mongoose::abi::http_parse::mg_url_decode;
use mongoose::abi::http_parse::{mg_http_creds, mg_http_get_var, mg_http_next_multipart};
use mongoose::abi::types::{flags, mg_connection, mg_http_part, mg_http_serve_opts, mg_str};

use crate::conn::{Conn, Message};
use crate::dash;
use crate::modbus;
use crate::program::{Handler, Program, ev, on_upload};
use crate::ws;

/// Handlers of HTTP servers. Those that act on the whole message only come first.
pub fn http_server(name: &str) -> Handler {
    macro_rules! on_message {
        ($f:expr) => {
            |p, c, event, data| {
                if event == ev::HTTP_MSG {
                    $f(p, c, Message(data.cast()));
                }
            }
        };
    }
    match name {
        "reply200" => on_message!(reply200),
        "echo" => on_message!(echo),
        "status" => on_message!(status),
        "empty" => on_message!(|_: &Program, c: Conn, _| c.reply(200, None, "")),
        "chunked" => on_message!(chunked),
        "chunked0" => on_message!(chunked0),
        "drain" => on_message!(drain),
        "close" => on_message!(close),
        "error" => on_message!(error),
        "upload_legacy" => on_message!(upload_legacy),
        "multipart" => on_message!(multipart),
        "bauth" => on_message!(bauth),
        "vars" => on_message!(vars),
        "serve_dir" => on_message!(serve_dir),
        "serve_file" => on_message!(serve_file),
        "ssi" => on_message!(ssi),
        "delayed" => delayed,
        "half" => half,
        "route" => route,
        "hdrs_reply" => hdrs_reply,
        "hdrs_drain" => hdrs_drain,
        "hdrs_close" => hdrs_close,
        "steal" => steal,
        _ if name.starts_with("ws_") || name == "rpc" => ws::server(name),
        "dash_guest" => |p, c, event, data| dash::serve(p, c, event, data, false),
        "dash_auth" => |p, c, event, data| dash::serve(p, c, event, data, true),
        "upload" => |p, c, event, data| upload(p, c, event, Message(data.cast()), start_file),
        "ota" => |p, c, event, data| upload(p, c, event, Message(data.cast()), start_firmware),
        _ => panic!("unknown handler {name}"),
    }
}

/// `HTTP/1.1 200 OK` with a length, and the body.
fn plain_response(c: Conn, len: usize, body: &[u8]) {
    c.print(&format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n"));
    c.send(body);
}

fn chunked_head(c: Conn) {
    c.print("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

fn reply200(_: &Program, c: Conn, m: Message) {
    let len = m.body_len().to_string();
    let body = [&m.method()[..], &m.uri(), len.as_bytes()].join(&b' ');
    c.reply(200, Some(c"X-Handler: reply200\r\n"), [&body[..], b"\n"].concat());
}

fn echo(_: &Program, c: Conn, m: Message) {
    plain_response(c, m.body_len(), &m.body());
    c.clear(flags::RESP);
}

fn status(_: &Program, c: Conn, m: Message) {
    let uri = m.uri();
    let number = uri.get(8..).unwrap_or_default();
    let (sign, number) = number.strip_prefix(b"-").map_or((1, number), |digits| (-1, digits));
    let digits = number.iter().take_while(|b| b.is_ascii_digit());
    let code = digits.fold(0i32, |code, digit| code.wrapping_mul(10) + i32::from(digit - b'0'));
    c.reply(sign * code, None, "s\n");
}

fn chunked(_: &Program, c: Conn, _: Message) {
    chunked_head(c);
    c.print_chunk(c"one");
    c.write_chunk(Some(b"two-two-two-two-"));
    c.print_chunk(c"");
}

fn chunked0(_: &Program, c: Conn, _: Message) {
    chunked_head(c);
    c.write_chunk(Some(b"abc"));
    c.write_chunk(None);
}

/// True at a POLL that may answer the request in progress.
fn may_answer(p: &Program, c: Conn, event: i32) -> bool {
    event == ev::POLL && c.is(flags::ACCEPTED) && c.is(flags::RESP) && p.take_release()
}

fn delayed(p: &Program, c: Conn, event: i32, _: *mut c_void) {
    if may_answer(p, c, event) {
        c.reply(200, Some(c""), "late\n");
    }
}

fn half(p: &Program, c: Conn, event: i32, _: *mut c_void) {
    if event == ev::HTTP_MSG {
        plain_response(c, 10, b"first");
    } else if may_answer(p, c, event) {
        c.send(b"last!");
        c.clear(flags::RESP);
    }
}

fn bye(c: Conn, headers: &CStr, uri: &[u8]) {
    c.reply(200, Some(headers), [b"bye", uri, b"\n"].concat());
    c.set(flags::DRAINING);
}

fn drain(_: &Program, c: Conn, m: Message) {
    bye(c, c"", &[b" ", &m.uri()[..]].concat());
}

fn close(_: &Program, c: Conn, _: Message) {
    c.reply(200, Some(c""), "lost\n");
    c.set(flags::CLOSING);
}

fn error(_: &Program, c: Conn, _: Message) {
    c.reply(200, Some(c""), "lost\n");
    c.error("handler says 42");
}

fn hdrs_reply(p: &Program, c: Conn, event: i32, data: *mut c_void) {
    if event == ev::HTTP_HDRS && !p.notes(c, |notes| notes.in_message) {
        let uri = Message(data.cast()).uri();
        c.reply(202, Some(c""), [b"early ", &uri[..], b"\n"].concat());
    } else if event == ev::HTTP_MSG {
        c.clear(flags::RESP);
    }
}

fn hdrs_drain(p: &Program, c: Conn, event: i32, data: *mut c_void) {
    let refused = p.notes(c, |notes| notes.refused);
    if event == ev::HTTP_HDRS && Message(data.cast()).body_len() > 100 && !refused {
        p.notes(c, |notes| notes.refused = true);
        c.reply(413, Some(c""), "too big\n");
        c.set(flags::DRAINING);
    } else if event == ev::HTTP_MSG {
        if refused {
            c.clear(flags::RESP);
        } else {
            c.reply(200, Some(c""), "ok\n");
        }
    }
}

fn hdrs_close(_: &Program, c: Conn, event: i32, _: *mut c_void) {
    if event == ev::HTTP_HDRS {
        c.set(flags::CLOSING);
    }
}

fn steal(p: &Program, c: Conn, event: i32, data: *mut c_void) {
    if event == ev::HTTP_HDRS {
        let message = Message(data.cast());
        let body_len = message.body_len();
        c.consume(message.head_len());
        if body_len == 0 {
            plain_response(c, 6, b"empty\n");
            c.set(flags::DRAINING);
        } else {
            p.notes(c, |notes| notes.stealing = Some(body_len));
        }
    } else if event == ev::READ {
        let got = c.recv_len();
        c.consume(got);
        let Some(left) = p.notes(c, |notes| notes.stealing) else { return };
        p.notes(c, |notes| notes.stealing = left.checked_sub(got).filter(|&left| left > 0));
        if got >= left {
            plain_response(c, 5, b"stole");
            c.set(flags::DRAINING);
        }
    }
}

/// The upload callback, as the library takes it.
type OnUpload = Option<unsafe extern "C" fn(c: *mut mg_connection, message: *const c_char)>;

fn upload(p: &Program, c: Conn, event: i32, m: Message, start: fn(Conn, Message, OnUpload)) {
    if event == ev::HTTP_MSG {
        c.reply(404, Some(c""), "no upload\n");
    } else if event == ev::HTTP_HDRS
        && !p.notes(c, |notes| notes.in_message)
        && matches!(&m.method()[..], b"POST" | b"PUT")
    {
        start(c, m, (p.opt("fn") != Some("default")).then_some(on_upload));
    }
}

fn start_file(c: Conn, m: Message, done: OnUpload) {
    let name = decoded(m.uri().get(1..).unwrap_or_default());
    let (name, dir) = (mg_str::new(&name), mg_str::new(b"up"));
    // SAFETY: rules 1, 4 and 7.
    unsafe { mg_http_start_upload(c.0, m.0, name, dir, null_mut(), done) };
}

fn start_firmware(c: Conn, m: Message, done: OnUpload) {
    // SAFETY: rules 1 and 7.
    unsafe { mg_http_start_ota(c.0, m.0, done) };
}

/// A percent-decoded text.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut buf = vec![0u8; text.len() + 1];
    // SAFETY: rule 2.
    let len = unsafe {
        mg_url_decode(text.as_ptr().cast(), text.len(), buf.as_mut_ptr().cast(), buf.len(), 0)
    };
    buf.truncate(len.try_into().unwrap_or(0));
    buf
}

/// What `upload` and `ota` do when the library has finished.
pub fn upload_done(p: &Program, c: Conn, text: Option<&CStr>) {
    let nodrain = p.opt("fn") == Some("nodrain");
    match text {
        None if nodrain => c.reply(201, Some(c""), "created\n"),
        Some(_) if nodrain => c.set(flags::CLOSING),
        None => c.reply(200, Some(c""), "stored\n"),
        Some(text) => c.reply(500, Some(c""), [b"upload: ", text.to_bytes(), b"\n"].concat()),
    }
    if !nodrain {
        c.set(flags::DRAINING);
    }
}

fn upload_legacy(_: &Program, c: Conn, m: Message) {
    // SAFETY: rules 1 and 3.
    unsafe { mg_http_upload(c.0, m.0, null_mut(), c"up".as_ptr(), 1000) };
}

fn multipart(_: &Program, c: Conn, m: Message) {
    let mut parts = Vec::new();
    let mut ofs = 0;
    let mut count = 0;
    loop {
        let mut part =
            mg_http_part { name: mg_str::NULL, filename: mg_str::NULL, body: mg_str::NULL };
        // SAFETY: rules 4 and 5.
        ofs = unsafe { mg_http_next_multipart(m.raw_body(), ofs, &mut part) };
        if ofs == 0 {
            break;
        }
        count += 1;
        // SAFETY: rule 4: the part is a slice of the body.
        let (name, file) = unsafe { (part.name.bytes(), part.filename.bytes()) };
        parts.extend([b"[", name, b"][", file, b"]["].concat());
        parts.extend(format!("{}]\n", part.body.len).bytes());
    }
    c.reply(200, Some(c""), [format!("{count} parts\n").as_bytes(), &parts].concat());
}

/// The text in a C buffer.
fn in_buffer(buf: &[u8]) -> String {
    let text = CStr::from_bytes_until_nul(buf).expect("terminated");
    String::from_utf8_lossy(text.to_bytes()).into_owned()
}

fn bauth(_: &Program, c: Conn, m: Message) {
    let (mut user, mut pass) = ([0u8; 64], [0u8; 64]);
    // SAFETY: rules 1 and 2.
    unsafe {
        let (user, pass) = (user.as_mut_ptr().cast(), pass.as_mut_ptr().cast());
        mg_http_creds(m.0, user, 64, pass, 64);
    }
    let (user, pass) = (in_buffer(&user), in_buffer(&pass));
    if user == "ann" && pass == "s3:cret" {
        c.reply(200, Some(c""), "hello ann\n");
    } else {
        let headers = c"WWW-Authenticate: Basic realm=\"r\"\r\n";
        c.reply(401, Some(headers), format!("[{user}][{pass}]\n"));
    }
}

fn vars(_: &Program, c: Conn, m: Message) {
    let var = |from: mg_str, name: &CStr, size: usize| {
        let mut buf = vec![0u8; size];
        // SAFETY: rules 2, 3 and 4.
        let result =
            unsafe { mg_http_get_var(&from, name.as_ptr(), buf.as_mut_ptr().cast(), size) };
        let value = if result < 0 { String::new() } else { in_buffer(&buf) };
        format!("{result}[{value}]")
    };
    let (a, b) = (var(m.raw_query(), c"a", 40), var(m.raw_body(), c"b", 12));
    c.reply(200, Some(c""), format!("a={a} b={b}\n"));
}

fn route(p: &Program, c: Conn, event: i32, data: *mut c_void) {
    if event != ev::HTTP_MSG {
        return delayed(p, c, event, data);
    }
    let uri = Message(data.cast()).uri();
    match &uri[..] {
        _ if uri.starts_with(b"/api/") => c.reply_json_uri(&uri),
        b"/later" => {}
        b"/chunk" => {
            chunked_head(c);
            c.print_chunk(c"12345");
            c.print_chunk(c"");
        }
        b"/bye" => bye(c, c"Connection: close\r\n", b""),
        _ => c.reply(404, Some(c""), "none\n"),
    }
}

/// The serve options of a scenario, as C strings.
struct ServeOptions([Option<CString>; 5]);

impl ServeOptions {
    fn new(p: &Program) -> ServeOptions {
        let names = ["root_dir", "ssi_pattern", "extra_headers", "mime_types", "page404"];
        ServeOptions(names.map(|name| p.opt(name).map(|text| CString::new(text).expect("no NUL"))))
    }

    fn to_c(&self) -> mg_http_serve_opts {
        let text = |i: usize| self.0[i].as_ref().map_or(null(), |text| text.as_ptr());
        mg_http_serve_opts {
            root_dir: text(0),
            ssi_pattern: text(1),
            extra_headers: text(2),
            mime_types: text(3),
            page404: text(4),
            fs: null_mut(),
        }
    }
}

fn path_option(p: &Program) -> CString {
    CString::new(p.opt("path").expect("a path")).expect("no NUL")
}

fn serve_dir(p: &Program, c: Conn, m: Message) {
    let options = ServeOptions::new(p);
    // SAFETY: rules 1 and 3.
    unsafe { mg_http_serve_dir(c.0, m.0, &options.to_c()) };
}

fn serve_file(p: &Program, c: Conn, m: Message) {
    let options = ServeOptions::new(p);
    let options = options.to_c();
    let options = if p.opt("noopts").is_some() { null() } else { &raw const options };
    // SAFETY: rules 1 and 3; the option texts live until the end of the function.
    unsafe { mg_http_serve_file(c.0, m.0, path_option(p).as_ptr(), options) };
}

fn ssi(p: &Program, c: Conn, _: Message) {
    let root = CString::new(p.opt("root").expect("a root")).expect("no NUL");
    // SAFETY: rules 1 and 3.
    unsafe { mg_http_serve_ssi(c.0, root.as_ptr(), path_option(p).as_ptr()) };
}

/// HTTP clients.
pub fn http_client(name: &str) -> Handler {
    match name {
        "client" => client,
        "client_close" => |p, c, event, data| {
            client(p, c, event, data);
            set_in(ev::HTTP_MSG, flags::CLOSING, c, event);
        },
        "client_drain" => |p, c, event, data| {
            client(p, c, event, data);
            set_in(ev::HTTP_MSG, flags::DRAINING, c, event);
        },
        "client_hdrclose" => |p, c, event, data| {
            client(p, c, event, data);
            set_in(ev::HTTP_HDRS, flags::CLOSING, c, event);
        },
        "client_again" => client_again,
        _ if name.starts_with("wsc_") => ws::program(name),
        "client_steal" => |p, c, event, data| {
            client(p, c, event, data);
            if event == ev::HTTP_HDRS {
                c.consume(Message(data.cast()).head_len());
            }
        },
        _ => panic!("unknown client {name}"),
    }
}

/// Sets a flag in one kind of event.
fn set_in(when: i32, flag: u32, c: Conn, event: i32) {
    if event == when {
        c.set(flag);
    }
}

fn client(p: &Program, c: Conn, event: i32, _: *mut c_void) {
    if event != ev::CONNECT {
        return;
    }
    if let Some(request) = p.opt("request") {
        c.send(request.as_bytes());
    }
    if let Some(user) = p.opt("user") {
        c.print("GET /auth HTTP/1.1\r\nHost: h\r\n");
        c.basic_auth(user, p.opt("pass").unwrap_or_default());
        c.print("\r\n");
    }
    if p.opt("chunkreq").is_some() {
        c.print("POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        c.print_chunk(c"a=1");
        c.write_chunk(Some(b"&b=2"));
        c.print_chunk(c"");
    }
}

fn client_again(p: &Program, c: Conn, event: i32, data: *mut c_void) {
    client(p, c, event, data);
    if event == ev::HTTP_MSG && !p.notes(c, |notes| std::mem::replace(&mut notes.asked_again, true))
    {
        c.send(b"GET /second HTTP/1.1\r\n\r\n");
    }
}

/// Handlers of plain TCP and UDP.
pub fn raw(name: &str) -> Handler {
    match name {
        "echo" | "udp_echo" | "wrap_echo" => |p, c, event, _| {
            say(p, c, event);
            if event == ev::READ {
                echo_input(c);
            }
        },
        "modbus" => modbus::serve,
        "keep" | "cli" | "ucli" => |p, c, event, _| say(p, c, event),
        "discard" => |_, c, event, _| {
            if event == ev::READ {
                c.consume(c.recv_len());
            }
        },
        "lines" => |_, c, event, _| {
            if event == ev::READ {
                lines(c);
            }
        },
        "one_drain" => |_, c, event, _| echo_once(c, event, flags::DRAINING),
        "one_close" => |_, c, event, _| echo_once(c, event, flags::CLOSING),
        "one_error" => |_, c, event, _| {
            if event == ev::READ {
                c.consume(c.recv_len());
                let digits = "0123456789".repeat(4);
                c.error(&format!("long text {digits} {digits}"));
            }
        },
        "open_close" => |_, c, event, _| {
            if c.is(flags::ACCEPTED) {
                set_in(ev::OPEN, flags::CLOSING, c, event);
            }
        },
        "accept_close" => |_, c, event, _| set_in(ev::ACCEPT, flags::CLOSING, c, event),
        "accept_drain" => |_, c, event, _| set_in(ev::ACCEPT, flags::DRAINING, c, event),
        "greet" => |_, c, event, _| greet(c, event, "220 ready 1\r\n", 0),
        "greet_drain" => |_, c, event, _| greet(c, event, "bye\n", flags::DRAINING),
        "greet_close" => |_, c, event, _| greet(c, event, "never\n", flags::CLOSING),
        "accept_error" => |_, c, event, _| {
            if event == ev::ACCEPT {
                c.error("no way");
            }
        },
        "full" => |_, c, event, _| set_in(ev::ACCEPT, flags::FULL, c, event),
        "big_drain" => |_, c, event, _| {
            if event == ev::ACCEPT {
                big(c);
            }
        },
        "big_drain_read" => |_, c, event, _| {
            if event == ev::READ {
                c.consume(c.recv_len());
                big(c);
            }
        },
        "conn_drain" => |_, c, event, _| in_connect(c, event, "drained", flags::DRAINING),
        "conn_close" => |_, c, event, _| in_connect(c, event, "dropped", flags::CLOSING),
        "resolve_close" => |_, c, event, _| set_in(ev::RESOLVE, flags::CLOSING, c, event),
        "udp_printf" => |_, c, event, _| {
            if event == ev::READ {
                let len = c.recv_len();
                c.consume(len);
                c.print_length(len);
            }
        },
        "udp_two" => |_, c, event, _| {
            if event == ev::READ {
                c.consume(c.recv_len());
                c.send(b"A");
                c.send(b"BB");
            }
        },
        _ => panic!("unknown handler {name}"),
    }
}

fn say(p: &Program, c: Conn, event: i32) {
    if let Some(text) = p.opt("say").filter(|_| event == ev::CONNECT) {
        c.send(text.as_bytes());
    }
}

fn echo_input(c: Conn) {
    let input = c.input();
    c.send(&input);
    c.consume(input.len());
}

fn echo_once(c: Conn, event: i32, flag: u32) {
    if event == ev::READ {
        echo_input(c);
        c.set(flag);
    }
}

fn lines(c: Conn) {
    let input = c.input();
    let mut used = 0;
    for line in input.split_inclusive(|&b| b == b'\n').filter(|line| line.ends_with(b"\n")) {
        used += line.len();
        c.send(&[format!("{}:", line.len()).as_bytes(), line].concat());
    }
    c.consume(used);
}

fn greet(c: Conn, event: i32, text: &str, flag: u32) {
    if event == ev::ACCEPT {
        c.print(text);
        c.set(flag);
    }
}

fn in_connect(c: Conn, event: i32, text: &str, flag: u32) {
    if event == ev::CONNECT {
        c.send(text.as_bytes());
        c.set(flag);
    }
}

fn big(c: Conn) {
    let letters: Vec<u8> = (b'a'..=b'z').cycle().take(2_000_000).collect();
    c.send(&letters);
    c.set(flags::DRAINING);
}
