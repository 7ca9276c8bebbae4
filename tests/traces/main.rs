//! Replays recorded live traces (`compat/vectors/trace-*.jsonl`): a program that uses the exported
//! functions at one end, a scripted peer of raw sockets at the other.

mod compare;
mod conn;
mod dash;
mod expected;
mod handlers;
mod listing;
mod modbus;
mod mqtt;
mod peer;
mod program;
mod replay;
mod rpc;
mod tree;
mod vector;
mod ws;

use std::time::Instant;

use compare::Kind;
use replay::{Outcome, Task};
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
    scenario.get("files").map_or(Ok(()), |files| tree::check_uploads(files, kind.upload_folder()))
}

/// What became of one scenario: true if it is as recorded, false if it differs on purpose.
fn judge(task: Task, outcome: &Outcome) -> Result<bool, String> {
    let recorded = as_recorded(task.scenario, task.kind, outcome);
    if let Some(want) = task.different {
        expected::check(want, task.kind, outcome)?;
        return match recorded {
            Ok(()) => Err("comes out as recorded, but is listed as different".into()),
            Err(_) => Ok(false),
        };
    }
    if expected::is_stopped_by_limit(task.scenario, outcome) {
        return Ok(false);
    }
    recorded?;
    if expected::is_right_as_recorded(task.scenario) {
        Ok(true)
    } else {
        Err("comes out as recorded, but is to be hardened".into())
    }
}

fn replay_file(name: &str, http: bool, kind: Kind, without_epoll: bool) -> Tally {
    let mut tally = Tally::default();
    let start = Instant::now();
    let differing = expected::different_on_purpose();
    let all = vector::scenarios(name);
    for scenario in all.iter().filter(|scenario| kind.includes(scenario)) {
        if kind == Kind::Dash {
            tree::fresh_dash_uploads();
        } else if scenario.get("files").is_some() {
            tree::fresh_uploads(scenario);
        }
        let program = replay::program(scenario, http, kind);
        let different = differing.iter().find(|want| want["id"] == scenario["id"]);
        let task = Task { scenario, different, http, kind, without_epoll };
        let outcome = replay::replay(task, &program);
        match judge(task, &outcome) {
            Ok(true) => tally.matched += 1,
            Ok(false) => tally.differing += 1,
            Err(why) => {
                let send = vector::shown(scenario["send"].to_string().as_bytes());
                tally.failures.push(format!("{}: {why}\n    send {send}", scenario["id"]));
            }
        }
    }
    println!(
        "{name}, {kind:?}: {} matched, {} differ on purpose, {} failed, {:.1} s",
        tally.matched,
        tally.differing,
        tally.failures.len(),
        start.elapsed().as_secs_f32()
    );
    tally
}

/// The files, whether their programs speak HTTP, and what the recorder listed.
const FILES: [(&str, bool, Kind); 9] = [
    ("trace-http.jsonl", true, Kind::Http),
    ("trace-files.jsonl", true, Kind::Files),
    ("trace-client.jsonl", true, Kind::Client),
    ("trace-ws.jsonl", true, Kind::Ws),
    ("trace-tcpudp.jsonl", false, Kind::Raw),
    ("trace-mqtt.jsonl", false, Kind::Mqtt),
    ("trace-services.jsonl", false, Kind::Modbus),
    ("trace-services.jsonl", true, Kind::Rpc),
    ("trace-services.jsonl", true, Kind::Dash),
];

/// Replays all files at the same time, one thread each.
fn replay_all(without_epoll: bool) {
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let threads = FILES.map(|(name, http, kind)| {
            scope.spawn(move || replay_file(name, http, kind, without_epoll))
        });
        threads.map(|thread| thread.join().expect("no panic")).into()
    });
    let matched: usize = tallies.iter().map(|tally| tally.matched).sum();
    let differing: usize = tallies.iter().map(|tally| tally.differing).sum();
    let failures: Vec<String> = tallies.into_iter().flat_map(|tally| tally.failures).collect();
    println!("traces: {matched} matched, {differing} differ on purpose");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(mongoose::abi::panics::panics(), 0, "panics inside the library");
}

/// Each scenario that is to differ is among the recorded ones.
#[test]
fn differences_are_known_scenarios() {
    let replayed = |(name, _, kind): (&str, bool, Kind)| {
        let all = vector::scenarios(name).into_iter();
        all.filter(|scenario| kind.includes(scenario)).collect::<Vec<_>>()
    };
    let recorded = FILES.map(replayed).concat();
    for want in expected::different_on_purpose() {
        let times = recorded.iter().filter(|scenario| scenario["id"] == want["id"]).count();
        assert_eq!(times, 1, "{}", want["id"]);
    }
}

/// One test, because the working directory and the folder `up` belong to the whole process.
#[test]
fn traces() {
    // SAFETY: no other thread uses the library yet.
    unsafe { mongoose::abi::log::mg_log_level = 0 };
    let _tree = tree::Tree::enter();
    println!("with epoll:");
    replay_all(false);
    println!("with poll:");
    replay_all(true);
}
