//! A program's `struct mg_fs`, called safely.

use core::ffi::{CStr, c_char, c_void};
use core::ptr::{NonNull, addr_of_mut, null_mut};
use std::ffi::CString;
use std::fs::{File, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::rc::Rc;

use super::{MG_FS_DIR, MG_FS_READ, MG_FS_WRITE, posix};
use crate::abi::fs::mg_fs_posix;
use crate::abi::types::{mg_fd, mg_fs, time_t};

/// A file system: the program's table of functions, which lives as long as anything is open.
#[derive(Clone, Copy)]
pub(crate) struct FileSystem(NonNull<mg_fs>);

/// What a file system says about a path.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) is_directory: bool,
    pub(crate) size: u64,
    pub(crate) mtime: i64,
}

/// A file opened for reading, to be sent or closed.
pub(crate) struct Opened {
    pub(crate) source: Source,
    pub(crate) size: u64,
    pub(crate) mtime: i64,
}

/// Where the bytes of an open file come from.
pub(crate) enum Source {
    /// A regular file of the operating system.
    Regular(File),
    /// A handle of the program's file system.
    Handle(*mut c_void),
    /// What a regular file of the operating system holds.
    Content(Rc<Vec<u8>>),
}

impl Entry {
    pub(crate) fn of(meta: &Metadata) -> Entry {
        Entry { is_directory: meta.is_dir(), size: meta.len(), mtime: meta.mtime() }
    }
}

impl Opened {
    fn regular(regular: posix::RegularFile) -> Opened {
        let source = Source::Regular(regular.file);
        Opened { source, size: regular.size, mtime: regular.mtime }
    }

    /// A file whose content is there.
    pub(crate) fn content(content: Rc<Vec<u8>>, mtime: i64) -> Opened {
        let size = content.len() as u64;
        Opened { source: Source::Content(content), size, mtime }
    }
}

/// What is at a path.
pub(crate) enum Probe {
    /// A directory.
    Directory,
    /// A regular file, open for reading.
    File(Opened),
    /// Nothing that can be served.
    Missing,
}

impl From<posix::Found> for Probe {
    fn from(found: posix::Found) -> Probe {
        match found {
            posix::Found::Directory => Probe::Directory,
            posix::Found::Other => Probe::Missing,
            posix::Found::Regular(regular) => Probe::File(Opened::regular(regular)),
        }
    }
}

/// Callback for [`FileSystem::list`].
pub(crate) type EntryFn = unsafe extern "C" fn(name: *const c_char, arg: *mut c_void);

impl FileSystem {
    /// The file system that a program passed; NULL stands for `mg_fs_posix`.
    ///
    /// # Safety
    /// Rule 1 of the C edge, for as long as the result or anything opened with it is used.
    pub(crate) unsafe fn new(fs: *mut mg_fs) -> FileSystem {
        FileSystem(NonNull::new(fs).unwrap_or_else(FileSystem::posix_table))
    }

    /// `mg_fs_posix`, whatever the program put there.
    pub(crate) fn posix() -> FileSystem {
        FileSystem(FileSystem::posix_table())
    }

    fn posix_table() -> NonNull<mg_fs> {
        let table = addr_of_mut!(mg_fs_posix);
        NonNull::new(table).unwrap_or(NonNull::dangling())
    }

    fn table(self) -> mg_fs {
        // SAFETY: see `new`; the table is copied, because the program may change it at any time.
        unsafe { *self.0.as_ptr() }
    }

    /// True if what is opened are files of the operating system.
    pub(crate) fn is_posix(self) -> bool {
        posix::is_posix(&self.table())
    }

    /// True if directories of the operating system are listed, and nobody else has a say in it.
    pub(crate) fn lists_posix(self) -> bool {
        self.is_posix() && posix::lists_posix(&self.table())
    }

    pub(crate) fn stat(self, path: &CStr) -> Option<Entry> {
        let (mut size, mut mtime): (usize, time_t) = (0, 0);
        let st = self.table().st?;
        // SAFETY: contract of `struct mg_fs`: a string and two writable results.
        let bits = unsafe { st(path.as_ptr(), &mut size, &mut mtime) };
        let is_directory = bits & MG_FS_DIR != 0;
        (bits != 0).then_some(Entry { is_directory, size: size as u64, mtime })
    }

    pub(crate) fn is_directory(self, path: &CStr) -> bool {
        self.stat(path).is_some_and(|entry| entry.is_directory)
    }

    /// Calls `each` for every entry of `dir`.
    pub(crate) fn list(self, dir: &CStr, each: EntryFn, arg: *mut c_void) {
        if let Some(ls) = self.table().ls {
            // SAFETY: contract of `struct mg_fs`.
            unsafe { ls(dir.as_ptr(), Some(each), arg) };
        }
    }

    /// Opens what is at `path`, if it is a regular file.
    pub(crate) fn probe(self, path: &CStr) -> Probe {
        match self.stat(path) {
            Some(entry) if entry.is_directory => Probe::Directory,
            Some(_) => self.open(path).map_or(Probe::Missing, Probe::File),
            None => Probe::Missing,
        }
    }

    /// Opens a file for reading; `None` for directories, devices and what does not exist.
    pub(crate) fn open(self, path: &CStr) -> Option<Opened> {
        let table = self.table();
        if posix::is_posix(&table) {
            return posix::open_regular(path.to_bytes()).map(Opened::regular);
        }
        // SAFETY: contract of `struct mg_fs`.
        let handle = NonNull::new(unsafe { table.op?(path.as_ptr(), MG_FS_READ) })?;
        let opened = |entry: Entry| Opened {
            source: Source::Handle(handle.as_ptr()),
            size: entry.size,
            mtime: entry.mtime,
        };
        let entry = self.stat(path).filter(|entry| !entry.is_directory);
        if entry.is_none() {
            self.close_handle(handle.as_ptr());
        }
        entry.map(opened)
    }

    pub(crate) fn close(self, opened: Opened) {
        if let Source::Handle(handle) = opened.source {
            self.close_handle(handle);
        }
    }

    pub(crate) fn close_handle(self, handle: *mut c_void) {
        if let Some(close) = self.table().cl {
            // SAFETY: the handle came from this file system's `op` and is not used afterwards.
            unsafe { close(handle) };
        }
    }

    /// Reads up to `len` bytes into `buf`; 0 = end or error.
    ///
    /// # Safety
    /// `handle` is open and came from this file system; `buf` has `len` writable bytes.
    pub(crate) unsafe fn read(self, handle: *mut c_void, buf: *mut u8, len: usize) -> usize {
        // SAFETY: passed on.
        self.table().rd.map_or(0, |read| unsafe { read(handle, buf.cast(), len) }).min(len)
    }

    pub(crate) fn seek(self, handle: *mut c_void, offset: u64) {
        if let Some(seek) = self.table().sk {
            // SAFETY: the handle came from this file system's `op`.
            unsafe { seek(handle, usize::try_from(offset).unwrap_or(usize::MAX)) };
        }
    }

    pub(crate) fn remove(self, path: &CStr) -> bool {
        // SAFETY: contract of `struct mg_fs`.
        self.table().rm.is_some_and(|rm| unsafe { rm(path.as_ptr()) })
    }

    /// Opens a file for appending what a peer sends. Directories are refused, and in the POSIX
    /// file system so are symbolic links in the last component.
    pub(crate) fn open_for_upload(self, path: &CStr) -> Option<mg_fd> {
        let table = self.table();
        if self.is_directory(path) || posix::is_posix(&table) && is_symlink(path) {
            return None;
        }
        // SAFETY: contract of `struct mg_fs`.
        let handle = unsafe { table.op?(path.as_ptr(), MG_FS_WRITE) };
        (!handle.is_null()).then_some(mg_fd { fd: handle, fs: self.0.as_ptr() })
    }

    /// Writes `data` and closes the file; returns how much was written.
    pub(crate) fn write_and_close(self, file: mg_fd, data: &[u8]) -> usize {
        let write = self.table().wr;
        // SAFETY: the handle came from this file system's `op`; `data` is readable.
        let n =
            write.map_or(0, |write| unsafe { write(file.fd, data.as_ptr().cast(), data.len()) });
        self.close_handle(file.fd);
        n.min(data.len())
    }

    /// The table, as C sees it.
    pub(crate) fn as_ptr(self) -> *mut mg_fs {
        self.0.as_ptr()
    }
}

fn is_symlink(path: &CStr) -> bool {
    let path = Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
    path.symlink_metadata().is_ok_and(|meta| meta.is_symlink())
}

/// Pieces joined to a C string; `None` if one contains a NUL.
pub(crate) fn join(pieces: &[&[u8]]) -> Option<CString> {
    CString::new(pieces.concat()).ok()
}

/// No handle: the file is held as a descriptor instead.
pub(crate) const NO_HANDLE: *mut c_void = null_mut();
