//! Glob matching against a full search.

#[path = "../common/glob.rs"]
mod common;

use common::{full_match, rebuild};
use mongoose::text::glob::matches;
use proptest::prelude::*;

use super::often;

/// What matches, and the captures.
fn captures<'a>(text: &'a [u8], pattern: &[u8]) -> Option<Vec<&'a [u8]>> {
    let mut list = Vec::new();
    let hit = matches(text, pattern, &mut |i, place| {
        list.truncate(i);
        list.extend(place.map(|(at, len)| &text[at..at + len]));
    });
    hit.then_some(list)
}

proptest! {
    #![proptest_config(often())]

    /// A match is one for a full search, too, and the captures put together are the text.
    #[test]
    fn no_match_too_many(text in "[ab/]{0,10}|[ab/]{60,80}", pattern in "[ab/?*#]{0,7}") {
        let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
        if let Some(list) = captures(text, pattern) {
            prop_assert!(full_match(text, pattern));
            prop_assert_eq!(rebuild(pattern, &list), Some(text.to_vec()));
        }
    }

    /// Nothing is missed if `*` and `#` mean the same, or all wildcards are `#`, or there is but
    /// one. In other patterns an early choice that is never taken back may be the wrong one.
    #[test]
    fn no_match_too_few(
        (text, pattern) in prop_oneof![
            ("[ab]{0,10}|[ab]{60,80}", "[ab?*#]{0,7}"),
            ("[ab/]{0,10}|[ab/]{60,80}", "[ab/?#]{0,7}"),
            ("[ab/]{0,10}", "[ab/?]{0,4}[*#]{0,2}[ab/?]{0,4}"),
        ],
    ) {
        let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
        prop_assert_eq!(captures(text, pattern).is_some(), full_match(text, pattern));
    }
}
