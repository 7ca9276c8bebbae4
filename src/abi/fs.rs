//! File systems: the tables, and functions that work on any of them.

use core::ffi::{c_char, c_int, c_void};
use std::ffi::CString;

use super::hooks::mg_random;
use super::mem::{bytes, bytes_mut, calloc, cstr, mg_free};
use super::panics::exported;
use super::types::{mg_fd, mg_fs, mg_mem_file, mg_str};
use crate::fs::{MG_FS_DIR, MG_FS_EXCL, MG_FS_READ, MG_FS_WRITE, packed, posix};
use crate::proto::http::mapping::PATH_MAX;

/// The file system of the operating system. A program may change the members.
#[unsafe(no_mangle)]
pub static mut mg_fs_posix: mg_fs = posix::TABLE;

/// Read-only files described by `mg_mem_files`. A program may change the members.
#[unsafe(no_mangle)]
pub static mut mg_fs_packed: mg_fs = packed::TABLE;

unsafe extern "C" {
    /// Packed files, ended by an entry whose path is NULL. The program assigns it, or replaces it
    /// by its own; NULL = none. Weak, see `src/shim/hook_files.c`.
    pub static mut mg_mem_files: *const mg_mem_file;
}

/// Content of the packed file `path`: not copied, not to be freed. `{NULL, 0}` if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_unpacked(path: *const c_char) -> mg_str {
    exported("mg_unpacked", mg_str::NULL, || {
        // SAFETY: rule 3.
        match unsafe { cstr(path) }.and_then(packed::find) {
            Some(file) => mg_str { buf: file.data.cast_mut().cast(), len: file.size },
            None => mg_str::NULL,
        }
    })
}

/// A copy of the table, so that no reference to it lives while its functions run.
///
/// # Safety
/// Rule 1.
unsafe fn table(fs: *const mg_fs) -> Option<mg_fs> {
    // SAFETY: passed on.
    (!fs.is_null()).then(|| unsafe { *fs })
}

/// Opens the file `path` of `fs`. `flags` are MG_FS_READ, MG_FS_WRITE (append) and MG_FS_EXCL.
///
/// Returns NULL if that fails, memory is out or an argument is NULL. Close with mg_fs_close().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_fs_open(
    fs: *mut mg_fs,
    path: *const c_char,
    flags: c_int,
) -> *mut mg_fd {
    exported("mg_fs_open", core::ptr::null_mut(), || {
        // SAFETY: rule 1.
        let Some(open) = (unsafe { table(fs) }).filter(|_| !path.is_null()).and_then(|fs| fs.op)
        else {
            return core::ptr::null_mut();
        };
        let file: *mut mg_fd = calloc(size_of::<mg_fd>()).cast();
        if file.is_null() {
            return file;
        }
        // SAFETY: rules 3 and 7.
        let fd = unsafe { open(path, flags) };
        if fd.is_null() {
            // SAFETY: allocated above.
            unsafe { mg_free(file.cast()) };
            return core::ptr::null_mut();
        }
        // SAFETY: a fresh block of the right size.
        unsafe { file.write(mg_fd { fd, fs }) };
        file
    })
}

/// Closes a file opened by mg_fs_open(). NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_fs_close(fd: *mut mg_fd) {
    exported("mg_fs_close", (), || {
        // SAFETY: passed on.
        unsafe { close(fd) };
    })
}

/// Closes `fd`; false if the system reports that data was lost.
///
/// # Safety
/// `fd` is NULL or came from [`mg_fs_open`].
unsafe fn close(fd: *mut mg_fd) -> bool {
    if fd.is_null() {
        return true;
    }
    // SAFETY: the caller promises a live `mg_fd`, and its table is alive (rule 1).
    let (handle, fs) = unsafe { ((*fd).fd, table((*fd).fs)) };
    let closed = match fs {
        // SAFETY: the handle came from this table's `op`.
        Some(fs) if posix::is_posix(&fs) => unsafe { posix::close(handle) },
        Some(mg_fs { cl: Some(cl), .. }) => {
            // SAFETY: rule 7, and the handle came from this table's `op`.
            unsafe { cl(handle) };
            true
        }
        _ => true,
    };
    // SAFETY: allocated by `mg_fs_open`.
    unsafe { mg_free(fd.cast()) };
    closed
}

/// What [`mg_fs_ls`] knows while a directory is walked.
struct Step<'a> {
    /// Holds the previous name, then the next one.
    name: &'a mut [u8],
    /// The previous name has come by, or there is none.
    passed: bool,
    /// The next name is in place.
    done: bool,
}

unsafe extern "C" fn step(name: *const c_char, arg: *mut c_void) {
    // SAFETY: `arg` is the `Step` of the call that is going on, rule 3 for the name.
    let (step, name) = unsafe { (&mut *arg.cast::<Step>(), cstr(name)) };
    let Some(name) = name.filter(|_| !step.done) else {
        return;
    };
    if step.passed {
        let len = name.len().min(step.name.len() - 1);
        step.name[..len].copy_from_slice(&name[..len]);
        step.name[len] = 0;
        step.done = true;
    } else {
        step.passed =
            step.name.get(..name.len()) == Some(name) && step.name.get(name.len()) == Some(&0);
    }
}

/// Steps through the entries of directory `path`, in the order `fs` lists them.
///
/// Start with an empty string in `buf` of `len` bytes. Each call replaces the name in it by the next
/// one and returns true. Returns false and leaves an empty string after the last entry, and if the
/// name in `buf` is not in the directory any more. Names are cut to fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_fs_ls(
    fs: *mut mg_fs,
    path: *const c_char,
    buf: *mut c_char,
    len: usize,
) -> bool {
    exported("mg_fs_ls", false, || {
        // SAFETY: rule 2.
        let name = unsafe { bytes_mut(buf.cast(), len) };
        let Some(&first) = name.first() else {
            return false;
        };
        let mut state = Step { passed: first == 0, done: false, name };
        // SAFETY: rule 1.
        if let Some(ls) = (unsafe { table(fs) }).filter(|_| !path.is_null()).and_then(|fs| fs.ls) {
            // SAFETY: rules 3 and 7; `state` outlives the call.
            unsafe { ls(path, Some(step), (&raw mut state).cast()) };
        }
        if !state.done {
            state.name[0] = 0;
        }
        state.done
    })
}

/// Reads the whole file `path`: memory from mg_calloc(), NUL-terminated, caller frees `buf` with
/// mg_free(); `len` does not count the NUL.
///
/// Returns `{NULL, 0}` if the file cannot be opened or read completely or memory is out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_file_read(fs: *mut mg_fs, path: *const c_char) -> mg_str {
    exported("mg_file_read", mg_str::NULL, || {
        // SAFETY: passed on.
        let fd = unsafe { mg_fs_open(fs, path, MG_FS_READ) };
        if fd.is_null() {
            return mg_str::NULL;
        }
        // SAFETY: `fd` is open, its table is alive and the path a C string.
        let text = unsafe { read_all(fd, path) };
        // SAFETY: opened above.
        unsafe { close(fd) };
        text.unwrap_or(mg_str::NULL)
    })
}

/// Content of `fd`, as long as `st` says that the file `path` is.
///
/// # Safety
/// `fd` came from [`mg_fs_open`] with this path.
unsafe fn read_all(fd: *const mg_fd, path: *const c_char) -> Option<mg_str> {
    // SAFETY: the caller promises a live `mg_fd`.
    let (handle, fs) = unsafe { ((*fd).fd, table((*fd).fs)?) };
    let (st, rd) = (fs.st?, fs.rd?);
    let mut len = 0usize;
    // SAFETY: rules 3, 5 and 7.
    unsafe { st(path, &raw mut len, core::ptr::null_mut()) };
    let buf = calloc(len.checked_add(1)?);
    if buf.is_null() {
        return None;
    }
    // SAFETY: rule 7; `buf` has room for `len` bytes.
    if unsafe { rd(handle, buf.cast(), len) } != len {
        // SAFETY: allocated above.
        unsafe { mg_free(buf.cast()) };
        return None;
    }
    Some(mg_str { buf: buf.cast(), len })
}

/// `path`, `..` and nine random letters and digits; `None` if that is too long for a path.
fn temporary_name(path: &[u8]) -> Option<CString> {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut random = [0u8; 9];
    // SAFETY: the buffer is writable.
    if !unsafe { mg_random(random.as_mut_ptr().cast(), random.len()) } {
        return None;
    }
    let mut name = Vec::new();
    name.try_reserve(path.len() + 2 + random.len() + 1).ok()?;
    name.extend_from_slice(path);
    name.extend_from_slice(b"..");
    name.extend(random.map(|byte| LETTERS[usize::from(byte) % LETTERS.len()]));
    CString::new(name).ok().filter(|name| name.count_bytes() < PATH_MAX)
}

/// Replaces the file `path` by one with the `len` bytes at `buf`, in one step: readers see the old
/// content or the new one.
///
/// The data goes to a temporary file in the same directory, which is then renamed. Returns true
/// only if all of it was written; otherwise the old file is still there. `buf` may be NULL if `len`
/// is 0, which makes an empty file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_file_write(
    fs: *mut mg_fs,
    path: *const c_char,
    buf: *const c_void,
    len: usize,
) -> bool {
    exported("mg_file_write", false, || {
        // SAFETY: rules 1 and 3.
        let (table, target) = unsafe { (table(fs), cstr(path)) };
        let (Some(table), Some(target)) = (table, target) else {
            return false;
        };
        let Some(temporary) = temporary_name(target) else {
            return false;
        };
        // SAFETY: rule 1; the name is a C string.
        let fd = unsafe { mg_fs_open(fs, temporary.as_ptr(), MG_FS_WRITE | MG_FS_EXCL) };
        if fd.is_null() {
            return false;
        }
        // SAFETY: rule 2, and `fd` is open.
        let written =
            unsafe { write_all(&table, (*fd).fd, bytes(buf, len)) } && buf_holds(buf, len);
        // SAFETY: opened above; closing comes first, as its result counts.
        let stored = unsafe { close(fd) } && written;
        // SAFETY: both are C strings.
        let moved = stored && unsafe { replace(&table, temporary.as_ptr(), path) };
        if let (false, Some(rm)) = (moved, table.rm) {
            // SAFETY: rule 7.
            unsafe { rm(temporary.as_ptr()) };
        }
        moved
    })
}

/// False for a NULL pointer that claims to hold something.
fn buf_holds(buf: *const c_void, len: usize) -> bool {
    len == 0 || !buf.is_null()
}

/// Writes `data` in one call; false if not all of it was taken.
///
/// # Safety
/// `handle` was opened for writing by `fs`.
unsafe fn write_all(fs: &mg_fs, handle: *mut c_void, data: &[u8]) -> bool {
    match fs.wr {
        _ if data.is_empty() => true,
        // SAFETY: rule 7, and the caller promises an open handle.
        Some(wr) => unsafe { wr(handle, data.as_ptr().cast(), data.len()) == data.len() },
        None => false,
    }
}

/// Renames `from` over `to`. On failure `to` is what it was.
///
/// # Safety
/// Rule 3 for both.
unsafe fn replace(fs: &mg_fs, from: *const c_char, to: *const c_char) -> bool {
    let Some(mv) = fs.mv else {
        return false;
    };
    // SAFETY: rule 7; rule 3, and names of ours.
    let rename = |from, to| unsafe { mv(from, to) };
    if rename(from, to) {
        return true;
    }
    // FAT and its like do not rename over a file: it steps aside.
    // SAFETY: rule 3.
    let aside = unsafe { cstr(to) }.and_then(temporary_name);
    let (Some(st), Some(rm), Some(aside)) = (fs.st, fs.rm, aside) else {
        return false;
    };
    // SAFETY: rules 3, 5 and 7.
    let kind = unsafe { st(to, core::ptr::null_mut(), core::ptr::null_mut()) };
    if kind == 0 || kind & MG_FS_DIR != 0 || !rename(to, aside.as_ptr()) {
        return false;
    }
    let moved = rename(from, to);
    if moved {
        // SAFETY: rule 7.
        unsafe { rm(aside.as_ptr()) };
    } else {
        rename(aside.as_ptr(), to);
    }
    moved
}

#[cfg(test)]
mod tests {
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn posix_fs() -> mg_fs {
        posix::TABLE
    }

    fn fresh_dir(name: &str) -> (std::path::PathBuf, impl Fn(&str) -> CString) {
        let dir = std::env::temp_dir().join(format!("meerkat-abi-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir(&dir).unwrap();
        let base = dir.to_str().unwrap().to_string();
        (dir, move |file: &str| CString::new(format!("{base}/{file}")).unwrap())
    }

    fn write(fs: &mut mg_fs, path: &CString, text: &[u8]) -> bool {
        // SAFETY: live arguments.
        unsafe { mg_file_write(fs, path.as_ptr(), text.as_ptr().cast(), text.len()) }
    }

    fn read(fs: &mut mg_fs, path: &CString) -> Option<Vec<u8>> {
        // SAFETY: live arguments; the result is freed after it was copied.
        unsafe {
            let text = mg_file_read(fs, path.as_ptr());
            if text.buf.is_null() {
                return None;
            }
            assert_eq!(*text.buf.add(text.len), 0);
            let copy = text.bytes().to_vec();
            mg_free(text.buf.cast());
            Some(copy)
        }
    }

    /// ch03_57 and 12.45: round trip, no leftovers, a directory is not replaced.
    #[test]
    fn ch03_57_write_and_read() {
        let (dir, path) = fresh_dir("write");
        let fs = &mut posix_fs();
        for text in [&b"hello"[..], b"", b"\0\n"] {
            assert!(write(fs, &path("f"), text));
            assert_eq!(read(fs, &path("f")).as_deref(), Some(text));
        }
        assert_eq!(read(fs, &path("none")), None);
        assert_eq!(read(fs, &path("")), None);
        std::fs::create_dir(dir.join("d")).unwrap();
        assert!(!write(fs, &path("d"), b"x"));
        assert!(!write(fs, &path("none/x"), b"x"));
        assert!(!write(fs, &path(&"a".repeat(PATH_MAX)), b"x"));
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 2);
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// Hardening 12.45: on a failed write or rename the old file stays; a file system that cannot
    /// rename over a file still works.
    #[test]
    fn ch03_12_45_failures() {
        unsafe extern "C" fn no_wr(_: *mut c_void, _: *const c_void, len: usize) -> usize {
            len.saturating_sub(1)
        }
        unsafe extern "C" fn no_mv(_: *const c_char, _: *const c_char) -> bool {
            false
        }
        unsafe extern "C" fn fat_mv(from: *const c_char, to: *const c_char) -> bool {
            // SAFETY: C strings by contract.
            let exists = unsafe { libc::access(to, libc::F_OK) == 0 };
            // SAFETY: as above.
            !exists && unsafe { libc::rename(from, to) == 0 }
        }
        // Fails when the new file is to take the place of the old one, also after that has gone.
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        unsafe extern "C" fn bad_mv(from: *const c_char, to: *const c_char) -> bool {
            let call = CALLS.fetch_add(1, Ordering::Relaxed);
            // SAFETY: C strings by contract.
            !matches!(call, 0 | 2) && unsafe { libc::rename(from, to) == 0 }
        }
        let (dir, path) = fresh_dir("fail");
        assert!(write(&mut posix_fs(), &path("f"), b"old"));
        assert!(!write(&mut mg_fs { wr: Some(no_wr), ..posix_fs() }, &path("f"), b"new"));
        assert!(!write(&mut mg_fs { mv: Some(no_mv), ..posix_fs() }, &path("f"), b"new"));
        assert!(!write(&mut mg_fs { mv: Some(bad_mv), ..posix_fs() }, &path("f"), b"new"));
        assert_eq!(CALLS.load(Ordering::Relaxed), 4, "out of the way, and back");
        assert_eq!(std::fs::read(dir.join("f")).unwrap(), b"old");
        let mut fat = mg_fs { mv: Some(fat_mv), ..posix_fs() };
        assert!(write(&mut fat, &path("f"), b"new"));
        assert_eq!(std::fs::read(dir.join("f")).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// ch03_58 and 12.47: each entry once, then false and an empty buffer; no endless loop.
    #[test]
    fn ch03_58_ls() {
        let (dir, path) = fresh_dir("ls");
        let names = ["a", "bb", "a-long-name"];
        for name in names {
            std::fs::write(dir.join(name), "").unwrap();
        }
        let fs = &mut posix_fs();
        let root = path("");
        let mut next = |buf: &mut [u8]| {
            // SAFETY: live arguments.
            unsafe { mg_fs_ls(fs, root.as_ptr(), buf.as_mut_ptr().cast(), buf.len()) }
        };
        let mut buf = [0u8; 32];
        let mut seen = Vec::new();
        while next(&mut buf) {
            let len = memchr::memchr(0, &buf).unwrap();
            seen.push(String::from_utf8(buf[..len].to_vec()).unwrap());
        }
        assert_eq!(buf[0], 0);
        seen.sort();
        assert_eq!(seen, ["a", "a-long-name", "bb"]);
        buf[..5].copy_from_slice(b"gone\0");
        assert!(!next(&mut buf));
        assert_eq!(buf[0], 0);
        let mut short = [0u8; 4];
        assert!((0..10).any(|_| !next(&mut short)));
        assert!(!next(&mut []));
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// NULL everywhere it is allowed.
    #[test]
    fn null_arguments() {
        let fs = &mut posix_fs();
        // SAFETY: NULL has a documented answer in each of these.
        unsafe {
            assert!(mg_fs_open(null_mut(), c"/".as_ptr(), 1).is_null());
            assert!(mg_fs_open(fs, core::ptr::null(), 1).is_null());
            mg_fs_close(null_mut());
            assert!(mg_unpacked(core::ptr::null()).buf.is_null());
            assert!(mg_file_read(null_mut(), c"/".as_ptr()).buf.is_null());
            assert!(!mg_file_write(null_mut(), c"/".as_ptr(), core::ptr::null(), 0));
            assert!(!mg_file_write(fs, core::ptr::null(), core::ptr::null(), 0));
            assert!(!mg_fs_ls(fs, c"/".as_ptr(), null_mut(), 9));
            let mut buf = [b'x', 0];
            assert!(!mg_fs_ls(null_mut(), core::ptr::null(), buf.as_mut_ptr().cast(), 2));
        }
    }
}
