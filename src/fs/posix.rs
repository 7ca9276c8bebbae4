//! The file system of the operating system: the callbacks of `mg_fs_posix`.
//!
//! A handle is a C `FILE *`, because programs know that and use it. Streams are unbuffered: what
//! `wr` says is written has been handed to the system, and closing has nothing left to lose.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::NonNull;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::cache::Version;
use super::{MG_FS_DIR, MG_FS_EXCL, MG_FS_READ, MG_FS_WRITE, fence};
use crate::abi::mem::cstr;
use crate::abi::panics::exported;
use crate::abi::types::{mg_fs, mg_fs_ls_cb, time_t};
use crate::options::MG_ENABLE_DIRLIST;

/// The table that `mg_fs_posix` starts with.
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

/// A regular file, open for reading, with what the open file says about itself.
#[derive(Debug)]
pub struct RegularFile {
    /// The open file; its descriptor is close-on-exec and closed when this is dropped.
    pub file: File,
    /// Size in bytes.
    pub size: u64,
    /// Modification time in seconds since the epoch.
    pub mtime: i64,
    /// What shows whether the file was changed since.
    pub(crate) version: Version,
}

/// Opens the file `path` for reading; `None` if that fails or it is anything but a regular file.
///
/// Never blocks on a FIFO or a device.
pub fn open_regular(path: &[u8]) -> Option<RegularFile> {
    match open_any(path) {
        Found::Regular(file) => Some(file),
        Found::Directory | Found::Other => None,
    }
}

/// What opening a path for reading found.
#[derive(Debug)]
pub enum Found {
    /// A regular file, open.
    Regular(RegularFile),
    /// A directory.
    Directory,
    /// Nothing that can be read, or something that is neither.
    Other,
}

/// Opens `path` for reading and looks at what it is. Never blocks on a FIFO or a device.
pub fn open_any(path: &[u8]) -> Found {
    what_is(fence::open_plain(path, fence::READ))
}

/// What a file that was just opened is.
pub(crate) fn what_is(opened: io::Result<File>) -> Found {
    let Ok((file, meta)) = opened.and_then(|file| file.metadata().map(|meta| (file, meta))) else {
        return Found::Other;
    };
    if meta.is_file() {
        let version = Version::of(&meta);
        Found::Regular(RegularFile { size: meta.len(), mtime: meta.mtime(), version, file })
    } else if meta.is_dir() {
        Found::Directory
    } else {
        Found::Other
    }
}

/// Content of `regular`; `None` if it cannot be read or is longer than `limit` bytes.
pub(crate) fn read_whole(regular: &RegularFile, limit: usize) -> Option<Vec<u8>> {
    let size = usize::try_from(regular.size).ok().filter(|&size| size <= limit)?;
    let mut content = Vec::new();
    content.try_reserve_exact(size).ok()?;
    (&regular.file).take(limit as u64).read_to_end(&mut content).ok()?;
    Some(content)
}

/// True if files opened through `fs` are handles of this module.
pub fn is_posix(fs: &mg_fs) -> bool {
    type Op = unsafe extern "C" fn(*const c_char, c_int) -> *mut c_void;
    type Cl = unsafe extern "C" fn(*mut c_void);
    fs.op.is_some_and(|f| core::ptr::fn_addr_eq(f, op as Op))
        && fs.cl.is_some_and(|f| core::ptr::fn_addr_eq(f, cl as Cl))
}

/// True if directories are listed and names looked up through `fs` by this module.
pub(crate) fn lists_posix(fs: &mg_fs) -> bool {
    type Ls = unsafe extern "C" fn(*const c_char, mg_fs_ls_cb, *mut c_void);
    type St = unsafe extern "C" fn(*const c_char, *mut usize, *mut time_t) -> c_int;
    fs.ls.is_some_and(|f| core::ptr::fn_addr_eq(f, ls as Ls))
        && fs.st.is_some_and(|f| core::ptr::fn_addr_eq(f, st as St))
}

/// Names of the entries of an open directory, without `.` and `..`.
pub(crate) fn entries(dir: File) -> Vec<CString> {
    let mut names = Vec::new();
    let fd = dir.into_raw_fd();
    // SAFETY: an open descriptor that is ours; the stream takes it over, unless there is none.
    let Some(stream) = NonNull::new(unsafe { libc::fdopendir(fd) }) else {
        // SAFETY: as above, and nobody else has it.
        drop(unsafe { OwnedFd::from_raw_fd(fd) });
        return names;
    };
    // SAFETY: the stream is open, and an entry is valid until the next call.
    while let Some(entry) = NonNull::new(unsafe { libc::readdir64(stream.as_ptr()) }) {
        // SAFETY: as above; the name is NUL-terminated.
        let name = unsafe { CStr::from_ptr((*entry.as_ptr()).d_name.as_ptr()) };
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    // SAFETY: the stream is open and not used afterwards.
    unsafe { libc::closedir(stream.as_ptr()) };
    names
}

/// Descriptor of an open handle of this module, as `fileno` gives it; -1 if it has none.
///
/// # Safety
/// `handle` came from `op` of this module and is not closed.
pub unsafe fn descriptor(handle: *mut c_void) -> c_int {
    // SAFETY: the caller promises a live `FILE *`.
    unsafe { libc::fileno(handle.cast()) }
}

fn native(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}

unsafe extern "C" fn st(path: *const c_char, size: *mut usize, mtime: *mut time_t) -> c_int {
    exported("mg_fs_posix.st", 0, || {
        // SAFETY: rule 3.
        let Some(path) = (unsafe { cstr(path) }) else {
            return 0;
        };
        let Ok(meta) = std::fs::metadata(native(path)) else {
            return 0;
        };
        if !size.is_null() {
            // SAFETY: rule 5.
            unsafe { size.write(usize::try_from(meta.len()).unwrap_or(usize::MAX)) };
        }
        if !mtime.is_null() {
            // SAFETY: rule 5.
            unsafe { mtime.write(meta.mtime()) };
        }
        MG_FS_READ | MG_FS_WRITE | if meta.is_dir() { MG_FS_DIR } else { 0 }
    })
}

unsafe extern "C" fn ls(path: *const c_char, each: mg_fs_ls_cb, arg: *mut c_void) {
    exported("mg_fs_posix.ls", (), || {
        // SAFETY: rule 3.
        let (Some(path), Some(each), true) = (unsafe { cstr(path) }, each, MG_ENABLE_DIRLIST)
        else {
            return;
        };
        let Ok(entries) = std::fs::read_dir(native(path)) else {
            return;
        };
        for entry in entries.flatten() {
            if let Ok(name) = CString::new(entry.file_name().as_bytes()) {
                // SAFETY: rule 7; the name lives until the call returns.
                unsafe { each(name.as_ptr(), arg) };
            }
        }
    })
}

/// What `fopen` is told for these flags: everything but plain reading and exclusive creation
/// appends.
fn mode(flags: c_int) -> &'static CStr {
    if flags == MG_FS_READ {
        c"rbe"
    } else if flags & MG_FS_EXCL != 0 {
        c"wbxe"
    } else {
        c"a+be"
    }
}

unsafe extern "C" fn op(path: *const c_char, flags: c_int) -> *mut c_void {
    exported("mg_fs_posix.op", core::ptr::null_mut(), || {
        if path.is_null() {
            return core::ptr::null_mut();
        }
        // SAFETY: rule 3, and the mode is a C string.
        let file = unsafe { libc::fopen(path, mode(flags).as_ptr()) };
        if !file.is_null() {
            // SAFETY: the stream was opened above and nothing has been read or written.
            unsafe { libc::setvbuf(file, core::ptr::null_mut(), libc::_IONBF, 0) };
        }
        file.cast()
    })
}

unsafe extern "C" fn cl(handle: *mut c_void) {
    exported("mg_fs_posix.cl", (), || {
        // SAFETY: passed on.
        unsafe { close(handle) };
    })
}

/// Closes a handle; false if the system reports that data was lost. NULL is fine.
///
/// # Safety
/// `handle` is NULL or came from `op` of this module and is not closed.
pub unsafe fn close(handle: *mut c_void) -> bool {
    // SAFETY: the caller promises a live `FILE *`.
    handle.is_null() || unsafe { libc::fclose(handle.cast()) == 0 }
}

unsafe extern "C" fn rd(handle: *mut c_void, buf: *mut c_void, len: usize) -> usize {
    exported("mg_fs_posix.rd", 0, || {
        if handle.is_null() || buf.is_null() {
            return 0;
        }
        // SAFETY: a live `FILE *` by contract of `struct mg_fs`, and rule 2.
        unsafe { libc::fread(buf, 1, len, handle.cast()) }
    })
}

unsafe extern "C" fn wr(handle: *mut c_void, buf: *const c_void, len: usize) -> usize {
    exported("mg_fs_posix.wr", 0, || {
        if handle.is_null() || buf.is_null() {
            return 0;
        }
        // SAFETY: a live `FILE *` by contract of `struct mg_fs`, and rule 2.
        unsafe { libc::fwrite(buf, 1, len, handle.cast()) }
    })
}

unsafe extern "C" fn sk(handle: *mut c_void, offset: usize) -> usize {
    exported("mg_fs_posix.sk", 0, || {
        if handle.is_null() {
            return 0;
        }
        if let Ok(offset) = libc::off_t::try_from(offset) {
            // SAFETY: a live `FILE *` by contract of `struct mg_fs`.
            unsafe { libc::fseeko(handle.cast(), offset, libc::SEEK_SET) };
        }
        // SAFETY: as above.
        usize::try_from(unsafe { libc::ftello(handle.cast()) }).unwrap_or(0)
    })
}

unsafe extern "C" fn mv(from: *const c_char, to: *const c_char) -> bool {
    exported("mg_fs_posix.mv", false, || {
        // SAFETY: rule 3, NULL is checked first.
        !from.is_null() && !to.is_null() && unsafe { libc::rename(from, to) == 0 }
    })
}

unsafe extern "C" fn rm(path: *const c_char) -> bool {
    exported("mg_fs_posix.rm", false, || {
        // SAFETY: rule 3, NULL is checked first.
        !path.is_null() && unsafe { libc::remove(path) == 0 }
    })
}

unsafe extern "C" fn mkd(path: *const c_char) -> bool {
    exported("mg_fs_posix.mkd", false, || {
        // SAFETY: rule 3, NULL is checked first.
        !path.is_null() && unsafe { libc::mkdir(path, 0o775) == 0 }
    })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::path::PathBuf;

    use super::*;

    /// A fresh directory, removed at the end.
    struct Dir(PathBuf);

    impl Dir {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("meerkat-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn path(&self, name: &str) -> CString {
            CString::new(self.0.join(name).as_os_str().as_bytes()).unwrap()
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn open(path: &CStr, flags: c_int) -> *mut c_void {
        // SAFETY: a C string.
        unsafe { op(path.as_ptr(), flags) }
    }

    /// ch03_59: what the flags mean.
    #[test]
    fn ch03_59_open_flags() {
        let dir = Dir::new("flags");
        let path = dir.path("f");
        assert!(open(&path, MG_FS_READ).is_null());
        let mut buf = [0u8; 16];
        let data: *mut c_void = buf.as_mut_ptr().cast();
        for (flags, text) in [(MG_FS_WRITE, b"one"), (0, b"two"), (3, b"3rd")] {
            let file = open(&path, flags);
            // SAFETY: `file` is open, `text` has three bytes.
            unsafe {
                assert_eq!(wr(file, text.as_ptr().cast(), 3), 3);
                cl(file);
            }
        }
        assert_eq!(std::fs::read(dir.0.join("f")).unwrap(), b"onetwo3rd");
        assert!(open(&path, MG_FS_EXCL).is_null());
        assert!(open(&path, MG_FS_WRITE | MG_FS_EXCL).is_null());
        let file = open(&path, MG_FS_READ);
        // SAFETY: `file` is open, `buf` has 16 bytes.
        unsafe {
            assert_eq!(libc::fcntl(descriptor(file), libc::F_GETFD) & libc::FD_CLOEXEC, 1);
            assert_eq!(wr(file, data, 1), 0);
            assert_eq!((sk(file, 6), rd(file, data, 16)), (6, 3));
            assert_eq!(sk(file, 100), 100);
            assert_eq!(rd(file, data, 16), 0);
            cl(file);
        }
        assert_eq!(&buf[..3], b"3rd");
        let folder = open(&dir.path(""), MG_FS_READ);
        assert!(!folder.is_null());
        // SAFETY: `folder` is open.
        unsafe {
            assert_eq!(rd(folder, data, 16), 0);
            cl(folder);
        }
    }

    /// Hardenings 12.35 and 12.36: only regular files, and never blocked by a FIFO.
    #[test]
    fn ch03_12_35_regular_files_only() {
        let dir = Dir::new("regular");
        std::fs::write(dir.0.join("f"), "12345").unwrap();
        let fifo = dir.path("fifo");
        // SAFETY: a C string.
        assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) }, 0);
        let found = open_regular(dir.path("f").as_bytes()).unwrap();
        assert_eq!(found.size, 5);
        assert!(found.mtime > 1_000_000_000 && found.file.as_raw_fd() >= 0);
        assert!(open_regular(fifo.as_bytes()).is_none());
        assert!(open_regular(dir.path("").as_bytes()).is_none());
        assert!(open_regular(dir.path("none").as_bytes()).is_none());
        assert!(open_regular(b"/dev/null").is_none());
        assert!(open_regular(b"a\0b").is_none());
        assert!(is_posix(&TABLE) && !is_posix(&super::super::packed::TABLE));
    }
}
