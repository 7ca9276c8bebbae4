//! Sets whose elements are the files of a directory.

use core::cell::{Cell, RefCell};
use core::ffi::{c_char, c_void};

use super::sets::Set;
use crate::abi::mem::cstr;
use crate::abi::panics::guard;
use crate::abi::protocol_types::mg_dash_user;
use crate::fs::system::{FileSystem, join};
use crate::text::path;
use crate::text::percent::{self, Plus};

/// Names of the entries of a directory, in its own order.
struct Listing {
    /// Which directory: address of the file system, and path.
    of: (usize, Vec<u8>),
    names: Vec<Vec<u8>>,
}

thread_local! {
    /// The listing that element reads share while a [`SharedListing`] is there.
    static SHARED: RefCell<Option<Listing>> = const { RefCell::new(None) };
    /// Whether one is there.
    static IS_SHARING: Cell<bool> = const { Cell::new(false) };
}

/// While one exists, a directory whose elements are read one by one is listed once.
pub(crate) struct SharedListing;

impl SharedListing {
    pub(crate) fn new() -> SharedListing {
        IS_SHARING.set(true);
        SharedListing
    }
}

impl Drop for SharedListing {
    fn drop(&mut self) {
        IS_SHARING.set(false);
        SHARED.set(None);
    }
}

impl Listing {
    fn of(fs: FileSystem, dir: &[u8]) -> Listing {
        let of = (fs.as_ptr() as usize, dir.to_vec());
        let shared = SHARED.take().filter(|listing| listing.of == of);
        shared.unwrap_or_else(|| {
            let mut names: Vec<Vec<u8>> = Vec::new();
            if let Some(path) = join(&[dir]) {
                fs.list(&path, add_name, (&raw mut names).cast());
            }
            Listing { of, names }
        })
    }

    fn share(self) {
        if IS_SHARING.get() {
            SHARED.set(Some(self));
        }
    }
}

/// Called by the file system for each entry; `arg` is a `Vec<Vec<u8>>`.
unsafe extern "C" fn add_name(name: *const c_char, arg: *mut c_void) {
    guard((), || {
        // SAFETY: `Listing::of` passes a vector that outlives the call; rule 3 for `name`.
        let (names, name) =
            unsafe { (&mut *arg.cast::<Vec<Vec<u8>>>(), cstr(name).unwrap_or_default()) };
        if name != b"." && name != b".." {
            names.push(name.to_vec());
        }
    });
}

/// `mg_dash_dir_read`: loads entry `*index`, or stores the number of entries there.
///
/// # Safety
/// Rule 1 of the C edge: `user` and its dashboard are live.
pub(crate) unsafe fn read_entry(set: Set, user: *mut mg_dash_user) -> bool {
    if user.is_null() || !set.is_array() {
        return false;
    }
    let Some(name_field) = set.fields().find(|field| field.is_text_named(b"name")) else {
        return false;
    };
    // SAFETY: passed on.
    let Some(dir) = (unsafe { set.directory(user) }) else { return false };
    // SAFETY: passed on.
    let fs = unsafe {
        let dash = (*user).dash;
        FileSystem::new(if dash.is_null() { core::ptr::null_mut() } else { (*dash).upload_fs })
    };
    let listing = Listing::of(fs, &dir);
    let at = set.index();
    if at == -1 {
        set.set_index(listing.names.len().try_into().unwrap_or(i32::MAX));
    } else if let Some(name) = usize::try_from(at).ok().and_then(|at| listing.names.get(at)) {
        name_field.store_cut(name);
        let entry = join(&[&dir, b"/", name]).and_then(|path| fs.stat(&path));
        if let Some(size_field) = set.fields().find(|field| field.name() == b"size") {
            size_field.store_size(entry.map_or(0, |entry| entry.size));
        }
    } else {
        set.set_index(-1);
    }
    listing.share();
    true
}

/// The file that a URI names: percent-decoded, a plain name inside one directory. `None` for
/// everything else.
pub(crate) fn plain_name(encoded: &[u8]) -> Option<Vec<u8>> {
    let name = percent::decode(encoded, Plus::Literal)?;
    let is_plain = !name.is_empty()
        && name != b"."
        && path::is_sane(&name)
        && !name.iter().any(|b| matches!(b, b'/' | b'\\' | 0));
    is_plain.then_some(name)
}

/// Tells the program's callback which file it is asked about.
pub(crate) fn store_name(set: Set, name: &[u8]) {
    if let Some(field) = set.fields().find(|field| field.is_text_named(b"name")) {
        field.store_cut(name);
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    /// ch06_36 and weak spots 25, 26 and 31.
    #[test]
    fn ch06_36_names() {
        for (encoded, want) in [
            ("a.txt", Some("a.txt")),
            ("sp%20ace+x", Some("sp ace+x")),
            ("se%65d.txt", Some("seed.txt")),
            (".hidden", Some(".hidden")),
            ("a..b", Some("a..b")),
            ("", None),
            (".", None),
            ("..", None),
            ("%2e%2e", None),
            ("%2e%2e%2fx", None),
            ("a%2Fb", None),
            ("a%5Cb", None),
            ("a%00b", None),
            ("%00", None),
            ("~root", None),
            ("%zz", None),
        ] {
            assert_eq!(plain_name(encoded.as_bytes()), want.map(|s| s.as_bytes().to_vec()));
        }
    }
}
