//! Files packed into the program: the callbacks of `mg_fs_packed`.
//!
//! The table is the program's, it may be replaced at any time, so every call walks it anew.

use core::ffi::{c_char, c_int, c_void};
use std::collections::HashSet;
use std::ffi::CString;

use super::{MG_FS_DIR, MG_FS_READ, MG_FS_WRITE};
use crate::abi::fs::mg_mem_files;
use crate::abi::mem::{calloc, cstr, mg_free};
use crate::abi::panics::exported;
use crate::abi::types::{mg_fs, mg_fs_ls_cb, mg_mem_file, time_t};

/// The table that `mg_fs_packed` starts with.
pub const TABLE: mg_fs = mg_fs {
    st: Some(st),
    ls: Some(ls),
    op: Some(op),
    cl: Some(cl),
    rd: Some(rd),
    wr: Some(wr),
    sk: Some(sk),
    mv: Some(mv),
    rm: Some(rm),
    mkd: Some(mkd),
};

/// One packed file. The program keeps path and content alive.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    path: &'static [u8],
    /// Content; NULL counts as missing.
    pub data: *const u8,
    /// Bytes of content.
    pub size: usize,
    mtime: time_t,
}

/// An open packed file.
struct Handle {
    data: *const u8,
    size: usize,
    /// INVARIANT: `pos <= size`.
    pos: usize,
}

/// The packed files in order.
fn files() -> impl Iterator<Item = Packed> {
    // SAFETY: a plain pointer that the program sets while no other thread is in the library.
    let mut entry: *const mg_mem_file = unsafe { mg_mem_files };
    core::iter::from_fn(move || {
        if entry.is_null() {
            return None;
        }
        // SAFETY: the table ends with a NULL path, which is not walked past.
        let (path, data, size, mtime) = unsafe {
            let file = &*entry;
            (cstr(file.path)?, file.data, file.size, file.mtime)
        };
        entry = entry.wrapping_add(1);
        Some(Packed { path, data, size, mtime })
    })
}

/// The packed file with exactly this path.
pub fn find(path: &[u8]) -> Option<Packed> {
    files().find(|file| file.path == path).filter(|file| !file.data.is_null())
}

/// What follows directory `dir` and its separator in `path`, if `path` lies below it.
fn below<'a>(path: &'a [u8], dir: &[u8]) -> Option<&'a [u8]> {
    let rest = path.strip_prefix(dir).filter(|rest| !rest.is_empty())?;
    if dir.ends_with(b"/") {
        return Some(rest);
    }
    match rest.strip_prefix(b"/") {
        Some(inner) => Some(inner),
        None => dir.is_empty().then_some(rest),
    }
}

unsafe extern "C" fn st(path: *const c_char, size: *mut usize, mtime: *mut time_t) -> c_int {
    exported("mg_fs_packed.st", 0, || {
        // SAFETY: rule 3.
        let Some(path) = (unsafe { cstr(path) }) else {
            return 0;
        };
        let Some(file) = find(path) else {
            let is_dir = files().any(|file| below(file.path, path).is_some());
            return if is_dir { MG_FS_DIR } else { 0 };
        };
        if !size.is_null() {
            // SAFETY: rule 5.
            unsafe { size.write(file.size) };
        }
        if !mtime.is_null() {
            // SAFETY: rule 5.
            unsafe { mtime.write(file.mtime) };
        }
        MG_FS_READ
    })
}

unsafe extern "C" fn ls(path: *const c_char, each: mg_fs_ls_cb, arg: *mut c_void) {
    exported("mg_fs_packed.ls", (), || {
        // SAFETY: rule 3.
        let (Some(dir), Some(each)) = (unsafe { cstr(path) }, each) else {
            return;
        };
        // A name that came back later would send `mg_fs_ls` round in circles.
        let mut seen: HashSet<&[u8]> = HashSet::new();
        for file in files() {
            let Some(rest) = below(file.path, dir) else {
                continue;
            };
            let name = rest.split(|&b| b == b'/').next().unwrap_or(rest);
            if seen.try_reserve(1).is_ok() && !seen.insert(name) {
                continue;
            }
            if let Ok(name) = CString::new(name) {
                // SAFETY: rule 7; the name lives until the call returns.
                unsafe { each(name.as_ptr(), arg) };
            }
        }
    })
}

unsafe extern "C" fn op(path: *const c_char, flags: c_int) -> *mut c_void {
    exported("mg_fs_packed.op", core::ptr::null_mut(), || {
        // SAFETY: rule 3.
        let path = unsafe { cstr(path) }.filter(|_| flags & MG_FS_WRITE == 0);
        let Some(file) = path.and_then(find) else {
            return core::ptr::null_mut();
        };
        let handle: *mut Handle = calloc(size_of::<Handle>()).cast();
        if !handle.is_null() {
            // SAFETY: a fresh block of the right size, aligned as `malloc` does.
            unsafe { handle.write(Handle { data: file.data, size: file.size, pos: 0 }) };
        }
        handle.cast()
    })
}

unsafe extern "C" fn cl(handle: *mut c_void) {
    exported("mg_fs_packed.cl", (), || {
        // SAFETY: NULL or a handle of `op`, which came from `mg_calloc`.
        unsafe { mg_free(handle) };
    })
}

unsafe extern "C" fn rd(handle: *mut c_void, buf: *mut c_void, len: usize) -> usize {
    exported("mg_fs_packed.rd", 0, || {
        if handle.is_null() || buf.is_null() {
            return 0;
        }
        // SAFETY: a handle of `op` that is not closed; nobody else holds a reference to it.
        let file = unsafe { &mut *handle.cast::<Handle>() };
        let count = len.min(file.size - file.pos);
        // SAFETY: `count` bytes follow `pos` in the content, and rule 2 for `buf`.
        unsafe { core::ptr::copy_nonoverlapping(file.data.add(file.pos), buf.cast(), count) };
        file.pos += count;
        count
    })
}

unsafe extern "C" fn wr(_: *mut c_void, _: *const c_void, _: usize) -> usize {
    0
}

unsafe extern "C" fn sk(handle: *mut c_void, offset: usize) -> usize {
    exported("mg_fs_packed.sk", 0, || {
        if handle.is_null() {
            return 0;
        }
        // SAFETY: a handle of `op` that is not closed; nobody else holds a reference to it.
        let file = unsafe { &mut *handle.cast::<Handle>() };
        file.pos = offset.min(file.size);
        file.pos
    })
}

unsafe extern "C" fn mv(_: *const c_char, _: *const c_char) -> bool {
    false
}

unsafe extern "C" fn rm(_: *const c_char) -> bool {
    false
}

unsafe extern "C" fn mkd(_: *const c_char) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::below;

    /// Hardening 12.48: with and without separator at the end.
    #[test]
    fn ch03_12_48_below() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            ("/d/a", "/d", Some("a")),
            ("/d/a", "/d/", Some("a")),
            ("/d/a", "/", Some("d/a")),
            ("/d/a", "", Some("d/a")),
            ("d/a", "", Some("d/a")),
            ("/d/a", "/d/a", None),
            ("/dx/a", "/d", None),
            ("/d", "/d/", None),
        ];
        for &(path, dir, expected) in cases {
            let got = below(path.as_bytes(), dir.as_bytes());
            assert_eq!(got, expected.map(str::as_bytes), "{path} in {dir}");
        }
    }
}
