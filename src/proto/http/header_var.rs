//! Variables inside a header value: `Digest realm="x", qop=auth` or `a=1; b=2`.

/// Value of variable `name` in `value`, a slice of it; `None` if there is no such variable.
///
/// The name starts the value or follows a blank, `;` or `,`, and `=` follows it at once.
/// Quotes around the value are taken off; without a closing quote, the opening one stays.
pub fn find<'a>(value: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    if name.is_empty() {
        return None;
    }
    memchr::memchr_iter(b'=', value).find_map(|equals| {
        let (before, after) = value.split_at_checked(equals)?;
        let separator = before.strip_suffix(name)?.last();
        let starts = separator.is_none_or(|b| matches!(b, b' ' | b'\t' | b';' | b','));
        starts.then(|| unquote(after.get(1..).unwrap_or_default()))
    })
}

/// The variable's value at the start of `text`.
fn unquote(text: &[u8]) -> &[u8] {
    let end = match text.split_first() {
        Some((b'"', quoted)) => match memchr::memchr(b'"', quoted) {
            Some(end) => return quoted.get(..end).unwrap_or_default(),
            None => None,
        },
        _ => memchr::memchr3(b';', b' ', b',', text),
    };
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::find;

    /// ch03_17 and 12.51.
    #[test]
    fn ch03_17_header_variables() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            (r#"Digest realm="a b", qop=auth"#, "realm", Some("a b")),
            (r#"Digest realm="a b", qop=auth"#, "qop", Some("auth")),
            (r#"x="""#, "x", Some("")),
            (r#"x="abc"#, "x", Some("\"abc")),
            ("k=vw", "k", Some("vw")),
            ("k=v", "k", Some("v")),
            ("k=", "k", Some("")),
            ("k=; b", "k", Some("")),
            ("a=1\t2; b=3", "a", Some("1\t2")),
            ("a=x\"y\"z,b", "a", Some("x\"y\"z")),
            ("grid=99; id=42", "id", Some("42")),
            ("xaccess_token=evil; access_token=good", "access_token", Some("good")),
            ("k =v", "k", None),
            ("K=v", "k", None),
            ("k", "k", None),
            ("k=v", "", None),
            ("=v", "", None),
            ("", "k", None),
        ];
        for &(value, name, expected) in cases {
            let got = find(value.as_bytes(), name.as_bytes());
            assert_eq!(got, expected.map(str::as_bytes), "{name} in {value}");
        }
    }
}
