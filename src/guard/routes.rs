//! Which handler a request belongs to.

use crate::text::glob;

/// Longest pattern, in bytes.
const MAX_PATTERN: usize = 1024;

/// Most patterns of a table.
const MAX_ROUTES: usize = 1024;

/// `"GET,POST /api/#"`: methods, which may be left out, and a URI as for `mg_match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: Box<[u8]>,
    /// Length of the methods in front; 0 = any method.
    methods: usize,
}

impl Pattern {
    /// Reads a pattern; `None` if it is empty or too long.
    pub fn parse(text: &[u8]) -> Option<Pattern> {
        let text = text.trim_ascii();
        let methods = memchr::memchr(b' ', text).unwrap_or(0);
        let is_fit = !text.is_empty() && text.len() <= MAX_PATTERN;
        is_fit.then(|| Pattern { text: text.into(), methods })
    }

    fn methods(&self) -> &[u8] {
        self.text.get(..self.methods).unwrap_or_default()
    }

    fn uri(&self) -> &[u8] {
        self.text.get(self.methods..).unwrap_or_default().trim_ascii_start()
    }

    fn matches_uri(&self, uri: &[u8]) -> bool {
        glob::matches(uri, self.uri(), &mut |_, _| {})
    }

    fn matches_method(&self, method: &[u8]) -> bool {
        self.methods == 0 || has_method(self.methods(), method)
    }
}

/// True if the comma-separated `list` names `method`. Methods are case-sensitive (RFC 9110 §9.1).
pub fn has_method(list: &[u8], method: &[u8]) -> bool {
    list.split(|&byte| byte == b',').any(|word| word.trim_ascii() == method)
}

/// What a table says about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route<T> {
    /// Nothing.
    None,
    /// It belongs to this.
    Found(T),
    /// The URI is known, with these methods only; the value of `Allow`.
    MethodNotAllowed(Vec<u8>),
}

/// Patterns in the order in which they were registered.
#[derive(Debug)]
pub struct Routes<T>(Vec<(Pattern, T)>);

impl<T> Default for Routes<T> {
    fn default() -> Self {
        Routes(Vec::new())
    }
}

impl<T: Clone> Routes<T> {
    /// True without patterns.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Registers a pattern; one that is there already keeps its place. `None` removes it. False if
    /// the table is full.
    pub fn set(&mut self, pattern: Pattern, value: Option<T>) -> bool {
        let place = self.0.iter().position(|(known, _)| *known == pattern);
        match (place, value) {
            (Some(at), Some(value)) => self.0[at].1 = value,
            (Some(at), None) => drop(self.0.remove(at)),
            (None, Some(_)) if self.0.len() >= MAX_ROUTES || self.0.try_reserve(1).is_err() => {
                return false;
            }
            (None, Some(value)) => self.0.push((pattern, value)),
            (None, None) => {}
        }
        true
    }

    /// What the request belongs to: the first pattern that matches.
    pub fn find(&self, method: &[u8], uri: &[u8]) -> Route<T> {
        let mut allow: Vec<u8> = Vec::new();
        for (pattern, value) in self.0.iter().filter(|(pattern, _)| pattern.matches_uri(uri)) {
            if pattern.matches_method(method) {
                return Route::Found(value.clone());
            }
            for word in pattern.methods().split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
                if !word.is_empty() && !has_method(&allow, word) {
                    allow.extend_from_slice(if allow.is_empty() { b"" } else { b", " });
                    allow.extend_from_slice(word);
                }
            }
        }
        if allow.is_empty() { Route::None } else { Route::MethodNotAllowed(allow) }
    }

    /// True if some pattern matches.
    pub fn matches(&self, method: &[u8], uri: &[u8]) -> bool {
        matches!(self.find(method, uri), Route::Found(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(patterns: &[&str]) -> Routes<usize> {
        let mut routes = Routes::default();
        for (n, pattern) in patterns.iter().enumerate() {
            assert!(routes.set(Pattern::parse(pattern.as_bytes()).unwrap(), Some(n)));
        }
        routes
    }

    #[test]
    fn first_match_wins() {
        let routes = routes(&["GET,POST /api/#", "/api/x", "PUT  /api/#", "/any/*"]);
        for (method, uri, expected) in [
            ("GET", "/api/x", Route::Found(0)),
            ("DELETE", "/api/x", Route::Found(1)),
            ("PUT", "/api/y", Route::Found(2)),
            ("DELETE", "/api/y", Route::MethodNotAllowed(b"GET, POST, PUT".to_vec())),
            ("OPTIONS", "/api/y", Route::MethodNotAllowed(b"GET, POST, PUT".to_vec())),
            ("get", "/api/y", Route::MethodNotAllowed(b"GET, POST, PUT".to_vec())),
            ("BREW", "/any/pot", Route::Found(3)),
            ("GET", "/any/pot/2", Route::None),
            ("GET", "/", Route::None),
        ] {
            assert_eq!(routes.find(method.as_bytes(), uri.as_bytes()), expected, "{method} {uri}");
        }
        assert!(routes.matches(b"GET", b"/api/x") && !routes.matches(b"GET", b"/"));
    }

    #[test]
    fn patterns_are_replaced_and_removed() {
        let mut routes = routes(&["/a", "/b"]);
        let a = Pattern::parse(b" /a ").unwrap();
        assert!(routes.set(a.clone(), Some(9)));
        assert_eq!(routes.find(b"GET", b"/a"), Route::Found(9));
        assert!(routes.set(a.clone(), None) && routes.set(a, None));
        assert_eq!(routes.find(b"GET", b"/a"), Route::None);
        assert!(!routes.is_empty());
        assert_eq!(Pattern::parse(b"  "), None);
        assert_eq!(Pattern::parse(&[b'/'; MAX_PATTERN + 1]), None);
    }

    #[test]
    fn the_table_is_bounded() {
        let mut routes = Routes::default();
        for n in 0..MAX_ROUTES {
            assert!(routes.set(Pattern::parse(format!("/{n}").as_bytes()).unwrap(), Some(n)));
        }
        assert!(!routes.set(Pattern::parse(b"/more").unwrap(), Some(0)));
        assert!(routes.set(Pattern::parse(b"/7").unwrap(), Some(0)));
    }
}
