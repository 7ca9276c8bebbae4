//! What comes out differently here than it was recorded, and must.

use serde_json::Value;

use crate::compare::{self, Kind};
use crate::replay::Outcome;
use crate::vector::{same_bytes, shown};
use crate::{listing, tree};

/// Scenarios marked as to be hardened in which the recorded result is also what the item asks for.
const RIGHT_AS_RECORDED: &[(&str, &str)] = &[
    ("http-chunkbad-16", "03.14: extensions are still refused"),
    ("http-chunkbad-17", "03.14: and blanks behind the size"),
    ("http-chunkbad-18", "03.14: also in the last size line"),
    ("http-chunkbad-19", "03.14: trailers are still refused"),
    ("files-sane-20", "03.29: there is no such file"),
    ("files-range-28", "03.42: a suffix longer than the file is the whole file"),
    ("files-root-31", "03.28: there is no such file"),
    ("files-root-32", "03.27: there is no such file"),
    ("dash-auth-26", "06.7: the same name with the same level is the same user"),
    ("client-bad-17", "03.21: three bytes that are no head bring nothing"),
];

/// The scenarios that differ on purpose, one JSON object per line: `id`; `why`: the weak-spot item
/// (chapter and number) and what it asks for; `events`: those of each step, as
/// [`compare::summary`] shows them; `recv`, `closed`, `files`, `listing` as in the recordings.
pub fn different_on_purpose() -> Vec<Value> {
    let lines = include_str!("different.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("valid JSON")).collect()
}

/// True if the recorded outcome of a scenario is wanted here.
pub fn is_right_as_recorded(scenario: &Value) -> bool {
    let id = scenario["id"].as_str().expect("an id");
    // The limits of chapter 08 may be off.
    scenario["hardened"].as_str().is_none_or(|item| item.starts_with("08."))
        || RIGHT_AS_RECORDED.iter().any(|(right, _)| *right == id)
}

/// True if a limit of chapter 08 ended a scenario that is marked with it: the request does not
/// reach the program, and the connection is closed.
pub fn is_stopped_by_limit(scenario: &Value, outcome: &Outcome) -> bool {
    let is_marked = scenario["hardened"].as_str().is_some_and(|item| item.starts_with("08."));
    let mut events = outcome.steps.iter().flat_map(|step| &step.events);
    let received = outcome.peer_bytes();
    is_marked
        && outcome.was_closed()
        && !events.any(|event| event.name == "HTTP_MSG")
        && (received.is_empty() || received.starts_with(b"HTTP/1.1 4"))
}

/// Compares the outcome of a scenario with what must come out instead of what was recorded.
pub fn check(want: &Value, kind: Kind, outcome: &Outcome) -> Result<(), String> {
    let why = &want["why"];
    let steps: Vec<String> =
        (0..outcome.steps.len()).map(|index| compare::summary(outcome, kind, index)).collect();
    let received = outcome.peer_bytes();
    let closed = outcome.was_closed();
    let same_input = want.get("listing").is_some() || same_bytes(&want["recv"], &received);
    if want["events"] != serde_json::json!(steps) || want["closed"] != closed || !same_input {
        let received = shown(&received);
        return Err(format!("{why}\n    want {want}\n    got  {steps:?} {received} {closed}"));
    }
    want.get("listing").map_or(Ok(()), |_| listing::check(want, outcome))?;
    want.get("files").map_or(Ok(()), |files| tree::check_uploads(files, kind.upload_folder()))
}
