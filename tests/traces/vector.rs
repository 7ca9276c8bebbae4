//! The recorded scenarios and their encodings (`compat/vectors/trace-*.jsonl`).

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Where the recorded files are.
pub fn path(name: &str) -> String {
    format!("{}/compat/vectors/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The scenarios of a file.
pub fn scenarios(name: &str) -> Vec<Value> {
    let path = path(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(|line| serde_json::from_str(line).expect("valid JSON")).collect()
}

/// A byte string that is given in full.
pub fn bytes(value: &Value) -> Vec<u8> {
    if let Some(text) = value.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(hex) = value["hex"].as_str() {
        return (0..hex.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex digits"))
            .collect();
    }
    if let Some(times) = value["n"].as_u64() {
        return bytes(&value["rep"]).repeat(times as usize);
    }
    let parts = value["cat"].as_array().unwrap_or_else(|| panic!("no byte string: {value}"));
    parts.iter().flat_map(bytes).collect()
}

/// True if `got` is the recorded byte string, of which long ones are known by their digest.
pub fn same_bytes(recorded: &Value, got: &[u8]) -> bool {
    let Some(len) = recorded["len"].as_u64() else { return bytes(recorded) == got };
    if got.len() as u64 != len || !got.starts_with(&bytes(&recorded["start"])) {
        return false;
    }
    let digest: String = Sha256::digest(got).iter().map(|byte| format!("{byte:02x}")).collect();
    recorded["sha256"] == digest
}

/// For messages: a byte string as readable text of bounded length.
pub fn shown(bytes: &[u8]) -> String {
    let text = bytes[..bytes.len().min(600)].escape_ascii().to_string();
    if bytes.len() > 600 { format!("{text}… ({} bytes)", bytes.len()) } else { text }
}
