//! JSON text of values, and values of JSON text.

#![forbid(unsafe_code)]

use crate::text::float::{self, Form};
use crate::text::json;

/// Appends `text` as a JSON string (RFC 8259 section 7), control characters escaped.
pub(crate) fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..0x20 => {
                out.extend(format!("\\u{byte:04x}").bytes());
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend([b'\\', short]);
    }
    out.push(b'"');
}

/// Appends a key and its colon, with a comma in front unless it is the first of its object.
pub(crate) fn key(out: &mut Vec<u8>, name: &[u8]) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    string(out, name);
    out.push(b':');
}

/// Appends a number with two decimals; `null` for what JSON has no number for.
pub(crate) fn double(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        out.extend(float::text(value, Form::Fixed, 2).as_bytes());
    } else {
        out.extend(b"null");
    }
}

/// Number of the token, if it has no fraction and is in `range`.
pub(crate) fn whole_number(token: &[u8], range: core::ops::Range<f64>) -> Option<f64> {
    json::to_double(token).filter(|value| range.contains(value) && value.fract() == 0.0)
}

/// An `int`.
pub(crate) fn int(token: &[u8]) -> Option<i32> {
    whole_number(token, -2_147_483_648.0..2_147_483_648.0).map(|value| value as i32)
}

/// A `uint64_t` of up to 63 bits; negative numbers wrap around.
pub(crate) fn uint64(token: &[u8]) -> Option<u64> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    whole_number(token, -END..END).map(|value| value as i64 as u64)
}

/// A `bool`.
pub(crate) fn boolean(token: &[u8]) -> Option<bool> {
    match token {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

/// The text of a string token, in UTF-8. `None` if the token is no string, an escape is none of
/// RFC 8259's, a surrogate is alone, or the text holds a NUL.
pub(crate) fn text(token: &[u8]) -> Option<Vec<u8>> {
    let mut rest = json::string_content(token)?;
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&letter, tail) = rest.split_first()?;
        rest = tail;
        out.push(match letter {
            b'"' | b'\\' | b'/' => letter,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let (c, tail) = unicode(rest)?;
                rest = tail;
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
                continue;
            }
            _ => return None,
        });
    }
    (memchr::memchr(0, &out).is_none()).then_some(out)
}

/// The character whose hex digits, perhaps with those of a second surrogate, start `text`.
fn unicode(text: &[u8]) -> Option<(char, &[u8])> {
    let (high, rest) = unit(text)?;
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high).map(|c| (c, rest));
    }
    let (low, rest) = unit(rest.strip_prefix(b"\\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|&low| low < 0x400)?;
    char::from_u32(0x10000 + ((high - 0xd800) << 10) + low).map(|c| (c, rest))
}

/// Four hex digits.
fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let digit = |sum: u32, &byte: &u8| Some(sum << 4 | char::from(byte).to_digit(16)?);
    Some((digits.iter().try_fold(0, digit)?, rest))
}

/// The token of member `name` of the object `json`; a name with `.` or `[` leads further inside.
pub(crate) fn member<'a>(json: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    json.get(json::get(json, &[b"$.", name].concat()).ok()?)
}

/// The members of an object in order: raw text of the key between its quotes, and value. Ends at
/// the first that is malformed or incomplete.
pub(crate) fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut ofs = 0;
    core::iter::from_fn(move || {
        let entry = json::next(object, ofs);
        let (value, next) = entry.value?;
        ofs = next;
        Some((json::string_content(object.get(entry.key?)?)?, object.get(value)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(print: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        print(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// ch06_16 and weak spot 19: whatever is in the variable, the text is JSON.
    #[test]
    fn ch06_w19_output_is_json() {
        for (text, want) in [
            (&b"north"[..], r#""north""#),
            (b"a\"b\\c", r#""a\"b\\c""#),
            (b"\x08\x0c\n\r\t/", r#""\b\f\n\r\t/""#),
            (b"\x01\x1b\x1f\x7f", "\"\\u0001\\u001b\\u001f\x7f\""),
            ("é€".as_bytes(), "\"é€\""),
        ] {
            assert_eq!(shown(|out| string(out, text)), want);
        }
        for (value, want) in [
            (1.25, "1.25"),
            (2.5, "2.50"),
            (-0.001, "-0.00"),
            (0.0, "0"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
            (f64::NEG_INFINITY, "null"),
        ] {
            assert_eq!(shown(|out| double(out, value)), want);
        }
        assert_eq!(
            shown(|out| {
                out.push(b'{');
                key(out, b"a");
                out.push(b'1');
                key(out, b"b\n");
            }),
            r#"{"a":1,"b\n":"#
        );
    }

    #[test]
    fn ch06_20_numbers() {
        for (token, want_int, want_uint64) in [
            ("7", Some(7), Some(7)),
            ("1e2", Some(100), Some(100)),
            ("-5", Some(-5), Some(u64::MAX - 4)),
            ("1.5", None, None),
            ("\"7\"", None, None),
            ("true", None, None),
            ("2147483647", Some(i32::MAX), Some(2_147_483_647)),
            ("2147483648", None, Some(2_147_483_648)),
            ("-2147483648", Some(i32::MIN), Some((-2_147_483_648i64) as u64)),
            ("9007199254740992", None, Some(1 << 53)),
            ("9223372036854775808", None, None),
            ("1e300", None, None),
            ("null", None, None),
        ] {
            assert_eq!(int(token.as_bytes()), want_int, "{token}");
            assert_eq!(uint64(token.as_bytes()), want_uint64, "{token}");
        }
    }

    /// ch06_18 and weak spot 19: what can't be stored as it is meant is refused.
    #[test]
    fn ch06_w19_strings() {
        for (token, want) in [
            (r#""""#, Some("")),
            (r#""a\nbA""#, Some("a\nbA")),
            (r#""a\u0041\/""#, Some("aA/")),
            (r#""\u00e9\u20ac""#, Some("é€")),
            (r#""\ud83d\ude00!""#, Some("😀!")),
            (r#""\q""#, None),
            (r#""\u12""#, None),
            (r#""\u12g4""#, None),
            (r#""\u+123""#, None),
            (r#""\u0000""#, None),
            (r#""\ud83d""#, None),
            (r#""\ud83dx""#, None),
            (r#""\ud83d\u0041""#, None),
            (r#""\ude00""#, None),
            ("5", None),
            ("null", None),
        ] {
            assert_eq!(text(token.as_bytes()), want.map(|s| s.as_bytes().to_vec()), "{token}");
        }
    }

    #[test]
    fn ch06_18_members() {
        let list = |json: &'static str| -> Vec<(&str, &str)> {
            let text = |b| core::str::from_utf8(b).expect("text");
            members(json.as_bytes()).map(|(key, value)| (text(key), text(value))).collect()
        };
        assert_eq!(list(r#"{"a":{"b":1}, "c" : 2}"#), [("a", r#"{"b":1}"#), ("c", "2")]);
        assert_eq!(list(r#"{"a":1,"a":2}"#), [("a", "1"), ("a", "2")]);
        assert_eq!(list(r#"{"a":1,"b":{"c":4"#), [("a", "1")]);
        for none in ["", "{}", "[]", "[1]", "garbage", r#" {"a":1}"#, "{1:2}"] {
            assert_eq!(list(none), [], "{none}");
        }
        assert_eq!(member(br#"{"a":{"b":[1,2]}}"#, b"a.b[1]"), Some(&b"2"[..]));
        assert_eq!(member(b"5", b"a"), None);
    }
}
