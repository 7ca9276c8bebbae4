//! Makes `bindings.rs` from mongoose.h, and `checks.rs` from the ABI table: one line per structure.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

const TABLE: &str = "../mongoose-7.22.json";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let header = env::var("MONGOOSE_H").unwrap_or_else(|_| "../../include/mongoose.h".into());
    println!("cargo:rerun-if-env-changed=MONGOOSE_H");
    println!("cargo:rerun-if-changed={header}");
    println!("cargo:rerun-if-changed={TABLE}");
    bindgen::Builder::default()
        .header(header)
        .allowlist_type("mg_.*")
        .layout_tests(false)
        .derive_debug(false)
        .generate()
        .expect("bindgen understands mongoose.h")
        .write_to_file(out.join("bindings.rs"))
        .expect("OUT_DIR is writable");
    fs::write(out.join("checks.rs"), checks()).expect("OUT_DIR is writable");
}

/// `check!(failures, count, mg_str { buf buf, len len });` and so on: Rust's name of a member, then
/// bindgen's.
fn checks() -> String {
    let text = fs::read_to_string(TABLE).expect("the table is there");
    let table: serde_json::Value = serde_json::from_str(&text).expect("the table is JSON");
    let mut code = String::from("{\n");
    for structure in table["structs"].as_array().expect("structs") {
        let name = structure["name"].as_str().expect("name");
        write!(code, "check!(failures, count, {name} {{ ").unwrap();
        for field in structure["fields"].as_array().expect("fields") {
            if field.get("bits").is_none() {
                let field = field["name"].as_str().expect("name");
                write!(code, "{} {}, ", library_name(field), bindgen_name(field)).unwrap();
            }
        }
        code += "});\n";
    }
    code + "}\n"
}

fn is_keyword(name: &str) -> bool {
    ["fn", "in", "type"].contains(&name)
}

fn library_name(name: &str) -> String {
    if is_keyword(name) { format!("r#{name}") } else { name.into() }
}

fn bindgen_name(name: &str) -> String {
    if is_keyword(name) { format!("{name}_") } else { name.into() }
}
