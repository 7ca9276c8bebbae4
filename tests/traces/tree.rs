//! The working directory of the recorded programs.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::vector::{path, same_bytes, shown};

/// Modification time of every directory.
const DIRECTORY_MTIME: i64 = 1_600_000_000;

/// The tree of `trace-tree.json` in a fresh directory, which is made the working directory.
pub struct Tree(PathBuf);

impl Tree {
    pub fn enter() -> Tree {
        let text = fs::read_to_string(path("trace-tree.json")).expect("the tree");
        let tree: Value = serde_json::from_str(&text).expect("valid JSON");
        let root = std::env::temp_dir().join(format!("meerkat-traces-{}", std::process::id()));
        let dirs =
            || tree["dirs"].as_array().expect("dirs").iter().map(|dir| dir.as_str().unwrap());
        for dir in dirs() {
            fs::create_dir_all(root.join(dir)).expect("a new directory");
        }
        for file in tree["files"].as_array().expect("files") {
            let at = root.join(file["path"].as_str().expect("a path"));
            let data = content(file);
            assert_eq!(file["size"], data.len(), "{at:?}");
            fs::write(&at, data).expect("a new file");
            set_mtime(&at, file["mtime"].as_i64().expect("a time"));
        }
        dirs().for_each(|dir| set_mtime(&root.join(dir), DIRECTORY_MTIME));
        std::env::set_current_dir(&root).expect("the new directory");
        Tree(root)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // What is left is in the temporary directory.
    }
}

fn content(file: &Value) -> Vec<u8> {
    match file["pattern"].as_u64() {
        Some(len) => (0..len).map(|i| (7 * i + i / 256) as u8).collect(),
        None => crate::vector::bytes(&file["content"]),
    }
}

fn set_mtime(at: &Path, seconds: i64) {
    let path = CString::new(at.as_os_str().as_bytes()).expect("no NUL");
    let time = libc::timespec { tv_sec: seconds, tv_nsec: 0 };
    // SAFETY: a C string and an array of two times.
    let done = unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), [time; 2].as_ptr(), 0) };
    assert_eq!(done, 0, "{at:?}");
}

/// Folder of the files that a dashboard serves.
pub const DASH_UPLOADS: &str = "dash-up";

/// Makes the folder of a dashboard as it was before each scenario.
pub fn fresh_dash_uploads() {
    let _ = fs::remove_dir_all(DASH_UPLOADS); // Not there before the first time.
    fs::create_dir_all(DASH_UPLOADS).expect("a new directory");
    let seed = Path::new(DASH_UPLOADS).join("seed.txt");
    fs::write(&seed, "seed file\n").expect("a new file");
    set_mtime(&seed, 1_650_000_000);
}

/// Makes the folder `up` as it was before the scenario: a folder `dir` and what the note says.
pub fn fresh_uploads(scenario: &Value) {
    let _ = fs::remove_dir_all("up"); // Not there before the first time.
    fs::create_dir_all("up/dir").expect("a new directory");
    let note = scenario["note"].as_str().unwrap_or_default();
    if let Some((name, text)) =
        note.strip_prefix("before: ").and_then(|n| n.split_once(" contains "))
    {
        fs::write(format!("up/{name}"), text.trim_matches('"')).expect("a new file");
    }
}

/// The files in a folder.
fn uploads(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder");
    let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    files.map(|path| (name(&path), fs::read(&path).expect("a file"))).collect()
}

/// Compares a folder with what was recorded.
pub fn check_uploads(recorded: &Value, folder: &str) -> Result<(), String> {
    let recorded = recorded.as_object().expect("files by name");
    let got = uploads(folder);
    let same = recorded.len() == got.len()
        && recorded
            .iter()
            .all(|(name, content)| got.get(name).is_some_and(|got| same_bytes(content, got)));
    if same {
        return Ok(());
    }
    let got: Vec<String> =
        got.iter().map(|(name, data)| format!("{name}: {}", shown(data))).collect();
    Err(format!("files\n    want {recorded:?}\n    got  {}", got.join("\n         ")))
}
