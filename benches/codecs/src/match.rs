//! Patterns of URIs; the peer is fnmatch(3) of libc.

use core::ffi::{CStr, c_char, c_int};
use core::fmt;
use core::hint::black_box;
use core::ptr;

use divan::Bencher;
use mongoose::abi::str::mg_match;
use mongoose::abi::types::mg_str;

/// A URI and a pattern that it matches, or not.
struct Case {
    uri: &'static CStr,
    pattern: &'static CStr,
    matches: bool,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pattern.to_str().unwrap_or_default())
    }
}

const CASES: [Case; 4] = [
    Case { uri: c"/api/v1/status", pattern: c"/api/v1/status", matches: true },
    Case { uri: c"/api/devices/17/settings", pattern: c"/api/devices/*/settings", matches: true },
    Case { uri: c"/static/css/site.min.css", pattern: c"/static/*/*.css", matches: true },
    Case { uri: c"/api/devices/17/settings", pattern: c"/upload/*", matches: false },
];

fn slice(text: &CStr) -> mg_str {
    mg_str { buf: text.as_ptr().cast_mut(), len: text.count_bytes() }
}

#[divan::bench(args = &CASES)]
fn ours(bencher: Bencher, case: &Case) {
    let matches: unsafe extern "C" fn(mg_str, mg_str, *mut mg_str) -> bool = black_box(mg_match);
    let (uri, pattern) = (slice(case.uri), slice(case.pattern));
    bencher.bench_local(|| {
        // SAFETY: both texts live; no captures are wanted.
        let found = unsafe { matches(black_box(uri), black_box(pattern), ptr::null_mut()) };
        assert_eq!(found, case.matches);
    });
}

#[divan::bench(args = &CASES)]
fn fnmatch(bencher: Bencher, case: &Case) {
    let matches: unsafe extern "C" fn(*const c_char, *const c_char, c_int) -> c_int =
        black_box(libc::fnmatch);
    bencher.bench_local(|| {
        let (pattern, uri) = (black_box(case.pattern), black_box(case.uri));
        // SAFETY: both texts end in a NUL.
        let found = unsafe { matches(pattern.as_ptr(), uri.as_ptr(), libc::FNM_PATHNAME) };
        assert_eq!(found == 0, case.matches);
    });
}
