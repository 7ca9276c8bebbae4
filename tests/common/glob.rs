//! What glob matching means, in the simplest way.

/// The documented rule by full search.
pub fn full_match(s: &[u8], p: &[u8]) -> bool {
    let Some((&w, rest)) = p.split_first() else {
        return s.is_empty();
    };
    match w {
        b'*' | b'#' if matches!(rest.first(), Some(b'*' | b'#')) => full_match(s, rest),
        b'*' | b'#' => (0..=s.len())
            .take_while(|&n| w == b'#' || !s[..n].contains(&b'/'))
            .any(|n| full_match(&s[n..], rest)),
        b'?' => !s.is_empty() && full_match(&s[1..], rest),
        c => s.first() == Some(&c) && full_match(&s[1..], rest),
    }
}

/// The pattern with captures in place of its wildcards; `None` if there are too few or too many, or
/// `*` took a `/`.
pub fn rebuild(pattern: &[u8], caps: &[&[u8]]) -> Option<Vec<u8>> {
    let mut caps = caps.iter();
    let mut out = Vec::new();
    for (i, &c) in pattern.iter().enumerate() {
        match c {
            b'*' | b'#' if matches!(pattern.get(i + 1), Some(b'*' | b'#')) => (),
            b'*' | b'#' | b'?' => {
                let cap = caps.next()?;
                if c == b'*' && cap.contains(&b'/') || c == b'?' && cap.len() != 1 {
                    return None;
                }
                out.extend_from_slice(cap);
            }
            c => out.push(c),
        }
    }
    caps.next().is_none().then_some(out)
}
