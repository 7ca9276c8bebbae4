//! From the target of a request to a path, and the page that lists a directory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::lines;
use mongoose::proto::http::listing::{Kind, Listing};
use mongoose::proto::http::mapping::{PATH_MAX, resolve, single_leading_slash, stays_below};
use mongoose::proto::http::mime;
use mongoose::text::path::is_sane;

/// A comma gives two rows of some 75 bytes, in a vector that grows by doubling and is copied to the
/// response; the frame of the page is text of fixed size.
const MEMORY: Memory = Memory { per_byte: 1024, fixed: 1 << 15 };

fn check(data: &[u8]) {
    let [root, types, uri] = lines(data);
    for root in [root, b"/srv", b"/srv/www/,/api=/srv/api"] {
        let Ok(resolved) = resolve(uri, root) else { continue };
        assert!(
            resolved.path.len() < PATH_MAX && resolved.path.starts_with(resolved.dir)
                || resolved.dir.ends_with(b"/")
        );
        assert!(stays_below(resolved.below_dir()), "{:?}", resolved.path);
    }
    assert!(!single_leading_slash(uri).starts_with(b"//"));
    if is_sane(uri) && !uri.contains(&0) {
        assert!(stays_below(uri));
    }
    assert!(!mime::content_type(uri, types).is_empty() || !types.is_empty());
    page(uri, types);
}

/// What a page shows of names can't be taken for markup.
fn page(uri: &[u8], names: &[u8]) {
    let mut listing = Listing::new(uri);
    for name in names.split(|&byte| byte == b',') {
        assert!(listing.row(name, Kind::File(name.len() as u64), 1));
        assert!(listing.row(name, Kind::Directory, -1));
    }
    let response = listing.finish(b"X-Y: z\r\n").expect("memory");
    let rest = |start: &[u8]| response.windows(start.len()).filter(|part| *part == start).count();
    assert_eq!(rest(b"</title>"), 1);
    assert_eq!(rest(b"<h1>"), 1);
}

fuzz_target!(|data: &[u8]| within(MEMORY, data.len(), || check(data)));
