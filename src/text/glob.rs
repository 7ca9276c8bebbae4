//! Glob matching: `?` one byte, `*` bytes without `/`, `#` any bytes.
//!
//! View a pattern as segments of literals and `?` with wildcard groups between. Each segment is
//! placed leftmost behind the one before, the last one at the end of the text, and no placement is
//! ever taken back. So every byte of the text is looked at a bounded number of times, and a few
//! matches that only a full search would find are refused.

use super::search::{position, positions};

/// Receives captures: index, and offset and length in the text, or `None` for the end mark.
pub type Store<'a> = &'a mut dyn FnMut(usize, Option<(usize, usize)>);

/// Whether `pattern` matches all of `text`.
///
/// One capture is stored per `?` and per group of adjacent `*` and `#`, in order, and an end mark
/// behind the last one if the pattern does not end in a group. Entry 0 is an end mark first.
pub fn matches(text: &[u8], pattern: &[u8], store: Store) -> bool {
    store(0, None);
    let mut matcher = Matcher { text, pos: 0, captures: 0, slash: 0, store };
    matcher.run(pattern).is_some()
}

/// Up to this length a text is searched place by place; preparing a better way costs more.
const SHORT: usize = 64;

struct Matcher<'a> {
    text: &'a [u8],
    /// What is in front of this offset has been matched.
    pos: usize,
    captures: usize,
    /// The first `/` behind an earlier `pos`, or the end of the text; 0 = not known yet.
    slash: usize,
    store: Store<'a>,
}

impl Matcher<'_> {
    fn run(&mut self, pattern: &[u8]) -> Option<()> {
        let (first, mut rest) = split_segment(pattern);
        if !fits(first, self.text) {
            return None;
        }
        self.place(first, 0);
        while !rest.is_empty() {
            let group = rest.iter().take_while(|&&c| is_group(c)).count();
            let crosses = rest.get(group - 1) == Some(&b'#');
            let (segment, tail) = split_segment(rest.get(group..)?);
            let at = if tail.is_empty() {
                self.text.len().checked_sub(segment.len())?
            } else {
                self.find(segment, crosses)?
            };
            if at < self.pos || !fits(segment, self.text.get(at..)?) {
                return None;
            }
            if !crosses && self.next_slash() < at {
                return None;
            }
            self.capture(self.pos, at);
            self.place(segment, at);
            if tail.is_empty() {
                if !segment.is_empty() {
                    self.end_mark();
                }
                return Some(());
            }
            rest = tail;
        }
        self.end_mark();
        (self.pos == self.text.len()).then_some(())
    }

    fn capture(&mut self, start: usize, end: usize) {
        (self.store)(self.captures, Some((start, end - start)));
        self.captures += 1;
    }

    fn end_mark(&mut self) {
        (self.store)(self.captures, None);
    }

    /// Captures what the `?` of a segment at `at` stand for and goes on behind it.
    fn place(&mut self, segment: &[u8], at: usize) {
        for i in positions(segment, 0, |block| block.is(b'?')) {
            self.capture(at + i, at + i + 1);
        }
        self.pos = at + segment.len();
    }

    /// Offset of the first `/` at or behind `pos`, or the end of the text.
    fn next_slash(&mut self) -> usize {
        if self.slash <= self.pos {
            let rest = self.text.get(self.pos..).unwrap_or_default();
            self.slash = self.pos + memchr::memchr(b'/', rest).unwrap_or(rest.len());
        }
        self.slash
    }

    /// Leftmost offset from `pos` on where `segment` matches, with no `/` in between unless the
    /// wildcard crosses them.
    fn find(&mut self, segment: &[u8], crosses: bool) -> Option<usize> {
        let end = if crosses {
            self.text.len()
        } else {
            self.next_slash().saturating_add(segment.len()).min(self.text.len())
        };
        let window = self.text.get(self.pos..end)?;
        if window.len() <= SHORT {
            let last = window.len().checked_sub(segment.len())?;
            let fits_at = |&at: &usize| window.get(at..).is_some_and(|rest| fits(segment, rest));
            return (0..=last).find(fits_at).map(|at| self.pos + at);
        }
        // The longest run of literals is searched for, the rest compared.
        let (run_at, run) = longest_run(segment);
        let hay = window.get(run_at..)?;
        let finder = memchr::memmem::Finder::new(run);
        let mut from = 0;
        loop {
            let at = from + finder.find(hay.get(from..)?)?;
            if fits(segment, window.get(at..)?) {
                return Some(self.pos + at);
            }
            from = at + 1;
        }
    }
}

fn is_group(c: u8) -> bool {
    c == b'*' || c == b'#'
}

/// The pattern up to its first `*` or `#`, and the rest.
fn split_segment(pattern: &[u8]) -> (&[u8], &[u8]) {
    let end = position(pattern, 0, |block| block.is(b'*') | block.is(b'#'));
    pattern.split_at(end.unwrap_or(pattern.len()))
}

/// Whether `text` starts with what `segment` stands for.
fn fits(segment: &[u8], text: &[u8]) -> bool {
    text.len() >= segment.len() && segment.iter().zip(text).all(|(&p, &c)| p == b'?' || p == c)
}

/// Offset and bytes of the longest part of a segment without `?`; may be empty.
fn longest_run(segment: &[u8]) -> (usize, &[u8]) {
    let mut at = 0;
    let mut best: (usize, &[u8]) = (0, &[]);
    for run in segment.split(|&c| c == b'?') {
        if run.len() > best.1.len() {
            best = (at, run);
        }
        at += run.len() + 1;
    }
    best
}

/// The longest part of `pattern` without wildcards, which every text that matches has in it.
pub fn longest_literal(pattern: &[u8]) -> &[u8] {
    let literals = pattern.split(|&c| is_group(c) || c == b'?');
    literals.max_by_key(|literal| literal.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_patterns() {
        for (pattern, literal) in
            [("", ""), ("a", "a"), ("#.git#", ".git"), ("a?bc*d", "bc"), ("?*#", ""), ("/x*", "/x")]
        {
            assert_eq!(longest_literal(pattern.as_bytes()), literal.as_bytes());
        }
    }

    /// `None`: no match. Otherwise the captures, `!` for the end mark, `.` for an entry not written.
    fn run(text: &str, pattern: &str) -> Option<String> {
        let mut caps = [Some(None), None, None, None, None, None, None, None];
        let mut highest = 0;
        let hit = matches(text.as_bytes(), pattern.as_bytes(), &mut |i, cap| {
            highest = highest.max(i);
            caps[i] = Some(cap);
        });
        let wildcards = pattern.bytes().filter(|c| b"?*#".contains(c)).count();
        assert!(highest <= wildcards, "{text} {pattern}: at most wildcards + 1 entries");
        hit.then(|| {
            let entries = caps.iter().map_while(|cap| match cap {
                Some(Some((at, len))) => Some(text[*at..at + len].to_string()),
                Some(None) => Some("!".to_string()),
                None => None,
            });
            let mut list: Vec<_> = entries.collect();
            if let Some(end) = list.iter().position(|c| c == "!") {
                list.truncate(end + 1);
            }
            list.join(",")
        })
    }

    #[test]
    fn ch02_9_10_table() {
        for (text, pattern, want) in [
            ("", "", Some("!")),
            ("a", "", None),
            ("", "?", None),
            ("", "*", Some("")),
            ("", "#", Some("")),
            ("shop/42/item", "shop/*/item", Some("42,!")),
            ("k=v=w", "*=*", Some("k,v=w")),
            ("k-l-m", "#-#-#", Some("k,l,m")),
            ("mnomnop", "*mnop", Some("mno,!")),
            ("pq", "??", Some("p,q,!")),
            ("pqr", "?*", Some("p,qr")),
            ("pqr", "**", Some("pqr")),
            ("p/q", "*", None),
            ("p/q", "*#", Some("p/q")),
            ("p/q", "#*", None),
            ("p/q", "p?q", Some("/,!")),
            ("//", "/*/", Some(",!")),
            ("abc", "abc", Some("!")),
            ("abcd", "abc", None),
            ("abc", "abcd", None),
        ] {
            assert_eq!(run(text, pattern).as_deref(), want, "{text} {pattern}");
        }
    }

    #[test]
    fn ch02_12_captures_are_numbered_by_wildcard() {
        assert_eq!(run("pqr", "*?").as_deref(), Some("pq,r,!"));
        assert_eq!(run("xaaxaayab", "#a?b").as_deref(), None);
        assert_eq!(run("xaaxaaab", "#a?b").as_deref(), Some("xaaxa,a,!"));
        let long = "ac".repeat(1000) + "ayb";
        assert_eq!(run(&long, "#a?b").map(|caps| caps.len()), Some(2000 + ",y,!".len()));
    }

    #[test]
    fn ch02_weak_4_star_never_takes_a_slash() {
        assert_eq!(run("/u/a/c/b", "/u/*/b"), None);
        assert_eq!(run("aa/b", "*a?b").as_deref(), Some("a,/,!"));
    }

    #[test]
    fn ch02_weak_6_no_second_thoughts() {
        assert_eq!(run("a/ab", "#a*b"), None);
    }

    #[test]
    fn ch02_weak_5_long_runs_of_repeated_letters() {
        // Quadratic work on these sizes would be 10^11 steps.
        let (text, pattern) = ("a".repeat(400_000), format!("#{}b#", "a".repeat(200_000)));
        assert!(!matches(text.as_bytes(), pattern.as_bytes(), &mut |_, _| ()));
        let stars = "*a".repeat(200_000) + "#";
        assert!(matches(text.as_bytes(), stars.as_bytes(), &mut |_, _| ()));
    }
}
