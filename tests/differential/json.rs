//! JSON against serde_json.
//!
//! The grammar here takes more than RFC 8259, and `strict` says what: trailing commas, any
//! backslash sequence, control characters and bytes that are no UTF-8 in strings, numbers such as
//! `01`, `1.`, `-` and `1e`. Beyond that it takes what serde_json takes, and nothing else, down to
//! a nesting of 30.

use mongoose::text::json::{Error, MAX_DEPTH, get, next, string_content, to_double, unescape};
use proptest::prelude::*;
use serde_json::Value;

use super::often;

/// Length of a number that is accepted: digits, point, exponent, all of them optional; exponents
/// are read until they reach 308.
fn lax_number(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut at = usize::from(text[0] == b'-');
    at += digits(at);
    if text.get(at) == Some(&b'.') {
        at += 1 + digits(at + 1);
    }
    if !matches!(text.get(at), Some(b'e' | b'E')) {
        return at;
    }
    at += 1;
    for sign in [b'-', b'+'] {
        at += usize::from(text.get(at) == Some(&sign));
    }
    let too_large = |n: &usize| {
        let exponent = str::from_utf8(&text[at..at + n]).unwrap();
        exponent.parse::<u64>().is_ok_and(|exponent| exponent >= 308)
    };
    let len = digits(at);
    at + (1..=len).find(too_large).unwrap_or(len)
}

/// Length of a string that is accepted: all up to the next quote without a backslash, but for NUL.
fn lax_string(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            0 => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The document without what only the library tolerates.
fn strict(text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&c) = text.get(at) {
        let mut used = 1;
        match c {
            b'"' => match lax_string(&text[at..]) {
                Some(len) => {
                    used = len;
                    out.extend(b"\"\"");
                }
                None => return b"unfinished".to_vec(),
            },
            b'-' | b'0'..=b'9' => {
                used = lax_number(&text[at..]);
                out.extend(b"0 ");
            }
            b'}' | b']' => {
                // The comma behind an entry goes.
                if let Some(entries) = out.trim_ascii_end().strip_suffix(b",")
                    && !matches!(entries.trim_ascii_end(), [] | [.., b'[' | b'{' | b','])
                {
                    out.truncate(entries.len());
                }
                out.push(c);
            }
            c => out.push(c),
        }
        at += used;
    }
    out
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no NaN", |x| x.is_finite()).prop_map(Value::from),
        "[ -~\n\t\u{e9}\u{1F600}]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..5)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn text_of(document: &Value, is_pretty: bool) -> String {
    if is_pretty { format!(" {document:#}\r\n") } else { document.to_string() }
}

/// The value at `path` is the one wanted, and so is all that it contains.
fn check(text: &str, path: &str, want: &Value) -> Result<(), TestCaseError> {
    let place = get(text.as_bytes(), path.as_bytes());
    prop_assert!(place.is_ok(), "{:?} at {} in {}", place, path, text);
    let token = &text[place.unwrap()];
    prop_assert_eq!(&serde_json::from_str::<Value>(token).unwrap(), want, "{} in {}", path, text);
    let mut entries = Vec::new();
    let mut ofs = 0;
    while let Some((value, after)) = next(token.as_bytes(), ofs).value {
        let key = next(token.as_bytes(), ofs).key.map(|key| &token[key]);
        entries.push((key, &token[value]));
        ofs = after;
    }
    match want {
        Value::Number(number) => {
            let theirs = number.as_f64().unwrap();
            // An exponent beyond 308 acts as 308, in the original too.
            if theirs == 0.0 || theirs.abs() >= 1e-307 {
                prop_assert_eq!(to_double(token.as_bytes()), Some(theirs));
            }
        }
        Value::String(string) => {
            let mut out = vec![0; token.len()];
            let len = unescape(string_content(token.as_bytes()).unwrap(), &mut out);
            prop_assert_eq!(&out[..len], string.as_bytes());
        }
        Value::Array(elements) => {
            prop_assert_eq!(entries.len(), elements.len());
            for (i, element) in elements.iter().enumerate() {
                prop_assert_eq!(entries[i].0, None);
                prop_assert_eq!(&serde_json::from_str::<Value>(entries[i].1).unwrap(), element);
                check(text, &format!("{path}[{i}]"), element)?;
            }
            let beyond = format!("{path}[{}]", elements.len());
            prop_assert_eq!(get(text.as_bytes(), beyond.as_bytes()), Err(Error::NotFound));
        }
        Value::Object(members) => {
            prop_assert_eq!(entries.len(), members.len());
            for (key, value) in entries {
                let key: String = serde_json::from_str(key.unwrap()).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Value>(value).unwrap(), &members[&key]);
                check(text, &format!("{path}.{key}"), &members[&key])?;
            }
            let other = format!("{path}.zzzz");
            prop_assert_eq!(get(text.as_bytes(), other.as_bytes()), Err(Error::NotFound));
        }
        _ => {}
    }
    Ok(())
}

/// Pieces that documents are made of, and others.
const PIECES: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"a\"",
    "\"a\":",
    "1",
    "-",
    ".",
    "e",
    "+",
    "0",
    "308",
    "true",
    "nul",
    "null",
    " ",
    "\n",
    "\t",
    "\0",
    "\x0b",
    "\u{e9}",
    "\\u00e9",
    "\\q",
    "{}",
    "[]",
    ",,",
    "/",
    "'",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

fn agrees(text: &[u8]) -> Result<(), TestCaseError> {
    let blank = |rest: &[u8]| rest.iter().all(|c| b" \t\r\n".contains(c));
    let ours = get(text, b"$");
    if ours == Err(Error::TooDeep) {
        let open = text.iter().filter(|&&c| c == b'[' || c == b'{').count();
        prop_assert!(open > MAX_DEPTH as usize);
        return Ok(());
    }
    let accepted = ours.clone().is_ok_and(|place| blank(&text[place.end..]));
    let strict = strict(text);
    let theirs = serde_json::from_slice::<Value>(&strict);
    prop_assert_eq!(
        accepted,
        theirs.is_ok(),
        "{:?} {:?}, strictly {:?}: {:?}",
        String::from_utf8_lossy(text),
        ours,
        String::from_utf8_lossy(&strict),
        theirs
    );
    Ok(())
}

proptest! {
    #![proptest_config(often())]

    #[test]
    fn values_are_found(document in document(), is_pretty: bool) {
        check(&text_of(&document, is_pretty), "$", &document)?;
    }

    #[test]
    fn mutated_documents(
        document in document(),
        is_pretty: bool,
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), 0usize..3, prop::sample::select(&PIECES[..])), 0..4),
    ) {
        let mut text = text_of(&document, is_pretty).into_bytes();
        for (at, removed, piece) in changes {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + removed);
            text.splice(at..end, piece.bytes());
        }
        agrees(&text)?;
    }

    #[test]
    fn made_of_pieces(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12)) {
        agrees(pieces.concat().as_bytes())?;
    }
}
