//! Replays `compat/vectors/codec-rpc.jsonl` through the exported functions.

#[path = "common/http_guard.rs"]
mod http_guard;

use http_guard::{Guarded, Tally, bytes, c_string, vectors};
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

use mongoose::abi::iobuf::mg_iobuf_free;
use mongoose::abi::json::mg_json_get_num;
use mongoose::abi::printf::mg_pfn_iobuf;
use mongoose::abi::protocol_types::{mg_rpc, mg_rpc_req};
use mongoose::abi::rpc::{mg_rpc_add, mg_rpc_del, mg_rpc_list, mg_rpc_process};
use mongoose::abi::types::{mg_iobuf, mg_str};
use mongoose::abi::variadic::{mg_rpc_err, mg_rpc_ok};
use serde_json::{Value, json};

/// A method of a vector: its number and what its handler does.
struct Method {
    number: usize,
    actions: Value,
}

thread_local! {
    /// Numbers of the methods that were called.
    static CALLS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

unsafe extern "C" fn handler(r: *mut mg_rpc_req) {
    // SAFETY: `process` gives each method its own live `Method`.
    let method = unsafe { &*(*(*r).rpc).fn_data.cast::<Method>() };
    CALLS.with_borrow_mut(|calls| calls.push(method.number));
    for action in method.actions.as_array().expect("actions") {
        // SAFETY: rule 1.
        unsafe { act(r, action) };
    }
}

/// Calls what an action names.
unsafe fn act(r: *mut mg_rpc_req, action: &Value) {
    let text = |value: &Value| (!value.is_null()).then(|| c_string(value));
    // SAFETY: rules 1 and 3; the formats have one string argument.
    unsafe {
        match action[0].as_str().expect("a name") {
            "ok" => match text(&action[1]) {
                Some(text) => mg_rpc_ok(r, c"%s".as_ptr(), text.as_ptr()),
                None => mg_rpc_ok(r, null()),
            },
            "err" => {
                let code = action[1].as_i64().expect("a code") as i32;
                match text(&action[2]) {
                    Some(text) => mg_rpc_err(r, code, c"%s".as_ptr(), text.as_ptr()),
                    None => mg_rpc_err(r, code, null()),
                }
            }
            "list" => mg_rpc_list(r),
            "add" => add(r),
            name => panic!("unknown action {name}"),
        }
    }
}

unsafe fn add(r: *mut mg_rpc_req) {
    let (mut x, mut y) = (0.0f64, 0.0f64);
    // SAFETY: rules 1 and 3.
    unsafe {
        let frame = (*r).frame;
        let found = mg_json_get_num(frame, c"$.params[0]".as_ptr(), &mut x)
            && mg_json_get_num(frame, c"$.params[1]".as_ptr(), &mut y);
        if found {
            mg_rpc_ok(r, c"%g".as_ptr(), x + y);
        } else {
            mg_rpc_err(r, -32602, c"%s".as_ptr(), c"\"bad params\"".as_ptr());
        }
    }
}

/// A byte string as the vectors spell it: the recorded value if both are the same.
fn spelt_as(recorded: &Value, got: Option<&[u8]>) -> Value {
    match got {
        None => Value::Null,
        Some(got) if !recorded.is_null() && bytes(recorded) == got => recorded.clone(),
        Some(got) => json!(String::from_utf8_lossy(got)),
    }
}

fn process(vector: &Value, base: &Value) -> Value {
    let input = &vector["in"];
    let methods = if input["methods"] == "base" { base } else { &input["methods"] };
    let methods = methods.as_array().expect("methods");
    let list: Vec<Method> = methods
        .iter()
        .enumerate()
        .map(|(number, method)| Method { number, actions: method["do"].clone() })
        .collect();
    let mut head: *mut mg_rpc = null_mut();
    for (method, own) in methods.iter().zip(&list) {
        let pattern = Guarded::new(&bytes(&method["pattern"]));
        let data = std::ptr::from_ref(own).cast_mut().cast::<c_void>();
        // SAFETY: rules 1, 4 and 7; `list` outlives the list.
        unsafe { mg_rpc_add(&mut head, pattern.str(), Some(handler), data) };
    }
    let frame = Guarded::new(&bytes(&input["frame"]));
    let mut out = mg_iobuf { buf: null_mut(), size: 0, len: 0, align: 0 };
    let mut request = mg_rpc_req {
        head: if input["head_null"] == true { null_mut() } else { &raw mut head },
        rpc: null_mut(),
        pfn: Some(mg_pfn_iobuf),
        pfn_data: (&raw mut out).cast(),
        req_data: null_mut(),
        frame: frame.str(),
    };
    CALLS.take();
    // SAFETY: rules 1 and 7.
    unsafe {
        mg_rpc_process(&mut request);
        mg_rpc_del(&mut head, None);
    }
    // SAFETY: the buffer holds `len` bytes.
    let text = (!out.buf.is_null())
        .then(|| unsafe { std::slice::from_raw_parts(out.buf, out.len) }.to_vec());
    // SAFETY: rule 1.
    unsafe { mg_iobuf_free(&mut out) };
    let output = spelt_as(&vector["out"]["output"], text.as_deref());
    json!({"calls": CALLS.take(), "output": output})
}

unsafe extern "C" fn zero(_: *mut mg_rpc_req) {
    CALLS.with_borrow_mut(|calls| calls.push(0));
}

unsafe extern "C" fn one(_: *mut mg_rpc_req) {
    CALLS.with_borrow_mut(|calls| calls.push(1));
}

unsafe extern "C" fn two(_: *mut mg_rpc_req) {
    CALLS.with_borrow_mut(|calls| calls.push(2));
}

fn delete(vector: &Value) -> Value {
    let handlers: [unsafe extern "C" fn(*mut mg_rpc_req); 3] = [zero, one, two];
    let numbered = |value: &Value| value.as_u64().map(|number| handlers[number as usize]);
    let mut head: *mut mg_rpc = null_mut();
    for entry in vector["in"]["added"].as_array().expect("a list") {
        let pattern = bytes(&entry[0]);
        let pattern = mg_str::new(&pattern);
        // SAFETY: rules 1, 4 and 7.
        unsafe { mg_rpc_add(&mut head, pattern, numbered(&entry[1]), null_mut()) };
    }
    // SAFETY: rules 1 and 7.
    unsafe { mg_rpc_del(&mut head, numbered(&vector["in"]["handler"])) };
    let mut left = Vec::new();
    let mut entry = head;
    while !entry.is_null() {
        // SAFETY: the list is live.
        unsafe {
            left.push(String::from_utf8_lossy((*entry).method.bytes()).into_owned());
            entry = (*entry).next;
        }
    }
    // SAFETY: rule 1.
    unsafe { mg_rpc_del(&mut head, None) };
    assert!(head.is_null());
    json!({ "left": left })
}

#[test]
fn codec_rpc() {
    let all = vectors("codec-rpc.jsonl");
    let mut tally = Tally::default();
    let base = &all.iter().find(|vector| vector["fn"] == "table").expect("a table")["in"]["base"];
    for vector in &all {
        let got = match vector["fn"].as_str().expect("a name") {
            "mg_rpc_process" => process(vector, base),
            "mg_rpc_del" => delete(vector),
            "table" => continue,
            name => panic!("unknown function {name}"),
        };
        let mut expected = vector["out"].clone();
        match vector["hardened"].as_str() {
            // JSON without a comma in front of the first method.
            Some("06.2") => expected["output"] = json!(r#"{"id":1,"result":["sys.methods"]}"#),
            Some(item) => panic!("unknown item {item}"),
            None => {}
        }
        tally.count(vector, &expected, &got, expected == vector["out"]);
    }
    tally.finish("codec-rpc.jsonl");
}
