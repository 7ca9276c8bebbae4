//! Server-side includes, with a few files that include one another.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::lines;
use mongoose::proto::http::ssi::{Loader, expand};

/// Files `/r/0`, `/r/1` and so on; all others are missing.
struct Files<'a>([&'a [u8]; 4]);

impl Loader for Files<'_> {
    fn load(&mut self, path: &[u8], limit: usize) -> Option<Vec<u8>> {
        assert!(!path.windows(4).any(|part| part == b"/../"), "{path:?}");
        let number: usize = str::from_utf8(path.strip_prefix(b"/r/")?).ok()?.parse().ok()?;
        self.0.get(number).filter(|file| file.len() <= limit).map(|file| file.to_vec())
    }
}

/// A page may contain 1000 files, each one loaded and copied to the page, but no more than 8 MiB.
const MEMORY: Memory = Memory { per_byte: 8 * 1000, fixed: 1 << 20 };

fuzz_target!(|data: &[u8]| {
    within(MEMORY, data.len(), || {
        let mut files = Files(lines(data));
        let page = expand(b"/r/", b"/r/0", &mut files).expect("the file is there");
        assert!(!page.contains(&0) && page.len() <= 8 << 20);
    });
});
