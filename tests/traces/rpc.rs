//! The JSON-RPC program of the recorded scenarios: frames come as WebSocket messages, and what the
//! library prints goes back as text.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use mongoose::abi::iobuf::mg_iobuf_free;
use mongoose::abi::json::{mg_json_get_num, mg_json_get_tok};
use mongoose::abi::printf::mg_pfn_iobuf;
use mongoose::abi::protocol_types::{mg_rpc, mg_rpc_req, mg_ws_message};
use mongoose::abi::rpc::{mg_rpc_add, mg_rpc_del, mg_rpc_list, mg_rpc_process};
use mongoose::abi::types::{mg_iobuf, mg_str};
use mongoose::abi::variadic::{mg_rpc_err, mg_rpc_ok};

use crate::conn::Conn;
use crate::program::{Program, ev};
use crate::ws;

/// What the methods get as `r->req_data`.
struct Context<'a> {
    program: &'a Program,
    conn: Conn,
}

// Each method below is called with a live request (rule 1), whose frame is rule 4.

unsafe extern "C" fn sum(r: *mut mg_rpc_req) {
    let (mut x, mut y) = (0.0, 0.0);
    // SAFETY: rules 1, 3, 4 and 6.
    unsafe {
        let frame = (*r).frame;
        if mg_json_get_num(frame, c"$.params[0]".as_ptr(), &mut x)
            && mg_json_get_num(frame, c"$.params[1]".as_ptr(), &mut y)
        {
            mg_rpc_ok(r, c"%g".as_ptr(), x + y);
        } else {
            mg_rpc_err(r, 400, c"%s".as_ptr(), c"\"two numbers\"".as_ptr());
        }
    }
}

unsafe extern "C" fn echo(r: *mut mg_rpc_req) {
    // SAFETY: rules 1, 3, 4 and 6.
    unsafe {
        let params = mg_json_get_tok((*r).frame, c"$.params".as_ptr());
        mg_rpc_ok(r, c"%.*s".as_ptr(), params.len as c_int, params.buf);
    }
}

unsafe extern "C" fn fail(r: *mut mg_rpc_req) {
    // SAFETY: rules 1 and 6.
    unsafe { mg_rpc_err(r, -5, std::ptr::null()) };
}

unsafe extern "C" fn nothing(r: *mut mg_rpc_req) {
    // SAFETY: rules 1 and 6.
    unsafe { mg_rpc_ok(r, std::ptr::null()) };
}

unsafe extern "C" fn pattern(r: *mut mg_rpc_req) {
    // SAFETY: rules 1, 3, 4 and 6: the entry is live while its method runs.
    unsafe {
        let method = (*(*r).rpc).method;
        mg_rpc_ok(r, c"\"%.*s\"".as_ptr(), method.len as c_int, method.buf);
    }
}

unsafe extern "C" fn response(r: *mut mg_rpc_req) {
    // SAFETY: rules 1 and 4; `process` keeps the context alive.
    unsafe {
        let context = &*(*r).req_data.cast::<Context>();
        context.program.rpc_response(context.conn, (*r).frame.bytes().to_vec());
    }
}

unsafe extern "C" fn list(r: *mut mg_rpc_req) {
    // SAFETY: passed on.
    unsafe { mg_rpc_list(r) };
}

/// A method.
type Method = unsafe extern "C" fn(r: *mut mg_rpc_req);

/// The list of methods while a frame is handled.
struct Methods(*mut mg_rpc);

impl Methods {
    fn new(p: &Program) -> Methods {
        let mut methods = Methods(null_mut());
        let all: [(&str, Method); 7] = [
            ("sum", sum),
            ("echo", echo),
            ("fail", fail),
            ("nothing", nothing),
            ("dev.*", pattern),
            ("", response),
            ("methods", list),
        ];
        for (name, method) in all {
            if !name.is_empty() || p.opt("resp").is_some() {
                let name = mg_str::new(name.as_bytes());
                // SAFETY: rules 1, 4 and 7.
                unsafe { mg_rpc_add(&mut methods.0, name, Some(method), null_mut()) };
            }
        }
        methods
    }
}

impl Drop for Methods {
    fn drop(&mut self) {
        // SAFETY: rule 1.
        unsafe { mg_rpc_del(&mut self.0, None) };
    }
}

/// What the library prints for a frame.
fn process(p: &Program, c: Conn, frame: mg_str) -> Vec<u8> {
    let mut methods = Methods::new(p);
    let context = Context { program: p, conn: c };
    let mut output = mg_iobuf { buf: null_mut(), size: 0, len: 0, align: 64 };
    let mut request = mg_rpc_req {
        head: &mut methods.0,
        rpc: null_mut(),
        pfn: Some(mg_pfn_iobuf),
        pfn_data: (&raw mut output).cast(),
        req_data: (&raw const context).cast_mut().cast(),
        frame,
    };
    // SAFETY: rules 1, 4 and 7; the output holds `len` bytes.
    unsafe {
        mg_rpc_process(&mut request);
        let printed = mg_str { buf: output.buf.cast(), len: output.len }.bytes().to_vec();
        mg_iobuf_free(&mut output);
        printed
    }
}

/// The handler `rpc`.
pub fn serve(p: &Program, c: Conn, event: i32, data: *mut c_void) {
    if event != ev::WS_MSG {
        return;
    }
    // SAFETY: rule 1: the event's data is a live message.
    let printed = process(p, c, unsafe { (*data.cast::<mg_ws_message>()).data });
    if !printed.is_empty() {
        ws::send(c, &printed, ws::TEXT);
    }
}
