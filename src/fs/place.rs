//! Where files are served from: a file system, and what must not be left in it.

use core::ffi::{CStr, c_void};
use std::ffi::CString;

use super::cache::FileCache;
use super::fence::{self, Fence};
use super::posix::{self, Found};
use super::system::{Entry, EntryFn, FileSystem, Opened, Probe};

/// A file system, fenced in where it is the operating system's. Paths of others have no links.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) fs: FileSystem,
    pub(crate) fence: Option<Fence<'a>>,
}

impl Place<'_> {
    fn effective_fence(&self) -> Option<Fence<'_>> {
        self.fence.filter(|_| self.fs.is_posix())
    }

    /// What is at `path`, open if it is a regular file.
    pub(crate) fn probe(&self, path: &CStr) -> Probe {
        match self.fs.is_posix() {
            true => self.find(path).into(),
            false => self.fs.probe(path),
        }
    }

    /// [`Place::probe`] of the operating system's file system; regular files come from `cache`, or go
    /// there. Runs no program code.
    pub(crate) fn probe_cached(&self, path: &CStr, cache: &mut FileCache, now_ms: u64) -> Probe {
        if let Some((content, mtime)) = cache.find(path, self.fence, now_ms) {
            return Probe::File(Opened::content(content, mtime));
        }
        let found = self.find(path);
        if let Found::Regular(regular) = &found
            && let Some(content) = cache.keep(path, self.fence, regular, now_ms)
        {
            return Probe::File(Opened::content(content, regular.mtime));
        }
        found.into()
    }

    /// What is at `path` in the operating system's file system, by one look at what was opened.
    fn find(&self, path: &CStr) -> Found {
        match self.fence {
            Some(fence) => posix::what_is(fence.open(path, fence::READ)),
            None => posix::open_any(path.to_bytes()),
        }
    }

    pub(crate) fn stat(&self, path: &CStr) -> Option<Entry> {
        match self.effective_fence() {
            Some(fence) => {
                let meta = fence.open(path, fence::LOOK).ok()?.metadata().ok()?;
                Some(Entry::of(&meta))
            }
            None => self.fs.stat(path),
        }
    }

    /// True if the directory that `path` is in, which must exist, lies inside the fence.
    pub(crate) fn has_directory_of(&self, path: &CStr) -> bool {
        let Some(fence) = self.effective_fence() else { return true };
        let path = path.to_bytes();
        let end = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        let dir = CString::new(path.get(..end.max(1)).unwrap_or_default());
        dir.is_ok_and(|dir| fence.open(&dir, fence::LOOK | libc::O_DIRECTORY).is_ok())
    }

    /// Calls `each` for every entry of `dir`.
    pub(crate) fn list(&self, dir: &CStr, each: EntryFn, arg: *mut c_void) {
        if !self.fs.lists_posix() {
            return self.fs.list(dir, each, arg);
        }
        let flags = fence::READ | libc::O_DIRECTORY;
        let opened = match self.effective_fence() {
            Some(fence) => fence.open(dir, flags),
            None => fence::open_plain(dir.to_bytes(), flags),
        };
        for name in opened.map(posix::entries).unwrap_or_default() {
            // SAFETY: contract of the callback; the name lives until the call returns.
            unsafe { each(name.as_ptr(), arg) };
        }
    }
}
