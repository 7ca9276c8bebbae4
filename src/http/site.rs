//! How directories are served: what the options of the manager say.

use std::borrow::Cow;

use crate::abi::app_options;
use crate::event::conn::Conn;
use crate::event::state::State;
use crate::fs::fence::Links;
use crate::guard::options::{self, Name, choice};
use crate::text::glob;

/// Index page looked for behind `MG_HTTP_INDEX`, unless `index_files` is set.
const SSI_INDEX: &[u8] = b"index.shtml";

/// What holds for the directories that a connection is served from.
pub(crate) struct Site<'a> {
    state: Option<State>,
    pub(crate) root_dir: Cow<'a, [u8]>,
    /// Which symbolic links are followed; `None` = all.
    pub(crate) links: Option<Links>,
    /// Directories without an index page are listed.
    pub(crate) lists: bool,
    /// Globs of what is not there for anybody, separated by commas.
    hidden: Cow<'static, [u8]>,
}

impl Site<'_> {
    /// What holds for `conn`, where the program named this root directory, or none. A connection
    /// without manager gets the defaults.
    pub(crate) fn of<'a>(conn: Conn, root_dir: Option<&'a [u8]>) -> Site<'a> {
        let hidden = options::spec(Name::HideFilesPatterns).default.as_bytes();
        let Some(state) = conn.state() else {
            return Site {
                state: None,
                root_dir: root_dir.unwrap_or_default().into(),
                links: Some(Links::Inside),
                lists: app_options::enable_dirlist(),
                hidden: hidden.into(),
            };
        };
        let root_dir = match root_dir {
            Some(dir) => dir.into(),
            None => set_text(state, Name::DocumentRoot).unwrap_or_default().into(),
        };
        let links = match state.number(Name::FollowSymlinks) {
            choice::SYMLINKS_INSIDE => Some(Links::Inside),
            choice::SYMLINKS_NO => Some(Links::Never),
            _ => None,
        };
        Site {
            state: Some(state),
            root_dir,
            links,
            lists: state.number(Name::EnableDirectoryListing) != 0,
            hidden: set_text(state, Name::HideFilesPatterns).map_or(hidden.into(), Cow::Owned),
        }
    }

    /// Names of index pages, separated by commas, in the order in which they are looked for.
    pub(crate) fn index_files(&self) -> Vec<u8> {
        let set = self.state.and_then(|state| set_text(state, Name::IndexFiles));
        set.unwrap_or_else(|| [app_options::http_index(), b",", SSI_INDEX].concat())
    }

    /// True if `path`, which lies below the root, is to be taken for missing.
    pub(crate) fn hides(&self, path: &[u8]) -> bool {
        let path = plain(path);
        let mut patterns = self.hidden.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        patterns.any(|pattern| !pattern.is_empty() && hides(pattern, &path))
    }
}

/// `path` with one slash in front of each name, and without names that stand for nothing.
fn plain(path: &[u8]) -> Cow<'_, [u8]> {
    let is_odd = |name: &[u8]| name.is_empty() || name == b".";
    match path.strip_prefix(b"/") {
        Some(names) if !names.split(|&byte| byte == b'/').any(is_odd) => path.into(),
        _ => tidied(path).into(),
    }
}

fn tidied(path: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len() + 1);
    let names = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty() && *name != b".");
    for name in names {
        plain.push(b'/');
        plain.extend_from_slice(name);
    }
    plain
}

/// True if `pattern` matches `path`, a name in it, or a directory that it leads through.
fn hides(pattern: &[u8], path: &[u8]) -> bool {
    // Every way to match has all the letters of the pattern in it, and hardly any path has.
    if !contains(path, glob::longest_literal(pattern)) {
        return false;
    }
    let matches = |text: &[u8], pattern: &[u8]| glob::matches(text, pattern, &mut |_, _| {});
    matches(path, pattern)
        || matches(path, &[pattern, b"/#"].concat())
        || path.split(|&byte| byte == b'/').any(|name| matches(name, pattern))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}

/// The text of an option that somebody set.
fn set_text(state: State, name: Name) -> Option<Vec<u8>> {
    state.with_guard(|guarded| {
        let is_set = guarded.settings.is_set(name);
        is_set.then(|| guarded.settings.text(name).into_owned().into_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chapter 08, `hide_files_patterns`.
    #[test]
    fn ch08_patterns_hide_paths_and_parts_of_them() {
        for (pattern, path, expected) in [
            ("#.htpasswd", "/.htpasswd", true),
            ("#.htpasswd", "/a/.htpasswd", true),
            ("#.htpasswd", "/.htpasswd/x", true),
            ("#.htpasswd", "/.htpasswd2", false),
            ("#.git#", "/.git", true),
            ("#.git#", "/a/.git//config", true),
            ("#.git#", "/git", false),
            ("*.bak", "/a/b.bak", true),
            ("*.bak", "/a.bak/b", true),
            ("*.bak", "/a.bakery", false),
            ("/private", "/private", true),
            ("/private", "/private/a/b", true),
            ("/private", "//private", true),
            ("/private", "/./private/", true),
            ("/private", "/public/private", false),
            ("/a/*", "/a/b/c", true),
            ("/a/*", "/a", false),
            ("private", "/", false),
        ] {
            assert_eq!(
                hides(pattern.as_bytes(), &plain(path.as_bytes())),
                expected,
                "{pattern} {path}"
            );
        }
    }
}
