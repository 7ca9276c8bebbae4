//! Replays `compat/vectors/codec-fs.jsonl` through the exported functions and tables.

#[path = "common/http_guard.rs"]
mod http_guard;

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr::{null, null_mut};

use http_guard::{Guarded, Tally, bytes, c_string, number, vectors};
use mongoose::abi::fs::*;
use mongoose::abi::mem::mg_free;
use mongoose::abi::types::{mg_fd, mg_fs, mg_mem_file};
use serde_json::{Value, json};

unsafe extern "C" {
    fn mg_file_printf(fs: *mut mg_fs, path: *const c_char, fmt: *const c_char, ...) -> bool;
}

/// What hardenings 03.47 and 03.48 make of a listing: `[table, path]` and the names. No letter is
/// lost, and no name comes twice.
const LISTINGS_48: &[(u64, &str, &[&str])] = &[
    (1, "", &["site", "site2", "top", "rel", "solo", "dup"]),
    (1, "/", &["site", "site2", "top", "dup"]),
    (1, "/site/", &["a.txt", "css", "empty", "img", "index.html", "index.html.gz", "void"]),
    (1, "/site/a.txt/", &[]),
    (1, "/site/css/", &["main.css", "print.css"]),
    (1, "/site2/", &["x"]),
    (1, "rel/", &["one", "two"]),
    (1, "solo/", &[]),
    (0, "/", &[]),
    (2, "/", &["site", "top"]),
];

/// Packed files as the vectors describe them, kept alive with their texts.
struct Table {
    entries: Vec<mg_mem_file>,
    _texts: Vec<(CString, Guarded)>,
}

impl Table {
    fn new(files: &[Value]) -> Self {
        let mut entries = Vec::new();
        let mut texts = Vec::new();
        for file in files {
            let path = c_string(&file["path"]);
            let is_void = file["data"].is_null();
            let data = Guarded::new(&if is_void { Vec::new() } else { bytes(&file["data"]) });
            entries.push(mg_mem_file {
                path: path.as_ptr(),
                data: if is_void { null() } else { data.ptr() },
                size: data.str().len,
                mtime: number(&file["mtime"]) as i64,
            });
            texts.push((path, data));
        }
        entries.push(mg_mem_file { path: null(), data: null(), size: 0, mtime: 0 });
        Self { entries, _texts: texts }
    }
}

/// Tables 1 and 2 of the vectors.
fn tables(all: &[Value]) -> [Table; 2] {
    let line = all.iter().find(|v| v["fn"] == "table").expect("the line with the tables");
    let one = line["in"]["table_1"].as_array().expect("table_1");
    let two: Vec<Value> = line["in"]["table_2"]
        .as_array()
        .expect("table_2")
        .iter()
        .map(|path| one.iter().find(|file| file["path"] == *path).expect("a file").clone())
        .collect();
    [Table::new(one), Table::new(&two)]
}

unsafe extern "C" fn collect(name: *const c_char, arg: *mut c_void) {
    // SAFETY: `arg` is the vector of the call that is going on.
    unsafe { (*arg.cast::<Vec<String>>()).push(CStr::from_ptr(name).to_str().unwrap().into()) };
}

fn ls(fs: &mg_fs, path: &CString) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    // SAFETY: live arguments.
    unsafe { fs.ls.unwrap()(path.as_ptr(), Some(collect), (&raw mut names).cast()) };
    names
}

fn fs_ls(fs: &mut mg_fs, path: &CString, len: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut buf = vec![0u8; len];
    // SAFETY: live arguments.
    while unsafe { mg_fs_ls(fs, path.as_ptr(), buf.as_mut_ptr().cast(), len) } {
        names.push(CStr::from_bytes_until_nul(&buf).unwrap().to_str().unwrap().to_string());
        assert!(names.len() < 1000, "endless listing");
    }
    assert_eq!(buf[0], 0);
    names
}

/// The encoding of `text` that the vectors use for it, if it is `expected`, else some other value.
fn encoded(text: &[u8], expected: &Value) -> Value {
    let same = !expected.is_null() && bytes(expected) == text;
    if same { expected.clone() } else { json!({ "got": String::from_utf8_lossy(text) }) }
}

fn file_read(fs: &mut mg_fs, path: &CString, expected: &Value) -> Value {
    // SAFETY: live arguments; the memory is freed after it was looked at.
    unsafe {
        let text = mg_file_read(fs, path.as_ptr());
        if text.buf.is_null() {
            return Value::Null;
        }
        assert_eq!(*text.buf.add(text.len), 0);
        let value = encoded(text.bytes(), expected);
        mg_free(text.buf.cast());
        value
    }
}

fn packed(vector: &Value, fs: &mut mg_fs, function: &str) -> Value {
    let input = &vector["in"];
    let path = input.get("path").map(c_string).unwrap_or_default();
    let out = &vector["out"];
    // SAFETY: all arguments below are live.
    unsafe {
        match function {
            "mg_fs_packed.st" => {
                let (mut size, mut mtime) = (77usize, 77i64);
                let ret = fs.st.unwrap()(path.as_ptr(), &mut size, &mut mtime);
                assert_eq!(ret, fs.st.unwrap()(path.as_ptr(), null_mut(), null_mut()));
                if ret == 1 {
                    return json!({"ret": ret, "size": size, "mtime": mtime});
                }
                assert_eq!((size, mtime), (77, 77));
                json!({ "ret": ret })
            }
            "mg_fs_packed.op" => {
                let handle = fs.op.unwrap()(path.as_ptr(), number(&input["flags"]) as c_int);
                fs.cl.unwrap()(handle);
                json!({"opened": i32::from(!handle.is_null())})
            }
            "mg_fs_packed.mv" => {
                let (from, to) = (c_string(&input["from"]), c_string(&input["to"]));
                json!({"ret": i32::from(fs.mv.unwrap()(from.as_ptr(), to.as_ptr()))})
            }
            "mg_fs_packed.rm" => json!({"ret": i32::from(fs.rm.unwrap()(path.as_ptr()))}),
            "mg_fs_packed.mkd" => json!({"ret": i32::from(fs.mkd.unwrap()(path.as_ptr()))}),
            "mg_unpacked" => {
                let text = mg_unpacked(path.as_ptr());
                let found = !text.buf.is_null();
                json!({"ret": if found { encoded(text.bytes(), &out["ret"]) } else { Value::Null }})
            }
            "mg_file_read" => {
                let ret = file_read(fs, &path, &out["ret"]);
                let nul = if ret.is_null() { Value::Null } else { json!(1) };
                json!({"ret": ret, "nul_after": nul})
            }
            "mg_file_write" => {
                let data = bytes(&input["data"]);
                let ret = mg_file_write(fs, path.as_ptr(), data.as_ptr().cast(), data.len());
                json!({"ret": i32::from(ret)})
            }
            "mg_fs_packed.script" => {
                let handle = fs.op.unwrap()(path.as_ptr(), 1);
                let steps = input["steps"].as_array().unwrap();
                let results: Vec<Value> = steps
                    .iter()
                    .zip(out["results"].as_array().unwrap())
                    .map(|(step, expected)| use_handle(fs, handle, step, 1, expected))
                    .collect();
                fs.cl.unwrap()(handle);
                json!({ "results": results })
            }
            other => panic!("unknown function {other}"),
        }
    }
}

/// The steps `rd`, `wr` and `sk`; the argument is at `at`.
///
/// # Safety
/// `handle` is open in `fs`.
unsafe fn use_handle(
    fs: &mg_fs,
    handle: *mut c_void,
    step: &Value,
    at: usize,
    expected: &Value,
) -> Value {
    // SAFETY: the caller promises an open handle; buffers are live.
    unsafe {
        match step[0].as_str().unwrap() {
            "rd" => {
                let mut buf = vec![0u8; number(&step[at]) as usize];
                let count = fs.rd.unwrap()(handle, buf.as_mut_ptr().cast(), buf.len());
                json!([count, encoded(&buf[..count], &expected[1])])
            }
            "wr" => {
                let data = bytes(&step[at]);
                json!(fs.wr.unwrap()(handle, data.as_ptr().cast(), data.len()))
            }
            "sk" => json!(fs.sk.unwrap()(handle, number(&step[at]) as usize)),
            other => panic!("unknown step {other}"),
        }
    }
}

/// A fresh directory in which a script runs.
struct Script {
    dir: PathBuf,
    fs: mg_fs,
    open: HashMap<String, *mut mg_fd>,
}

impl Script {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("meerkat-vectors-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir(&dir).unwrap();
        // SAFETY: nobody changes the table in this program.
        Self { dir, fs: unsafe { mg_fs_posix }, open: HashMap::new() }
    }

    fn path(&self, name: Option<&Value>) -> CString {
        let name = name.map(bytes).unwrap_or_default();
        let mut path = self.dir.as_os_str().as_bytes().to_vec();
        if !name.is_empty() {
            path.push(b'/');
            path.extend(name);
        }
        CString::new(path).unwrap()
    }

    fn step(&mut self, step: &Value, expected: &Value) -> Value {
        let path = self.path(step.get(1));
        let handle = step[1].as_str().and_then(|name| self.open.get(name)).copied();
        let fs = &mut self.fs;
        let truth = |value: bool| json!(i32::from(value));
        // SAFETY: all arguments are live; handles are those that were opened.
        unsafe {
            match step[0].as_str().unwrap() {
                "write" => {
                    let data = bytes(&step[2]);
                    truth(mg_file_write(fs, path.as_ptr(), data.as_ptr().cast(), data.len()))
                }
                "printf" => truth(printf(fs, &path, &step[2], step[3].as_array().unwrap())),
                "read" => file_read(fs, &path, expected),
                "st" => {
                    let mut size = 0usize;
                    let ret = fs.st.unwrap()(path.as_ptr(), &mut size, null_mut());
                    json!([ret, if ret == 3 { json!(size) } else { Value::Null }])
                }
                "ls" => sorted(ls(fs, &path)),
                "fsls" => sorted(fs_ls(fs, &path, 256)),
                "op" => {
                    let fd = mg_fs_open(fs, path.as_ptr(), number(&step[2]) as c_int);
                    if !fd.is_null() {
                        self.open.insert(step[3].as_str().unwrap().to_string(), fd);
                    }
                    truth(!fd.is_null())
                }
                "rd" | "wr" | "sk" => use_handle(fs, (*handle.unwrap()).fd, step, 2, expected),
                "cl" => {
                    mg_fs_close(handle.unwrap());
                    Value::Null
                }
                "clnull" => {
                    mg_fs_close(null_mut());
                    Value::Null
                }
                "mv" => {
                    let to = self.path(step.get(2));
                    truth(self.fs.mv.unwrap()(path.as_ptr(), to.as_ptr()))
                }
                "rm" => truth(fs.rm.unwrap()(path.as_ptr())),
                "mkd" => truth(fs.mkd.unwrap()(path.as_ptr())),
                other => panic!("unknown step {other}"),
            }
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn sorted(mut names: Vec<String>) -> Value {
    names.sort();
    json!(names)
}

/// `mg_file_printf` with the argument lists that occur.
fn printf(fs: &mut mg_fs, path: &CString, fmt: &Value, args: &[Value]) -> bool {
    let fmt = c_string(fmt);
    let text = |value: &Value| c_string(value);
    // SAFETY: live arguments of the types the format asks for.
    unsafe {
        match args {
            [] => mg_file_printf(fs, path.as_ptr(), fmt.as_ptr()),
            [n] if n.is_i64() => {
                mg_file_printf(fs, path.as_ptr(), fmt.as_ptr(), number(n) as c_int)
            }
            [s] => mg_file_printf(fs, path.as_ptr(), fmt.as_ptr(), text(s).as_ptr()),
            [n, s] => {
                let n = number(n) as c_int;
                mg_file_printf(fs, path.as_ptr(), fmt.as_ptr(), n, text(s).as_ptr())
            }
            other => panic!("{} arguments", other.len()),
        }
    }
}

fn run_script(vector: &Value, tally: &mut Tally) {
    let mut script = Script::new();
    let mut expected = vector["out"]["results"].clone();
    if vector["hardened"] == "03.45" {
        // An empty directory in the way is not replaced.
        expected = json!([1, 0, [7, null]]);
    }
    let results: Vec<Value> = vector["in"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .zip(expected.as_array().unwrap())
        .map(|(step, expected)| script.step(step, expected))
        .collect();
    let as_recorded = expected == vector["out"]["results"];
    tally.count(vector, &expected, &json!(results), as_recorded);
}

fn run_listing(vector: &Value, fs: &mut mg_fs, tally: &mut Tally) {
    let input = &vector["in"];
    let path = c_string(&input["path"]);
    let names = match input.get("len") {
        Some(len) => fs_ls(fs, &path, number(len) as usize),
        None => ls(fs, &path),
    };
    let mut expected = vector["out"].clone();
    if vector["hardened"] == "03.48" {
        let table = input["table"].as_u64().unwrap_or(1);
        let (_, _, names) = LISTINGS_48
            .iter()
            .find(|(known, dir, _)| *known == table && *dir == input["path"])
            .expect("a known listing");
        expected = json!({ "names": names });
    }
    let as_recorded = expected == vector["out"];
    tally.count(vector, &expected, &json!({ "names": names }), as_recorded);
}

#[test]
fn codec_fs() {
    let all = vectors("codec-fs.jsonl");
    let [one, two] = tables(&all);
    let mut tally = Tally::default();
    for vector in &all {
        let table = match vector["in"]["table"].as_u64() {
            Some(0) => null(),
            Some(2) => two.entries.as_ptr(),
            _ => one.entries.as_ptr(),
        };
        // SAFETY: this is the only thread that uses packed files.
        let mut fs = unsafe {
            mg_mem_files = table;
            mg_fs_packed
        };
        match vector["fn"].as_str().unwrap() {
            "table" => {}
            "mg_fs_posix.script" => run_script(vector, &mut tally),
            "mg_fs_packed.ls" | "mg_fs_ls" => run_listing(vector, &mut fs, &mut tally),
            function => {
                let got = packed(vector, &mut fs, function);
                tally.count(vector, &vector["out"], &got, true);
            }
        }
    }
    tally.finish("codec-fs");
}

/// Hardening 03.46: no output makes an empty file.
#[test]
fn ch03_12_46_empty_printf() {
    let dir = std::env::temp_dir().join(format!("meerkat-printf-{}", std::process::id()));
    let path = CString::new(dir.as_os_str().as_bytes()).unwrap();
    // SAFETY: nobody changes the table in this program.
    let mut fs = unsafe { mg_fs_posix };
    // SAFETY: live arguments of the types the format asks for.
    unsafe {
        assert!(mg_file_printf(&mut fs, path.as_ptr(), c"%s".as_ptr(), c"".as_ptr()));
        assert_eq!(std::fs::read(&dir).unwrap(), b"");
        assert!(mg_file_printf(&mut fs, path.as_ptr(), c"a%cb".as_ptr(), 0));
        assert_eq!(std::fs::read(&dir).unwrap(), b"a");
    }
    std::fs::remove_file(&dir).unwrap();
}
