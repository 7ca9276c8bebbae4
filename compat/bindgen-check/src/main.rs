//! Sizes, alignments and offsets of every structure: mongoose.h against `src/abi/types.rs`.

use std::mem::{align_of, offset_of, size_of};
use std::process::ExitCode;

#[allow(warnings, clippy::all)]
mod c {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

use mongoose::abi::types as library;

macro_rules! check {
    ($failures:ident, $count:ident, $name:ident { $($ours:ident $theirs:ident,)* }) => {
        let mut compare = |what: &str, rust: usize, header: usize| {
            $count += 1;
            if rust != header {
                $failures += 1;
                println!("FAIL  {} {what}: {rust} in Rust, {header} in the header", stringify!($name));
            }
        };
        compare("size", size_of::<library::$name>(), size_of::<c::$name>());
        compare("alignment", align_of::<library::$name>(), align_of::<c::$name>());
        $(compare(
            stringify!($theirs),
            offset_of!(library::$name, $ours),
            offset_of!(c::$name, $theirs),
        );)*
    };
}

fn main() -> ExitCode {
    let (mut failures, mut count) = (0, 0);
    include!(concat!(env!("OUT_DIR"), "/checks.rs"));
    for (name, rust, header) in [
        (
            "mg_connection flags",
            offset_of!(library::mg_connection, flags),
            offset_of!(c::mg_connection, _bitfield_1),
        ),
        (
            "mg_wifi_scan_bss_data bits",
            offset_of!(library::mg_wifi_scan_bss_data, bits),
            offset_of!(c::mg_wifi_scan_bss_data, _bitfield_1),
        ),
    ] {
        count += 1;
        if rust != header {
            failures += 1;
            println!("FAIL  {name}: {rust} in Rust, {header} in the header");
        }
    }
    println!("{} passed, {failures} failed", count - failures);
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
