//! `docs/options.md` and the list of options in the README are written from the table in the code.
//!
//! `make options-doc` (or this test with `UPDATE_DOCS=1`) writes them anew.

use std::fmt::Write;
use std::fs;

use mongoose::guard::options::{Defaults, Group, Kind, Spec, TABLE};

const PAGE: &str = "docs/options.md";
const BEGIN: &str = "<!-- options: written by make options-doc -->\n";
const END: &str = "<!-- end of options -->\n";

const GROUPS: [(Group, &str); 6] = [
    (Group::Connections, "Connections"),
    (Group::Deadlines, "Deadlines"),
    (Group::Sizes, "Sizes"),
    (Group::Http, "HTTP"),
    (Group::WebSocket, "WebSocket"),
    (Group::Tls, "TLS"),
];

const INTRODUCTION: &str = "\
# Options of the guard

Written from the table in `src/guard/options.rs` by `make options-doc`; do not edit.

Later wins: the default, `make NAME=value`, the program's own `-DMG_MAX_CONNECTIONS=...`,
`-DMG_IO_TIMEOUT=...`, `-DMG_MAX_RECV_SIZE=...`, then the environment, then `mg_set_option()`.

    MG_MAX_CONNECTIONS=500 MG_IO_TIMEOUT=30000 MG_OPTIONS=\"request_rate=20/40;hsts=max-age=63072000\" ./program

The environment is read when a manager is first used, by `secure_getenv`; `make
MG_ENABLE_ENV_OPTIONS=0` leaves it out. A value that can't be used is logged as an error, and the one
before it stays. `mg_set_option(&mgr, name, NULL)` restores the default.

Sizes are bytes, with `k`, `m` or `g` behind them if you like; times are milliseconds; `0` switches a
limit off. Rates are `per-second` or `per-second/burst`. Addresses are IPv4 or IPv6, with or without
a prefix length, comma-separated; `0.0.0.0/0` and `::/0` both mean everybody.
";

/// What values an option takes, for a reader.
fn values(kind: Kind) -> String {
    match kind {
        Kind::Number(..) => "number".into(),
        Kind::NumberOrAuto(..) => "number or `auto`".into(),
        Kind::Size(..) => "size".into(),
        Kind::SizeOrMaxRecv(..) => "size or `max_recv_size`".into(),
        Kind::Time => "ms".into(),
        Kind::Switch => "`on`, `off`".into(),
        Kind::Choice(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        Kind::Rate => "rate".into(),
        Kind::AccessList => "addresses with `+` and `-`".into(),
        Kind::Addresses => "addresses".into(),
        Kind::Text => "text".into(),
        Kind::Lines => "header lines".into(),
        Kind::Nothing(_) => "nothing".into(),
    }
}

fn default_of(spec: &Spec) -> String {
    let text = Defaults::of_build().text(spec);
    let text = if spec.default.is_empty() || text == spec.default { spec.default } else { &text };
    let is_auto = text == u64::MAX.to_string();
    match text {
        "" => "empty".into(),
        _ if is_auto => "`auto`".into(),
        text => format!("`{text}`"),
    }
}

fn page() -> String {
    let mut out = String::from(INTRODUCTION);
    for (group, title) in GROUPS {
        write!(out, "\n## {title}\n\n| option | values | default | |\n| --- | --- | --- | --- |\n")
            .unwrap();
        for spec in TABLE.iter().filter(|spec| spec.group == group) {
            let (name, meaning) = (spec.name, spec.meaning);
            let (values, default) = (values(spec.kind), default_of(spec));
            writeln!(out, "| `{name}` | {values} | {default} | {meaning} |").unwrap();
        }
    }
    out
}

/// The names by group, for the README.
fn names() -> String {
    let mut out = String::from("| | options |\n| --- | --- |\n");
    for (group, title) in GROUPS {
        let names: Vec<String> = TABLE
            .iter()
            .filter(|spec| spec.group == group)
            .map(|spec| format!("`{}`", spec.name))
            .collect();
        writeln!(out, "| {title} | {} |", names.join(", ")).unwrap();
    }
    out
}

fn readme_with(names: &str, readme: &str) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, BEGIN, names, END, after].concat())
}

#[test]
fn documents_list_the_options() {
    let readme = fs::read_to_string("README.md").unwrap();
    let fresh = readme_with(&names(), &readme).expect("the README has the place for the list");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, page()).unwrap();
        fs::write("README.md", &fresh).unwrap();
    }
    let hint = "run `make options-doc`";
    assert!(fs::read_to_string(PAGE).is_ok_and(|text| text == page()), "{PAGE} is stale: {hint}");
    assert!(fs::read_to_string("README.md").unwrap() == fresh, "README.md is stale: {hint}");
}
