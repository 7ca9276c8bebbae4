//! A value deep inside of a document, near its end.

use core::ffi::{CStr, c_char, c_int};
use core::fmt::{self, Write};
use core::hint::black_box;

use divan::Bencher;
use mongoose::abi::json::mg_json_get;
use mongoose::abi::types::mg_str;

const OURS: &CStr = c"$.site.last.sensors[2].range.max";
const THEIRS: &str = "site.last.sensors.2.range.max";

/// A document of so many readings, as devices send them.
struct Readings(usize);

const DOCUMENTS: [Readings; 2] = [Readings(6), Readings(650)];

impl Readings {
    fn text(&self) -> String {
        let mut text = String::from(r#"{"version": 3, "site": {"name": "House \"B\"", "log": ["#);
        for i in 0..self.0 {
            let comma = if i > 0 { "," } else { "" };
            let (day, temperature) = (i % 28 + 1, 18.5 + (i % 50) as f64 / 8.0);
            write!(
                text,
                r#"{comma}{{"id": {i}, "at": "2026-03-{day:02}T12:00:00Z", "celsius": {temperature}, "ok": {},
                "tags": ["air", "door \u0041", null], "note": "all quiet, nothing to report"}}"#,
                i % 3 > 0
            )
            .expect("a String takes all");
        }
        text.push_str(r#"], "last": {"sensors": [{"range": {"min": 0}}, {}, "#);
        text.push_str(r#"{"unit": "C", "range": {"min": -40, "max": 125}}]}}}"#);
        text
    }
}

impl fmt::Display for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {} bytes", self.text().len())
    }
}

#[divan::bench(args = &DOCUMENTS)]
fn ours(bencher: Bencher, document: &Readings) {
    let text = document.text();
    let json = mg_str { buf: text.as_ptr().cast_mut().cast(), len: text.len() };
    let get: unsafe extern "C" fn(mg_str, *const c_char, *mut c_int) -> c_int =
        black_box(mg_json_get);
    bencher.bench_local(|| {
        let mut len = 0;
        // SAFETY: `text` lives; the path ends in a NUL.
        let at = unsafe { get(black_box(json), OURS.as_ptr(), &raw mut len) } as usize;
        assert_eq!(text.get(at..at + len as usize), Some("125"));
    });
}

#[divan::bench(args = &DOCUMENTS)]
fn gjson(bencher: Bencher, document: &Readings) {
    let text = document.text();
    bencher.bench_local(|| assert_eq!(gjson::get(black_box(&text), THEIRS).json(), "125"));
}
