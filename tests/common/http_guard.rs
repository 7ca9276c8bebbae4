//! What the replayed vectors need: their encodings, and input that ends at an unmapped page.

#![allow(dead_code)]

use std::ffi::CString;
use std::ptr::{null_mut, with_exposed_provenance};

use mongoose::abi::types::mg_str;
use serde_json::Value;

/// The vectors of a file in `compat/vectors`, one JSON object per line.
pub fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/compat/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(|line| serde_json::from_str(line).expect("valid JSON")).collect()
}

/// A byte string in one of its encodings.
pub fn bytes(value: &Value) -> Vec<u8> {
    if let Some(text) = value.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(hex) = value["hex"].as_str() {
        return (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex digits"))
            .collect();
    }
    if let Some(count) = value["count"].as_u64() {
        return bytes(&value["repeat"]).repeat(count as usize);
    }
    value["concat"].as_array().expect("a byte string").iter().flat_map(bytes).collect()
}

/// A C string argument.
pub fn c_string(value: &Value) -> CString {
    CString::new(bytes(value)).expect("no NUL in a C string")
}

/// A number, which is a string if it is large.
pub fn number(value: &Value) -> i128 {
    match value.as_str() {
        Some(text) => text.parse().expect("a number"),
        None => value.as_i64().map(i128::from).or(value.as_u64().map(i128::from)).expect("number"),
    }
}

/// Bytes whose last one is the last of a page, with an unmapped page behind.
pub struct Guarded {
    map: *mut u8,
    map_len: usize,
    start: *mut u8,
    len: usize,
}

impl Guarded {
    pub fn new(content: &[u8]) -> Self {
        const PAGE: usize = 4096;
        let data_len = content.len().next_multiple_of(PAGE);
        let map_len = data_len + PAGE;
        // SAFETY: a new private mapping.
        let map = unsafe {
            libc::mmap(
                null_mut(),
                map_len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(map, libc::MAP_FAILED);
        let map: *mut u8 = map.cast();
        // SAFETY: all inside the mapping.
        let start = unsafe {
            assert_eq!(libc::mprotect(map.add(data_len).cast(), PAGE, libc::PROT_NONE), 0);
            let start = map.add(data_len - content.len());
            start.copy_from_nonoverlapping(content.as_ptr(), content.len());
            start
        };
        Self { map, map_len, start, len: content.len() }
    }

    pub fn ptr(&self) -> *mut u8 {
        self.start
    }

    pub fn str(&self) -> mg_str {
        mg_str { buf: self.start.cast(), len: self.len }
    }

    /// Encoded as the vectors do: `[offset, length]`, or `null` for a NULL pointer.
    pub fn slice(&self, s: mg_str) -> Value {
        if s.buf.is_null() {
            assert_eq!(s.len, 0);
            return Value::Null;
        }
        let offset = s.buf.addr() - self.start.addr();
        let len = if s.len < 1 << 53 { s.len.into() } else { s.len.to_string().into() };
        Value::Array(vec![offset.into(), len])
    }

    /// The bytes of a slice of this.
    pub fn text(&self, s: mg_str) -> Vec<u8> {
        if s.buf.is_null() {
            return Vec::new();
        }
        let start = with_exposed_provenance::<u8>(s.buf.expose_provenance());
        // SAFETY: the slice lies inside the mapping.
        unsafe { std::slice::from_raw_parts(start, s.len) }.to_vec()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping of `new`.
        unsafe { libc::munmap(self.map.cast(), self.map_len) };
    }
}

/// How the replay went.
#[derive(Default)]
pub struct Tally {
    pub matched: usize,
    pub deviating: usize,
    pub failures: Vec<String>,
}

impl Tally {
    /// Counts a vector: `hardened` ones deviate on purpose unless the result is the recorded one.
    pub fn count(&mut self, vector: &Value, expected: &Value, got: &Value, as_recorded: bool) {
        if expected != got {
            self.failures.push(format!("{}\n want {expected}\n got  {got}", vector["id"]));
        } else if as_recorded {
            self.matched += 1;
        } else {
            self.deviating += 1;
        }
    }

    /// Prints the totals and fails if a vector failed.
    pub fn finish(self, name: &str) {
        println!("{name} vectors: {} matched, {} differ on purpose", self.matched, self.deviating);
        assert!(
            self.failures.is_empty(),
            "{} vectors of {name} failed:\n{}",
            self.failures.len(),
            self.failures.join("\n")
        );
    }
}
