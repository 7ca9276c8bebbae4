//! Makes `mongoose.h`: what cbindgen reads from `src/abi/*.rs`, framed by the hand-kept parts in
//! `src/abi/header/`.
//!
//! Order of the result: options and constants, types (a hand-kept structure stands in for the one
//! that cbindgen made, at the place its dependencies allow), macros and variables, functions.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What `mongoose_guard.h` declares, which is kept by hand.
const GUARD: &str = "guard.rs";

/// Exported for programs that declare them by hand, but in no header of Mongoose: a prototype here
/// could contradict theirs.
const UNDECLARED: &[&str] =
    &["mg_to_size_t", "mg_http_etag", "mg_getlocaddr", "mg_multicast_add", "mg_dnsc_init"];

/// Rust helpers of the ABI that C knows under another name or not at all.
const NOT_IN_C: &[&str] = &[
    "va_list",
    "time_t",
    "mg_addr_bytes",
    "mg_modbus_values",
    "mg_val_type",
    "mg_dash_op",
    "mg_tcpip_if",
    "mg_fs_ls_cb",
];

/// What Rust types cannot say: prototype as generated, prototype as C programs know it.
const SPELLING: &[(&str, &str)] =
    &[("void mg_bzero(uint8_t *buf,", "void mg_bzero(volatile unsigned char *buf,")];

/// The text of the header; `option` gives the value of a build option for the header.
pub fn generate(option: impl Fn(&str) -> Option<String>) -> String {
    let (types, functions) = split(&cbindgen_output());
    let types: Vec<String> = types.into_iter().map(|block| hand_kept(&block)).collect();
    let parts = [
        FIRST_LINES.to_string(),
        fill_in(&part("options.h"), option),
        part("constants.h"),
        types.join("\n\n"),
        part("names.h"),
        functions.join("\n\n"),
        part("end.h"),
    ];
    let parts: Vec<&str> = parts.iter().map(|text| text.trim_end()).collect();
    parts.join("\n\n") + "\n"
}

const FIRST_LINES: &str = "\
// Generated from src/abi by `make header` with cbindgen 0.29.4. Do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Meerkat: a memory-safe drop-in for the Mongoose 7.22 networking library.";

fn part(name: &str) -> String {
    let path = Path::new("src/abi/header").join(name);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Replaces `@NAME@` by the value of the build option.
fn fill_in(text: &str, option: impl Fn(&str) -> Option<String>) -> String {
    let mut pieces = text.split('@');
    let mut out = pieces.next().unwrap_or_default().to_string();
    while let (Some(name), Some(rest)) = (pieces.next(), pieces.next()) {
        out += &option(name).unwrap_or_else(|| panic!("options.h: unknown option {name}"));
        out += rest;
    }
    out
}

/// Every `.rs` file below `dir`, sorted.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("readable source directory") {
        let path = entry.expect("readable directory entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn cbindgen_output() -> String {
    let config = cbindgen::Config::from_file("cbindgen.toml").expect("valid cbindgen.toml");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in sources(Path::new("src/abi")) {
        if file.ends_with(GUARD) {
            continue;
        }
        builder = builder.with_src(file);
    }
    let mut text = Vec::new();
    builder.generate().expect("cbindgen understands src/abi").write(&mut text);
    String::from_utf8(text).expect("cbindgen writes UTF-8")
}

/// Cuts cbindgen's output into types and functions, without what C must not see.
fn split(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for block in text.trim().split("\n\n") {
        let block = tidy(block);
        let Some(name) = declared_name(&block) else { continue };
        if NOT_IN_C.contains(&name.as_str()) || !seen.insert(name.clone()) {
            continue;
        }
        if is_type(&block) {
            types.push(block);
        } else if name.starts_with("mg_") && !UNDECLARED.contains(&name.as_str()) {
            functions.push(block);
        }
    }
    functions.sort_by_key(|block| declared_name(block));
    (types, functions)
}

fn code_lines(block: &str) -> impl Iterator<Item = &str> {
    block.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty())
}

fn is_type(block: &str) -> bool {
    let first = code_lines(block).next().unwrap_or_default();
    first.starts_with("typedef ") || first.ends_with('{')
}

/// The name that a block declares.
fn declared_name(block: &str) -> Option<String> {
    let first = code_lines(block).next()?;
    let identifier = |text: &str| -> String {
        text.chars().take_while(|ch| ch.is_ascii_alphanumeric() || *ch == '_').collect()
    };
    if first.ends_with('{') {
        return first.split_whitespace().nth(1).map(identifier);
    }
    if let Some(at) = first.find("(*").filter(|_| first.starts_with("typedef ")) {
        return Some(identifier(&first[at + 2..]));
    }
    if first.starts_with("typedef ") {
        return first
            .split_whitespace()
            .last()
            .map(|word| identifier(word.trim_start_matches('*')));
    }
    let before = &first[..first.find('(')?];
    before.split(|ch: char| ch.is_whitespace() || ch == '*').next_back().map(identifier)
}

/// Makes C documentation of Rust documentation: no links, no `# Safety`, NULL-safe spellings.
fn tidy(block: &str) -> String {
    let mut lines = Vec::new();
    let mut in_safety = false;
    for line in block.lines() {
        let comment = line.trim_start().starts_with("//");
        let heading = line.trim_start().trim_start_matches("//").trim();
        if comment && heading.starts_with("# ") {
            in_safety = heading == "# Safety";
        }
        if comment && in_safety {
            continue;
        }
        in_safety = in_safety && comment;
        lines.push(if comment {
            line.replace("[`", "`").replace("`]", "`").replace('`', "'")
        } else {
            line.to_string()
        });
        if !comment {
            while lines.len() >= 2 && lines[lines.len() - 2].trim() == "//" {
                lines.remove(lines.len() - 2);
            }
        }
    }
    // cbindgen aligns further lines of a prototype with the word `extern` in front.
    if let Some(first) = lines.iter().position(|line| line.starts_with("extern ")) {
        for line in &mut lines[first..] {
            *line =
                line.strip_prefix("extern ").unwrap_or(line.get(7..).unwrap_or_default()).into();
        }
    }
    let mut text = lines.join("\n");
    for (generated, wanted) in SPELLING {
        text = text.replace(generated, wanted);
    }
    text
}

/// The hand-kept block that declares the same name, or the block itself.
fn hand_kept(block: &str) -> String {
    let name = declared_name(block);
    let structs = part("structs.h");
    let same = structs.split("\n\n").find(|kept| name.is_some() && declared_name(kept) == name);
    same.unwrap_or(block).trim_end().to_string()
}
