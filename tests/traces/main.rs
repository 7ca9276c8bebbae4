//! Replays recorded live traces (`compat/vectors/trace-*.jsonl`): a program that uses the exported
//! functions at one end, a scripted peer of raw sockets at the other.

mod compare;
mod conn;
mod expected;
mod handlers;
mod listing;
mod peer;
mod program;
mod replay;
mod tree;
mod vector;

use compare::Kind;
use expected::{DIFFERENT_ON_PURPOSE, HARDENED, Hardened};
use replay::Outcome;
use serde_json::Value;

/// How the replay of a file went.
#[derive(Default)]
struct Tally {
    matched: usize,
    differing: usize,
    failures: Vec<String>,
}

/// Compares the outcome of a scenario with what was recorded.
fn as_recorded(scenario: &Value, kind: Kind, outcome: &Outcome) -> Result<(), String> {
    for index in 0..outcome.steps.len() {
        compare::step(scenario, kind, outcome, index)?;
    }
    compare::end(scenario, outcome)?;
    scenario.get("files").map_or(Ok(()), tree::check_uploads)
}

/// Compares the outcome of a `hardened` scenario with what its weak-spot item asks for.
fn as_hardened(want: &Hardened, kind: Kind, outcome: &Outcome) -> Result<(), String> {
    let steps: Vec<String> =
        (0..outcome.steps.len()).map(|index| compare::summary(outcome, kind, index)).collect();
    let received = outcome.received().concat();
    let received = vector::shown(&received);
    let closed = outcome.peer.streams.first().is_some_and(|stream| stream.ended);
    let start_is_right = match want.received.strip_suffix('…') {
        Some(start) => received.starts_with(start),
        None => received == want.received,
    };
    if steps == want.steps && start_is_right && closed == want.closed {
        return Ok(());
    }
    Err(format!("\n    want {:?} {:?} {}\n    got  {steps:?} {received:?} {closed}", want.steps, want.received, want.closed))
}

/// What became of one scenario.
fn judge(scenario: &Value, kind: Kind, outcome: &Outcome, tally: &mut Tally) {
    let id = scenario["id"].as_str().expect("an id");
    let recorded = as_recorded(scenario, kind, outcome);
    let on_purpose = DIFFERENT_ON_PURPOSE.iter().any(|(other, _)| *other == id);
    let hardened = HARDENED.iter().find(|hardened| hardened.id == id);
    let marked = scenario["hardened"].as_str();
    let failure = match (recorded, hardened) {
        (Ok(()), None) if on_purpose => Some("matches, but is listed as different".to_string()),
        (Ok(()), None) if marked.is_none_or(|item| item.starts_with("08.")) => {
            tally.matched += 1;
            None
        }
        (Err(_), None) if on_purpose => {
            tally.differing += 1;
            None
        }
        (Err(why), None) => Some(why),
        (_, Some(want)) => match as_hardened(want, kind, outcome) {
            Ok(()) => {
                tally.differing += 1;
                None
            }
            Err(why) => Some(why),
        },
        (Ok(()), None) => Some("came out as recorded, but is to be hardened".to_string()),
    };
    if let Some(why) = failure {
        let mark = marked.map_or(String::new(), |item| format!(" (hardened {item})"));
        let send = vector::shown(scenario["send"].to_string().as_bytes());
        tally.failures.push(format!("{id}{mark}: {why}\n    send {send}"));
    }
}

fn replay_file(name: &str, http: bool, kind: Kind) -> Tally {
    let mut tally = Tally::default();
    let only = std::env::var("TRACE").ok();
    let scenarios = vector::scenarios(name);
    let start = std::time::Instant::now();
    for scenario in &scenarios {
        let id = scenario["id"].as_str().expect("an id");
        if only.as_ref().is_some_and(|only| !id.contains(only)) {
            continue;
        }
        if scenario.get("files").is_some() {
            tree::fresh_uploads(scenario);
        }
        let program = replay::program(scenario, http);
        let outcome = replay::replay(scenario, http, &program, kind);
        judge(scenario, kind, &outcome, &mut tally);
    }
    println!(
        "{name}: {} matched, {} differ on purpose, {} failed, {:.1} s",
        tally.matched,
        tally.differing,
        tally.failures.len(),
        start.elapsed().as_secs_f32()
    );
    tally
}

#[test]
fn traces() {
    // SAFETY: no other thread uses the library yet.
    unsafe { mongoose::abi::log::mg_log_level = 0 };
    let _tree = tree::Tree::enter();
    let files = [
        ("trace-http.jsonl", true, Kind::Http),
        ("trace-files.jsonl", true, Kind::Files),
        ("trace-client.jsonl", true, Kind::Client),
        ("trace-tcpudp.jsonl", false, Kind::Raw),
    ];
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let threads = files.map(|(name, http, kind)| scope.spawn(move || replay_file(name, http, kind)));
        threads.map(|thread| thread.join().expect("no panic")).into()
    });
    let matched: usize = tallies.iter().map(|tally| tally.matched).sum();
    let differing: usize = tallies.iter().map(|tally| tally.differing).sum();
    let failures: Vec<String> = tallies.into_iter().flat_map(|tally| tally.failures).collect();
    println!("traces: {matched} matched, {differing} differ on purpose");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
