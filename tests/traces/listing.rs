//! Directory listings: the parts of the page that are fixed.

use serde_json::Value;

use crate::replay::Outcome;
use crate::vector::{bytes, shown};

/// Compares head, titles and rows of the page; the rest is free.
pub fn check(scenario: &Value, outcome: &Outcome) -> Result<(), String> {
    let received = outcome.received().into_iter().next().unwrap_or_default();
    let (head, page) = split_after(&received, b"\r\n\r\n").ok_or("no complete head")?;
    let (head, len) = without_length(head).ok_or("no length")?;
    equal("head", &bytes(&scenario["recv"]), &head)?;
    if len != page.len() {
        return Err(format!("Content-Length {len}, but {} bytes of body", page.len()));
    }
    let listing = &scenario["listing"];
    for (name, start, end) in [("title", "<title>", "</title>"), ("h1", "<h1>", "</h1>")] {
        let got = between(page, start.as_bytes(), end.as_bytes()).ok_or(format!("no {name}"))?;
        equal(name, &bytes(&listing[name]), got)?;
    }
    let mut rows = page.split(|&b| b == b'\n').filter(|line| line.starts_with(b"  <tr><td>"));
    equal("first row", &bytes(&listing["first_row"]), rows.next().unwrap_or_default())?;
    let mut rows: Vec<&[u8]> = rows.collect();
    rows.sort();
    let recorded = listing["rows_sorted"].as_array().expect("rows");
    if rows.len() != recorded.len() {
        return Err(format!("{} rows, not {}", rows.len(), recorded.len()));
    }
    rows.iter().zip(recorded).try_for_each(|(row, recorded)| equal("row", &bytes(recorded), row))
}

fn equal(what: &str, want: &[u8], got: &[u8]) -> Result<(), String> {
    if want == got {
        return Ok(());
    }
    Err(format!("{what} of the listing\n    want {}\n    got  {}", shown(want), shown(got)))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn split_after<'a>(text: &'a [u8], end: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    Some(text.split_at(find(text, end)? + end.len()))
}

fn between<'a>(text: &'a [u8], start: &[u8], end: &[u8]) -> Option<&'a [u8]> {
    let (_, rest) = split_after(text, start)?;
    Some(&rest[..find(rest, end)?])
}

/// The head with `N` for the padded length, and the length.
fn without_length(head: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (before, rest) = split_after(head, b"Content-Length: ")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b' ').count();
    let len = std::str::from_utf8(&rest[..digits]).ok()?.trim_end().parse().ok()?;
    Some(([before, b"N", &rest[digits..]].concat(), len))
}
