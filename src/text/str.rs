//! Comparing, splitting and reading numbers from byte strings.

use core::cmp::Ordering;
use core::ffi::c_char;

/// Splits at the first `sep`; without one the second part is the empty end of `s`. `None` if `s` is
/// empty.
pub fn span(s: &[u8], sep: u8) -> Option<(&[u8], &[u8])> {
    if s.is_empty() {
        return None;
    }
    let at = memchr::memchr(sep, s).unwrap_or(s.len());
    let (first, rest) = s.split_at_checked(at)?;
    Some((first, rest.get(1..).unwrap_or(rest)))
}

/// Difference of the first two characters that differ when ASCII case is ignored, as C `char`s; the
/// end counts as 0.
pub fn casecmp(a: &[u8], b: &[u8]) -> i32 {
    let fold =
        |s: &[u8], i: usize| s.get(i).map_or(0, |c| i32::from(c.to_ascii_lowercase() as c_char));
    (0..=a.len().min(b.len())).map(|i| fold(a, i) - fold(b, i)).find(|&d| d != 0).unwrap_or(0)
}

/// Order of the first bytes that differ, as C `char`s; a prefix is smaller.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    compare_by(a, b, |c| c as c_char)
}

/// [`compare`] with ASCII case ignored.
pub fn compare_ignore_case(a: &[u8], b: &[u8]) -> Ordering {
    compare_by(a, b, |c| c.to_ascii_lowercase() as c_char)
}

fn compare_by(a: &[u8], b: &[u8], key: fn(u8) -> c_char) -> Ordering {
    a.iter().map(|&c| key(c)).cmp(b.iter().map(|&c| key(c)))
}

/// An unsigned number that makes up all of `s`. Base 2, 10, 16, or 0: by the prefix `0b` or `0x`,
/// else decimal, at least two characters. `None` for anything else or above `max`.
pub fn to_num(s: &[u8], base: u32, max: u64) -> Option<u64> {
    match (base, s) {
        (2 | 10 | 16, _) => digits(s, base, max),
        (0, [b'0', b'b', rest @ ..]) => digits(rest, 2, max),
        (0, [b'0', b'x', rest @ ..]) => digits(rest, 16, max),
        (0, [_, _, ..]) => digits(s, 10, max),
        _ => None,
    }
}

fn digits(s: &[u8], base: u32, max: u64) -> Option<u64> {
    if s.is_empty() {
        return None;
    }
    let n = s.iter().try_fold(0u64, |n, &c| {
        let digit = char::from(c).to_digit(base)?;
        n.checked_mul(u64::from(base))?.checked_add(u64::from(digit))
    })?;
    (n <= max).then_some(n)
}

/// A decimal size with blanks and tabs around it.
pub fn to_size(s: &[u8]) -> Option<usize> {
    let blank = |c: &u8| matches!(c, b' ' | b'\t');
    let start = s.iter().position(|c| !blank(c))?;
    let end = s.iter().rposition(|c| !blank(c))? + 1;
    usize::try_from(digits(s.get(start..end)?, 10, usize::MAX as u64)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch02_2_3_comparisons() {
        for (a, b, want) in
            [("Mango", "mANGO", 0), ("x", "", 120), ("", "x", -120), ("", "", 0), ("ab", "aC", -1)]
        {
            assert_eq!(casecmp(a.as_bytes(), b.as_bytes()), want, "{a} {b}");
        }
        assert_eq!(compare(b"ab", b"abc"), Ordering::Less);
        assert_eq!(compare(b"b", b"abc"), Ordering::Greater);
        assert_eq!(compare(b"a\0b", b"a\0b"), Ordering::Equal);
        assert_eq!(compare_ignore_case(b"[", b"A"), Ordering::Less, "folded to lower case");
        assert_eq!(compare_ignore_case(b"HoSt", b"hOsT"), Ordering::Equal);
    }

    #[test]
    fn ch02_5_span() {
        let cases: [(&str, Option<(&str, &str)>); 6] = [
            ("", None),
            ("ab", Some(("ab", ""))),
            ("a,b,c", Some(("a", "b,c"))),
            (",b", Some(("", "b"))),
            ("a,", Some(("a", ""))),
            (",", Some(("", ""))),
        ];
        for (s, want) in cases {
            let want = want.map(|(a, b)| (a.as_bytes(), b.as_bytes()));
            assert_eq!(span(s.as_bytes(), b','), want, "{s}");
        }
    }

    #[test]
    fn ch02_6_widths() {
        for max in [0xff, 0xffff, 0xffff_ffff, u64::MAX] {
            for base in [2, 10, 16] {
                let (at, above) = match base {
                    2 => (format!("{max:b}"), format!("1{}", "0".repeat(format!("{max:b}").len()))),
                    10 => (max.to_string(), (u128::from(max) + 1).to_string()),
                    _ => (format!("{max:X}"), format!("1{}", "0".repeat(format!("{max:X}").len()))),
                };
                assert_eq!(to_num(at.as_bytes(), base, max), Some(max));
                assert_eq!(to_num(format!("000{at}").as_bytes(), base, max), Some(max));
                assert_eq!(to_num(above.as_bytes(), base, max), None, "{above}");
            }
        }
    }

    #[test]
    fn ch02_7_bases() {
        for (s, base, want) in [
            ("0x1F", 0, Some(31)),
            ("0b101", 0, Some(5)),
            ("07", 0, Some(7)),
            ("00", 0, Some(0)),
            ("42", 0, Some(42)),
            ("7", 0, None),
            ("0", 0, None),
            ("0x", 0, None),
            ("0b", 0, None),
            ("0X1", 0, None),
            ("0B1", 0, None),
            ("0o7", 0, None),
            ("0x12", 16, None),
            ("12", 8, None),
            ("-1", 10, None),
            (" 1", 10, None),
            ("", 10, None),
            ("2", 2, None),
        ] {
            assert_eq!(to_num(s.as_bytes(), base, u64::MAX), want, "{s} {base}");
        }
    }

    #[test]
    fn ch02_8_sizes() {
        let max = usize::MAX.to_string();
        for (s, want) in [
            ("12", Some(12)),
            (" \t12\t ", Some(12)),
            ("0007", Some(7)),
            (max.as_str(), Some(usize::MAX)),
            ("18446744073709551616", None),
            ("", None),
            (" \t", None),
            ("-1", None),
            ("+1", None),
            ("1 2", None),
            ("1\n", None),
            ("0x1", None),
        ] {
            assert_eq!(to_size(s.as_bytes()), want, "{s:?}");
        }
    }
}
