//! Contents of small files of the operating system, so that one asked for again is not opened again.
//!
//! A file is looked at whenever it is asked for: what has changed since, or is another file by now,
//! is not taken from here. Only writing through a shared memory mapping leaves no trace that every
//! system shows at once.

use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;
use std::ffi::CString;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use super::fence::{Fence, Links};
use super::posix::{self, RegularFile};

/// Larger files are not kept.
const MAX_FILE_SIZE: u64 = 16 << 10;

/// Most files that are kept.
const MAX_FILES: usize = 64;

/// A file makes room for others if nobody asked for it for this time, in milliseconds.
const UNUSED_MS: u64 = 1000;

/// A file that has changed since is recognised by its time of change, unless both changes fell into
/// one tick of the system's clock. So one that was changed this recently is not kept.
const RECENTLY: Duration = Duration::from_millis(100);

/// Files that were served, and their contents.
#[derive(Default)]
pub(crate) struct FileCache {
    files: Vec<Kept>,
    /// Bytes of all contents.
    size: usize,
    /// Most bytes of all contents.
    limit: usize,
}

/// What is kept of a file.
struct Kept {
    path: CString,
    /// What the path was allowed to lead through when the file was opened.
    within: Within,
    version: Version,
    content: Rc<Vec<u8>>,
    /// When it was asked for last, in milliseconds.
    used_ms: u64,
}

/// A fence around a path, whose root is a beginning of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Within(Option<(usize, Links)>);

impl Within {
    fn of(fence: Option<Fence>) -> Within {
        Within(fence.map(|fence| (fence.root.len(), fence.links)))
    }
}

/// Which file it is, and what shows that it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    place: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Version {
    pub(crate) fn of(meta: &Metadata) -> Version {
        Version {
            place: (meta.dev(), meta.ino()),
            size: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// The version at `path` now, where a link is another file; `None` if there is nothing. On network
    /// file systems the server is asked, as it is when a file is opened.
    fn at(path: &CStr) -> Option<Version> {
        const FLAGS: c_int = libc::AT_SYMLINK_NOFOLLOW | libc::AT_STATX_FORCE_SYNC;
        let mut found = MaybeUninit::<libc::statx>::zeroed();
        // SAFETY: the path ends with a NUL, and the kernel fills the structure in if it returns 0.
        let found = unsafe {
            let place = found.as_mut_ptr();
            let done =
                libc::statx(libc::AT_FDCWD, path.as_ptr(), FLAGS, libc::STATX_BASIC_STATS, place);
            (done == 0).then(|| found.assume_init())?
        };
        let time = |time: libc::statx_timestamp| (time.tv_sec, time.tv_nsec.into());
        Some(Version {
            place: (libc::makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino),
            size: found.stx_size,
            modified: time(found.stx_mtime),
            changed: time(found.stx_ctime),
        })
    }

    /// True if the file was changed within [`RECENTLY`] before now, or its time is of no use.
    fn is_recent(&self) -> bool {
        let (Ok(seconds), Ok(nanos)) = (self.changed.0.try_into(), self.changed.1.try_into())
        else {
            return true;
        };
        let changed = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
        SystemTime::now().duration_since(changed).is_ok_and(|age| age < RECENTLY)
    }
}

impl FileCache {
    /// Content and modification time (seconds since the epoch) of the file at `path`, opened within
    /// `fence`, if it is kept and still the same.
    pub(crate) fn find(
        &mut self,
        path: &CStr,
        fence: Option<Fence>,
        now_ms: u64,
    ) -> Option<(Rc<Vec<u8>>, i64)> {
        let within = Within::of(fence);
        let is_it = |kept: &Kept| kept.within == within && kept.path.as_c_str() == path;
        let at = self.files.iter().position(is_it)?;
        let version = Version::at(path);
        let kept = self.files.get_mut(at)?;
        if version != Some(kept.version) {
            self.remove(at);
            return None;
        }
        kept.used_ms = now_ms;
        Some((Rc::clone(&kept.content), kept.version.modified.0))
    }

    /// Reads `regular`, which was just opened at `path` within `fence`, and keeps it if it is small and not just being written. Returns its content if it is kept.
    pub(crate) fn keep(
        &mut self,
        path: &CStr,
        fence: Option<Fence>,
        regular: &RegularFile,
        now_ms: u64,
    ) -> Option<Rc<Vec<u8>>> {
        let version = regular.version;
        let size = usize::try_from(version.size.min(MAX_FILE_SIZE + 1)).ok()?;
        if version.size > MAX_FILE_SIZE || size > self.limit || version.is_recent() {
            return None;
        }
        while self.files.len() >= MAX_FILES || self.size + size > self.limit {
            self.drop_unused(now_ms)?;
        }
        self.files.try_reserve(1).ok()?;
        let content = posix::read_whole(regular, size).filter(|content| content.len() == size)?;
        let content = Rc::new(content);
        let (path, within) = (path.to_owned(), Within::of(fence));
        self.size += content.len();
        let kept = Kept { path, within, version, content: Rc::clone(&content), used_ms: now_ms };
        self.files.push(kept);
        Some(content)
    }

    /// Keeps no more than `limit` bytes from now on, and forgets what it has.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        *self = FileCache { limit, ..FileCache::default() };
    }

    /// Forgets the file that was not asked for for the longest time; `None` if that is too short.
    fn drop_unused(&mut self, now_ms: u64) -> Option<()> {
        let oldest = self.files.iter().enumerate().min_by_key(|(_, kept)| kept.used_ms);
        let (at, kept) = oldest?;
        (now_ms.saturating_sub(kept.used_ms) >= UNUSED_MS).then(|| self.remove(at))
    }

    fn remove(&mut self, at: usize) {
        let kept = self.files.swap_remove(at);
        self.size -= kept.content.len();
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::fs::fence;
    use crate::fs::posix::Found;

    /// A folder of this test's own.
    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("meerkat-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    /// Writes a file that was not changed recently.
    fn plant(path: &Path, content: &[u8]) {
        std::fs::write(path, content).unwrap();
        std::thread::sleep(RECENTLY * 2);
    }

    fn c(path: &Path) -> CString {
        CString::new(path.as_os_str().as_bytes()).unwrap()
    }

    fn cache(limit: usize) -> FileCache {
        let mut cache = FileCache::default();
        cache.set_limit(limit);
        cache
    }

    /// Opens `path` and has it kept; whether it was.
    fn keep(cache: &mut FileCache, path: &Path, fence: Option<Fence>, now_ms: u64) -> bool {
        let opened = fence::open_plain(path.as_os_str().as_bytes(), fence::READ);
        let Found::Regular(regular) = posix::what_is(opened) else { panic!("no file") };
        cache.keep(&c(path), fence, &regular, now_ms).is_some()
    }

    fn content(cache: &mut FileCache, path: &Path, fence: Option<Fence>) -> Option<Vec<u8>> {
        cache.find(&c(path), fence, 0).map(|(content, _)| content.to_vec())
    }

    #[test]
    fn changed_files_are_not_taken() {
        let dir = folder("changed");
        let (path, other) = (dir.join("a"), dir.join("b"));
        type Change = fn(&Path, &Path);
        let changes: [(&str, Change); 6] = [
            ("rewritten, same length", |path, _| std::fs::write(path, "two").unwrap()),
            ("longer", |path, _| std::fs::write(path, "three").unwrap()),
            ("removed", |path, _| std::fs::remove_file(path).unwrap()),
            ("replaced", |path, other| std::fs::rename(other, path).unwrap()),
            ("a link by now", |path, other| {
                std::fs::remove_file(path).unwrap();
                symlink(other, path).unwrap();
            }),
            ("its time set back", |path, _| {
                std::fs::write(path, "two").unwrap();
                let file = File::options().write(true).open(path).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).unwrap();
            }),
        ];
        for (what, change) in changes {
            let _ = std::fs::remove_file(&path);
            std::fs::write(&other, "two").unwrap();
            plant(&path, b"one");
            let mut cache = cache(100);
            assert!(keep(&mut cache, &path, None, 0));
            assert_eq!(content(&mut cache, &path, None).unwrap(), b"one", "{what}");
            change(&path, &other);
            assert_eq!(content(&mut cache, &path, None), None, "{what}");
            assert_eq!(cache.size, 0, "{what}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// A look at a path says what the open file says.
    #[test]
    fn looks_agree() {
        let dir = folder("looks");
        std::fs::write(dir.join("a"), "one").unwrap();
        symlink("a", dir.join("b")).unwrap();
        for name in ["a", "b", "."] {
            let path = dir.join(name);
            let meta = path.symlink_metadata().unwrap();
            assert_eq!(Version::at(&c(&path)), Some(Version::of(&meta)), "{name}");
        }
        assert_eq!(Version::at(&c(&dir.join("none"))), None);
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// What is being written may change again without a new time.
    #[test]
    fn fresh_files_are_not_kept() {
        let dir = folder("fresh");
        let path = dir.join("a");
        std::fs::write(&path, "one").unwrap();
        let is_recent = Version::of(&path.metadata().unwrap()).is_recent();
        assert!(!is_recent || !keep(&mut cache(100), &path, None, 0));
        let at = |changed| {
            let version = Version::of(&path.metadata().unwrap());
            Version { changed, ..version }.is_recent()
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert!(at((now.as_secs() as i64, now.subsec_nanos().into())));
        assert!(!at((now.as_secs() as i64 - 1, now.subsec_nanos().into())));
        assert!(at((-1, 0)));
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// What one fence lets through says nothing about another.
    #[test]
    fn fences_are_told_apart() {
        let dir = folder("fences");
        let path = dir.join("a");
        plant(&path, b"one");
        let whole = dir.as_os_str().as_bytes();
        let part = &whole[..whole.len() - 1];
        let fences = [
            None,
            Some(Fence { root: whole, links: Links::Inside }),
            Some(Fence { root: whole, links: Links::Never }),
            Some(Fence { root: part, links: Links::Inside }),
        ];
        let mut cache = cache(100);
        for (i, fence) in fences.into_iter().enumerate() {
            assert!(keep(&mut cache, &path, fence, 0));
            for (k, fence) in fences.into_iter().enumerate() {
                assert_eq!(content(&mut cache, &path, fence).is_some(), k <= i, "{i} {k}");
            }
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn room_is_limited() {
        let dir = folder("room");
        let paths: Vec<_> = (0..MAX_FILES + 1).map(|i| dir.join(i.to_string())).collect();
        for path in &paths {
            std::fs::write(path, "1234567890").unwrap();
        }
        let large = dir.join("large");
        std::fs::write(&large, vec![0; MAX_FILE_SIZE as usize + 1]).unwrap();
        plant(&dir.join("largest"), &vec![0; MAX_FILE_SIZE as usize]);

        let mut few = cache(25);
        assert!(!keep(&mut few, &dir.join("largest"), None, 0));
        assert!(keep(&mut few, &paths[0], None, 0) && keep(&mut few, &paths[1], None, 1));
        // Nobody makes room for others so soon.
        assert!(!keep(&mut few, &paths[2], None, UNUSED_MS - 1));
        assert!(keep(&mut few, &paths[2], None, UNUSED_MS));
        assert_eq!(content(&mut few, &paths[0], None), None);
        assert!(content(&mut few, &paths[1], None).is_some());
        assert_eq!((few.files.len(), few.size), (2, 20));
        few.set_limit(0);
        assert!(!keep(&mut few, &paths[0], None, 2 * UNUSED_MS));
        assert_eq!((few.files.len(), few.size), (0, 0));

        let mut many = cache(1 << 20);
        assert!(!keep(&mut many, &large, None, 0));
        assert!(keep(&mut many, &dir.join("largest"), None, 0));
        for path in &paths {
            keep(&mut many, path, None, 0);
        }
        assert_eq!(many.files.len(), MAX_FILES);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
