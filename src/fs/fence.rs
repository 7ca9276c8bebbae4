//! Opening what a peer names, without leaving the directory that it is for.
//!
//! What counts is what was opened, never what a name meant a moment before: whoever changes links
//! meanwhile gains nothing. The kernel resolves and checks in one step (`openat2`). Where it can't,
//! the open file is asked for its path, or the path is walked without following links.

use std::ffi::{CStr, CString, OsStr};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use libc::c_int;

/// What is read from: a FIFO does not block, a terminal does not become ours.
pub(crate) const READ: c_int = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;

/// What is only looked at.
pub(crate) const LOOK: c_int = libc::O_PATH | libc::O_CLOEXEC;

/// How often a path is resolved again that others rename at the same time.
const TRIES: usize = 16;

/// Which symbolic links below the root are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// Those that stay inside.
    Inside,
    /// None.
    Never,
}

/// A directory that what is opened must lie in. The program chose it, so it may be a link itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fence<'a> {
    pub(crate) root: &'a [u8],
    pub(crate) links: Links,
}

impl Fence<'_> {
    /// Opens `path`, which begins with the root, with `flags` of `open`.
    pub(crate) fn open(&self, path: &CStr, flags: c_int) -> io::Result<File> {
        let root = without_slashes(self.root);
        let rest = match path.to_bytes().strip_prefix(root) {
            // The root itself, which may be a file, and its compressed variant.
            Some([] | b".gz") => return open_plain(path.to_bytes(), flags),
            Some(rest) if rest.starts_with(b"/") => after_slashes(rest),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        let rest = if rest.is_empty() { b"." } else { rest };
        // Hardly any path has a link in it: one call does then.
        if !rest.split(|&byte| byte == b'/').any(|name| name == b"..") {
            match openat2(libc::AT_FDCWD, path, flags, libc::RESOLVE_NO_SYMLINKS) {
                Err(e) if e.raw_os_error() == Some(libc::ELOOP) || is_unsupported(&e) => {}
                done => return done,
            }
        }
        let root = open_plain(if root.is_empty() { b"/" } else { root }, LOOK | libc::O_DIRECTORY)?;
        match self.links {
            Links::Never => self.open_without_links(&root, rest, flags),
            Links::Inside => open_inside(&root, rest, flags),
        }
    }

    fn open_without_links(&self, root: &File, rest: &[u8], flags: c_int) -> io::Result<File> {
        let resolve = libc::RESOLVE_BENEATH | libc::RESOLVE_NO_SYMLINKS;
        match openat2(root.as_raw_fd(), &CString::new(rest)?, flags, resolve) {
            Err(e) if is_unsupported(&e) => walk(root, rest, flags),
            done => done,
        }
    }
}

/// Opens `rest` below `root`; links are followed as long as they lead nowhere else.
fn open_inside(root: &File, rest: &[u8], flags: c_int) -> io::Result<File> {
    let resolve = libc::RESOLVE_BENEATH | libc::RESOLVE_NO_MAGICLINKS;
    let name = CString::new(rest)?;
    for _ in 0..TRIES {
        match openat2(root.as_raw_fd(), &name, flags, resolve) {
            // Names changed on the way.
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
            // An absolute link may well lead inside.
            Err(e) if e.raw_os_error() == Some(libc::EXDEV) || is_unsupported(&e) => {
                return open_and_ask(root, rest, flags);
            }
            done => return done,
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Finds `rest` below `root`, asks the kernel where that is, and opens just this.
fn open_and_ask(root: &File, rest: &[u8], flags: c_int) -> io::Result<File> {
    let found = openat(root.as_raw_fd(), rest, LOOK)?;
    let (place, root_place) = (place_of(&found)?, place_of(root)?);
    let inside = place.strip_prefix(without_slashes(&root_place));
    if !inside.is_some_and(|inside| inside.is_empty() || inside.starts_with(b"/")) {
        return Err(io::ErrorKind::NotFound.into());
    }
    if flags == LOOK {
        return Ok(found);
    }
    open_plain(own_name(&found).as_bytes(), flags)
}

/// Opens `rest` below `root` name by name, without following a link.
fn walk(root: &File, rest: &[u8], flags: c_int) -> io::Result<File> {
    let mut names = rest.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).peekable();
    let mut dir = root.try_clone()?;
    while let Some(name) = names.next() {
        if name == b".." {
            break;
        }
        if names.peek().is_none() {
            let file = openat(dir.as_raw_fd(), name, flags | libc::O_NOFOLLOW)?;
            // Looking at a link without following it gives the link.
            return match file.metadata()?.is_symlink() {
                true => Err(io::ErrorKind::NotFound.into()),
                false => Ok(file),
            };
        }
        dir = openat(dir.as_raw_fd(), name, LOOK | libc::O_NOFOLLOW | libc::O_DIRECTORY)?;
    }
    Err(io::ErrorKind::NotFound.into())
}

/// True if the system, or what filters its calls, does not know a call.
fn is_unsupported(e: &io::Error) -> bool {
    matches!(e.raw_os_error(), Some(libc::ENOSYS | libc::EPERM))
}

/// Name under which a process finds its own descriptor.
fn own_name(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Absolute path of what is open.
fn place_of(file: &File) -> io::Result<Vec<u8>> {
    Ok(std::fs::read_link(own_name(file))?.into_os_string().into_vec())
}

/// Opens `path` and follows every link; `flags` say how, in the words of `open`.
pub(crate) fn open_plain(path: &[u8], flags: c_int) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags).open(Path::new(OsStr::from_bytes(path)))
}

fn openat(dir: c_int, path: &[u8], flags: c_int) -> io::Result<File> {
    let path = CString::new(path)?;
    // SAFETY: the path is NUL-terminated, and no file is created.
    owned(unsafe { libc::openat(dir, path.as_ptr(), flags) }.into())
}

/// Argument of the system call.
#[repr(C)]
struct OpenHow {
    flags: u64,
    mode: u64,
    resolve: u64,
}

fn openat2(dir: c_int, path: &CStr, flags: c_int, resolve: u64) -> io::Result<File> {
    let how = OpenHow { flags: flags.unsigned_abs().into(), mode: 0, resolve };
    // SAFETY: path and structure are as the kernel expects them, and live.
    owned(unsafe {
        libc::syscall(libc::SYS_openat2, dir, path.as_ptr(), &raw const how, size_of::<OpenHow>())
    })
}

/// The file of a descriptor that a system call gave.
fn owned(result: libc::c_long) -> io::Result<File> {
    let fd = c_int::try_from(result).ok().filter(|&fd| fd >= 0);
    let fd = fd.ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the kernel just made the descriptor, and it is nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) }.into())
}

fn without_slashes(mut path: &[u8]) -> &[u8] {
    while let Some(shorter) = path.strip_suffix(b"/") {
        path = shorter;
    }
    path
}

fn after_slashes(mut path: &[u8]) -> &[u8] {
    while let Some(shorter) = path.strip_prefix(b"/") {
        path = shorter;
    }
    path
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    /// A root with links of every kind, and secrets beside it.
    fn plant(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("meerkat-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("root/sub")).unwrap();
        std::fs::create_dir_all(dir.join("root-beside")).unwrap();
        for file in ["root/a", "root/sub/b", "secret", "root-beside/secret"] {
            std::fs::write(dir.join(file), file).unwrap();
        }
        for (link, to) in [
            ("root/inner", "sub/b"),
            ("root/sub/up", "../a"),
            ("root/out", "../secret"),
            ("root/beside", "../root-beside"),
            ("root/chain", "out"),
            ("root/loop", "loop"),
            ("root/gone", "nothing"),
            ("door", "root"),
        ] {
            symlink(to, dir.join(link)).unwrap();
        }
        symlink(dir.join("root/sub"), dir.join("root/absolute")).unwrap();
        symlink(dir.join("secret"), dir.join("root/absolute-out")).unwrap();
        symlink("/proc/self/root", dir.join("root/magic")).unwrap();
        dir
    }

    /// Path, and whether it may be opened with [`Links::Inside`] and with [`Links::Never`].
    const CASES: [(&str, bool, bool); 17] = [
        ("a", true, true),
        ("sub/b", true, true),
        ("sub//./b", true, true),
        ("sub", true, true),
        (".", true, true),
        ("inner", true, false),
        ("sub/up", true, false),
        ("absolute/b", true, false),
        ("out", false, false),
        ("beside/secret", false, false),
        ("chain", false, false),
        ("loop", false, false),
        ("gone", false, false),
        ("absolute-out", false, false),
        ("magic/etc/passwd", false, false),
        ("../secret", false, false),
        ("nothing", false, false),
    ];

    /// Chapter 08, `follow_symlinks`: by every way there is, also through a root that is a link.
    #[test]
    fn ch08_links_are_followed_as_far_as_they_may() {
        let dir = plant("fence");
        for name in ["root", "root/", "door"] {
            let root_path = dir.join(name);
            let root = root_path.as_os_str().as_bytes();
            for (case, inside, never) in CASES {
                let path = root_path.join(case);
                let path = CString::new(path.as_os_str().as_bytes()).unwrap();
                for flags in [READ, LOOK] {
                    for (links, expected) in [(Links::Inside, inside), (Links::Never, never)] {
                        let opened = Fence { root, links }.open(&path, flags);
                        assert_eq!(opened.is_ok(), expected, "{name} {case} {links:?}");
                    }
                }
            }
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// The same where the kernel does not know `openat2`.
    #[test]
    fn ch08_links_on_old_systems() {
        let dir = plant("fence-old");
        let root = open_plain(dir.join("root").as_os_str().as_bytes(), LOOK).unwrap();
        for (case, inside, never) in CASES {
            for flags in [READ, LOOK] {
                let asked = open_and_ask(&root, case.as_bytes(), flags);
                assert_eq!(asked.is_ok(), inside, "{case}");
                assert_eq!(walk(&root, case.as_bytes(), flags).is_ok(), never, "{case}");
            }
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    /// A root may be a file, and what merely begins like it lies outside.
    #[test]
    fn roots() {
        let dir = plant("fence-roots");
        let at = |name: &str| dir.join(name).as_os_str().as_bytes().to_vec();
        let opens = |root: &[u8], path: &[u8]| {
            let path = CString::new(path).unwrap();
            Fence { root, links: Links::Inside }.open(&path, READ).is_ok()
        };
        assert!(opens(&at("secret"), &at("secret")));
        assert!(!opens(&at("root"), &at("root-beside/secret")));
        assert!(opens(b"/", &at("secret")));
        assert!(!opens(b"", b"nothing"));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
