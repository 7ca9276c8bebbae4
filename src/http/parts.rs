//! Limits of `mg_http_next_multipart`, which is told neither connection nor manager.
//!
//! While a handler is told of a complete message the limits are those of its manager; elsewhere
//! they are the defaults. Parts are counted from the one at offset 0 on.

use core::cell::Cell;

use crate::event::state::State;
use crate::guard::options::Name;

/// Parts of a body where no manager says how many there may be.
const DEFAULT_MAX_PARTS: usize = 1000;

#[derive(Clone, Copy)]
struct Limits {
    parts: usize,
    part_size: usize,
}

/// How far somebody has come with a body.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    body: usize,
    offset: usize,
}

thread_local! {
    static LIMITS: Cell<Limits> =
        const { Cell::new(Limits { parts: DEFAULT_MAX_PARTS, part_size: usize::MAX }) };
    /// Where the last iteration goes on, and how many parts it has given.
    static LAST: Cell<(Place, usize)> = const { Cell::new((Place { body: 0, offset: 0 }, 0)) };
}

/// The limits of a manager count until this is dropped.
pub(crate) struct Scope(Limits);

impl Scope {
    pub(crate) fn enter(state: State) -> Scope {
        let parts = state.limit(Name::MaxParts);
        let part_size = state.limit(Name::MaxPartSize);
        Scope(LIMITS.replace(Limits { parts, part_size }))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        LIMITS.set(self.0);
    }
}

/// Whether the part at offset `ofs` of `body` may be given, which is `len` bytes long and ends at
/// offset `next`.
pub(crate) fn may_give(body: &[u8], ofs: usize, len: usize, next: usize) -> bool {
    let limits = LIMITS.get();
    let body = body.as_ptr().addr();
    let (last, given) = LAST.get();
    let count = if ofs > 0 && last == (Place { body, offset: ofs }) { given + 1 } else { 1 };
    LAST.set((Place { body, offset: next }, count));
    count <= limits.parts && len <= limits.part_size
}
