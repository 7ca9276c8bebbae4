//! Formatted text; the peer is snprintf(3) of libc.

use core::ffi::{CStr, c_char, c_int};
use core::fmt;
use core::hint::black_box;

use divan::Bencher;

const INTS: [c_int; 8] = [0, -1, 7, 200, 65535, -40000, 1234567, c_int::MAX];
const TEXTS: [&CStr; 8] = [
    c"ok",
    c"text/html",
    c"/api/devices/17/settings",
    c"",
    c"GET",
    c"application/json",
    c"x",
    c"C",
];
const DOUBLES: [f64; 8] = [21.5, 0.5, 100.0, 3.25159265, -40.25, 1234.5, 0.000123, 2.5e10];
/// Numbers with many places in front of the point, or behind it.
const FAR: [f64; 8] = [6.02e23, 1.602e-19, 1.989e30, 9.109e-31, 3.4e38, 1e-45, 1.7e308, 2.2e-308];

/// What is printed.
#[derive(Clone, Copy)]
enum Format {
    D,
    S,
    G,
    GFar,
    Mix,
}

const FORMATS: [Format; 5] = [Format::D, Format::S, Format::G, Format::GFar, Format::Mix];

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::D => "%d",
            Format::S => "%s",
            Format::G => "%g",
            Format::GFar => "%g of 1e-308 … 1e308",
            Format::Mix => "mix",
        })
    }
}

/// The same for both, whose functions return different types: a macro.
macro_rules! bench {
    ($bencher:ident, $format:ident, $snprintf:path) => {{
        let snprintf: unsafe extern "C" fn(*mut c_char, usize, *const c_char, ...) -> _ =
            black_box($snprintf);
        let mut buf: [c_char; 128] = [0; 128];
        let mut i = 0;
        $bencher.bench_local(|| {
            i = (i + 1) % 8;
            let to = black_box(buf.as_mut_ptr());
            let (int, text, double) = (INTS[i], TEXTS[i].as_ptr(), DOUBLES[i]);
            // SAFETY: the buffer has room, and the arguments are what the format says.
            black_box(unsafe {
                match $format {
                    Format::D => snprintf(to, 128, c"%d".as_ptr(), int),
                    Format::S => snprintf(to, 128, c"%s".as_ptr(), text),
                    Format::G => snprintf(to, 128, c"%g".as_ptr(), double),
                    Format::GFar => snprintf(to, 128, c"%g".as_ptr(), FAR[i]),
                    Format::Mix => {
                        let format = c"{\"id\":%d,\"name\":\"%s\",\"size\":%lu,\"t\":%g}\n";
                        snprintf(to, 128, format.as_ptr(), int, text, 4096_usize, double)
                    }
                }
            });
        });
    }};
}

#[divan::bench(args = FORMATS)]
fn ours(bencher: Bencher, format: Format) {
    bench!(bencher, format, mongoose::abi::variadic::mg_snprintf);
}

#[divan::bench(args = FORMATS)]
fn glibc(bencher: Bencher, format: Format) {
    bench!(bencher, format, libc::snprintf);
}
