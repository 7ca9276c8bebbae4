//! Turns build-time options into Rust constants, compiles the C shim and generates the header.
//!
//! Never writes into the source tree and never needs the network.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "build-support/header.rs"]
mod header;

/// An option that a build may set: name, Rust type, default, how its value is checked.
struct BuildOption {
    name: &'static str,
    ty: &'static str,
    default: &'static str,
    check: fn(&str) -> Result<String, String>,
}

fn number(min: u64, max: u64) -> impl Fn(&str) -> Result<String, String> {
    move |text| {
        let value: u64 = text.trim().parse().map_err(|_| "not a decimal number".to_string())?;
        if value < min || value > max {
            return Err(format!("must be between {min} and {max}"));
        }
        Ok(value.to_string())
    }
}

const OPTIONS: &[BuildOption] = &[
    BuildOption {
        name: "MG_DATA_SIZE",
        ty: "usize",
        default: "32",
        check: |v| number(8, 65536)(v),
    },
    BuildOption {
        name: "MG_MAX_HTTP_HEADERS",
        ty: "usize",
        default: "30",
        check: |v| number(1, 1000)(v),
    },
    BuildOption {
        name: "MG_DASH_MAX_USER_NAME",
        ty: "usize",
        default: "32",
        check: |v| number(2, 1024)(v),
    },
    BuildOption {
        name: "MG_IO_SIZE",
        ty: "usize",
        default: "16384",
        check: |v| number(64, 1 << 24)(v),
    },
    BuildOption {
        name: "MG_MAX_RECV_SIZE",
        ty: "usize",
        default: "3145728",
        check: |v| number(64, 1 << 40)(v),
    },
    BuildOption {
        name: "MG_SOCK_LISTEN_BACKLOG_SIZE",
        ty: "i32",
        default: "4096",
        check: |v| number(1, 65535)(v),
    },
    BuildOption {
        name: "MG_MAX_SSI_DEPTH",
        ty: "usize",
        default: "5",
        check: |v| number(0, 100)(v),
    },
    BuildOption {
        name: "MG_MAX_CONNECTIONS",
        ty: "u64",
        default: "auto",
        check: |v| if v == "auto" { Ok("u64::MAX".into()) } else { number(0, 1 << 30)(v) },
    },
    BuildOption {
        name: "MG_IO_TIMEOUT",
        ty: "u64",
        default: "60000",
        check: |v| number(0, 1 << 40)(v),
    },
    BuildOption { name: "MG_ENABLE_DIRLIST", ty: "bool", default: "1", check: boolean },
    BuildOption { name: "MG_ENABLE_SSI", ty: "bool", default: "1", check: boolean },
    BuildOption { name: "MG_ENABLE_ENV_OPTIONS", ty: "bool", default: "1", check: boolean },
    BuildOption { name: "MG_ENABLE_EPOLL", ty: "bool", default: "1", check: boolean },
    BuildOption { name: "MG_IPV6_V6ONLY", ty: "bool", default: "0", check: boolean },
    BuildOption { name: "MG_HTTP_INDEX", ty: "&str", default: "index.html", check: file_name },
];

fn boolean(text: &str) -> Result<String, String> {
    match text.trim() {
        "1" | "yes" | "true" => Ok("true".into()),
        "0" | "no" | "false" => Ok("false".into()),
        _ => Err("must be 0 or 1".into()),
    }
}

fn file_name(text: &str) -> Result<String, String> {
    let name = text.trim_matches('"');
    if name.is_empty() || name.contains(['/', '"', '\\', '\n']) {
        return Err("must be a file name".into());
    }
    Ok(format!("{name:?}"))
}

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    write_options(&out);
    compile_shim(&write_layout_symbol(&out));
    write_header(&out);
}

/// The checked value of an option: from the environment, or the default. In Rust's spelling.
fn value_of(option: &BuildOption) -> String {
    let text = env::var(option.name).unwrap_or_else(|_| option.default.to_string());
    (option.check)(&text).unwrap_or_else(|why| panic!("build option {}={text}: {why}", option.name))
}

/// Writes `options.rs`: one constant per option.
fn write_options(out: &Path) {
    let mut rust = String::new();
    for option in OPTIONS {
        println!("cargo:rerun-if-env-changed={}", option.name);
        writeln!(rust, "/// Build-time value of `{}`.", option.name).unwrap();
        let value = value_of(option);
        writeln!(rust, "pub const {}: {} = {value};", option.name, option.ty).unwrap();
    }
    fs::write(out.join("options.rs"), rust).expect("OUT_DIR is writable");
}

/// The value of an option as the header spells it.
///
/// The library can always expand server-side includes, while a program that says nothing sees
/// `MG_ENABLE_SSI` 0, as it always did.
fn header_value(name: &str) -> Option<String> {
    if name == "MG_ENABLE_SSI" && env::var_os(name).is_none() {
        return Some("0".into());
    }
    // A burst of peers fits into a longer queue than the one that programs know of.
    if name == "MG_SOCK_LISTEN_BACKLOG_SIZE" && env::var_os(name).is_none() {
        return Some("128".into());
    }
    let option = OPTIONS.iter().find(|option| option.name == name)?;
    let value = value_of(option);
    Some(match value.as_str() {
        "true" => "1".into(),
        "false" => "0".into(),
        text => text.trim_matches('"').into(),
    })
}

/// Writes the C file that defines the one symbol which says what layout the library has; every
/// file compiled with `mongoose.h` refers to the symbol of the layout it needs.
fn write_layout_symbol(out: &Path) -> PathBuf {
    let mut symbol = String::from("mg_needs_library_built_with");
    for name in ["MG_DATA_SIZE", "MG_MAX_HTTP_HEADERS", "MG_DASH_MAX_USER_NAME"] {
        write!(symbol, "__{name}_{}", header_value(name).expect("layout option")).unwrap();
    }
    let path = out.join("layout_symbol.c");
    let text = format!("extern const char {symbol};\nconst char {symbol} = 1;\n");
    fs::write(&path, text).expect("OUT_DIR is writable");
    path
}

/// Writes `mongoose.h` to OUT_DIR, and to `$MEERKAT_HEADER_OUT` if that is set.
fn write_header(out: &Path) {
    println!("cargo:rerun-if-changed=src/abi");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-env-changed=MEERKAT_HEADER_OUT");
    let text = header::generate(header_value);
    fs::write(out.join("mongoose.h"), &text).expect("OUT_DIR is writable");
    if let Some(path) = env::var_os("MEERKAT_HEADER_OUT").map(PathBuf::from) {
        println!("cargo:rerun-if-changed={}", path.display());
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            fs::write(&path, text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        }
    }
}

/// Compiles `src/shim/*.c`, what stable Rust cannot express, and the file with the layout symbol.
fn compile_shim(layout_symbol: &Path) {
    let mut files: Vec<PathBuf> = fs::read_dir("src/shim")
        .expect("src/shim exists")
        .map(|entry| entry.expect("readable directory").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "c"))
        .collect();
    files.sort();
    println!("cargo:rerun-if-changed=src/shim");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build-support");
    let mut build = cc::Build::new();
    if env::var_os("CARGO_FEATURE_TLS").is_some() {
        build.define("MEERKAT_TLS", None);
    }
    build
        .files(&files)
        .file(layout_symbol)
        .std("gnu11")
        .warnings(true)
        .extra_warnings(true)
        .flag("-ffunction-sections")
        .flag("-fdata-sections");
    harden(&mut build);
    build.compile("mongoose_shim");
}

/// Flags that make errors in C harder to exploit (compat/hardening looks whether they took effect).
fn harden(build: &mut cc::Build) {
    build.flag_if_supported("-fstack-protector-strong");
    build.flag_if_supported("-fstack-clash-protection");
    // Sanitizers check more than this and don't see through it; it needs an optimizing build.
    let flags = env::var("CFLAGS").unwrap_or_default();
    let is_optimized = env::var("OPT_LEVEL").is_ok_and(|level| level != "0");
    if is_optimized && !flags.contains("-fsanitize") {
        build.define("_FORTIFY_SOURCE", "2");
    }
}
