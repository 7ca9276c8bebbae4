//! What the URI of a request asks for.

#![forbid(unsafe_code)]

/// An element number of a URI; `None` if the text is no number of an element.
pub(crate) type Number = Option<i32>;

/// A request by its URI. Names are slices of it, not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// `/api/hi`
    Hi,
    /// `/api/login`
    Login,
    /// `/api/logout`
    Logout,
    /// `/api/ota`
    Ota,
    /// `/api/websocket`
    WebSocket,
    /// `/fs/SET/NAME`
    File { set: &'a [u8], name: &'a [u8] },
    /// `/api/get`
    GetAll,
    /// `/api/get/SET`
    Get { set: &'a [u8] },
    /// `/api/get/SET/N`
    Element { set: &'a [u8], at: Number },
    /// `/api/get/SET/A/B`
    Range { set: &'a [u8], from: Number, to: Number },
    /// `/api/set`
    Set,
    /// `/api/add/SET`
    Add { set: &'a [u8] },
    /// `/api/del/SET/N` and `/api/del/SET/A/B`
    Delete { set: &'a [u8], from: Number, to: Number },
    /// `/`
    Page,
    /// Everything else.
    Other,
}

impl<'a> Route<'a> {
    /// The route of a path.
    pub(crate) fn of(uri: &'a [u8]) -> Route<'a> {
        // More parts than any route has are other requests.
        let mut parts: [&[u8]; 7] = [b""; 7];
        let mut len = 0;
        for part in uri.split(|&b| b == b'/') {
            let Some(place) = parts.get_mut(len) else { return Route::Other };
            *place = part;
            len += 1;
        }
        match parts.get(..len).unwrap_or_default() {
            [b"", b""] => Route::Page,
            [b"", b"fs", set, name] => Route::File { set, name },
            [b"", b"api", rest @ ..] => Route::of_api(rest),
            _ => Route::Other,
        }
    }

    fn of_api(parts: &[&'a [u8]]) -> Route<'a> {
        match parts {
            [b"hi"] => Route::Hi,
            [b"login"] => Route::Login,
            [b"logout"] => Route::Logout,
            [b"ota"] => Route::Ota,
            [b"websocket"] => Route::WebSocket,
            [b"set"] => Route::Set,
            [b"get"] | [b"get", b""] => Route::GetAll,
            [b"get", set] => Route::Get { set },
            [b"get", set, at] => Route::Element { set, at: number(at) },
            [b"get", set, from, to] => Route::Range { set, from: number(from), to: number(to) },
            [b"add", set] => Route::Add { set },
            [b"del", set, at] => Route::Delete { set, from: number(at), to: number(at) },
            [b"del", set, from, to] => Route::Delete { set, from: number(from), to: number(to) },
            _ => Route::Other,
        }
    }
}

/// True for URIs that need a user, whatever is behind `/api/`.
pub(crate) fn needs_user(uri: &[u8]) -> bool {
    uri.starts_with(b"/api/") && !matches!(Route::of(uri), Route::Hi | Route::Logout)
}

/// Decimal digits up to the largest `int`; nothing else is a number here.
fn number(text: &[u8]) -> Number {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch06_16_routes() {
        let table: &[(&str, Route)] = &[
            ("/api/hi", Route::Hi),
            ("/api/login", Route::Login),
            ("/api/logout", Route::Logout),
            ("/api/ota", Route::Ota),
            ("/api/websocket", Route::WebSocket),
            ("/api/set", Route::Set),
            ("/api/get", Route::GetAll),
            ("/api/get/", Route::GetAll),
            ("/api/get/led", Route::Get { set: b"led" }),
            ("/api/get/led/", Route::Element { set: b"led", at: None }),
            ("/api/get/led/7", Route::Element { set: b"led", at: Some(7) }),
            ("/api/get/e/1/2", Route::Range { set: b"e", from: Some(1), to: Some(2) }),
            ("/api/get/e/1/2/3", Route::Other),
            ("/api/get/e/1/2/3/4/5", Route::Other),
            ("/api/add/e", Route::Add { set: b"e" }),
            ("/api/add", Route::Other),
            ("/api/del/e/3", Route::Delete { set: b"e", from: Some(3), to: Some(3) }),
            ("/api/del/e/3/x", Route::Delete { set: b"e", from: Some(3), to: None }),
            ("/api/del/e", Route::Other),
            ("/fs/up/a%2fb", Route::File { set: b"up", name: b"a%2fb" }),
            ("/fs/up/", Route::File { set: b"up", name: b"" }),
            ("/fs/up", Route::Other),
            ("/fs/up/a/b", Route::Other),
            ("/", Route::Page),
            ("", Route::Other),
            ("//", Route::Other),
            ("/api", Route::Other),
            ("/API/hi", Route::Other),
            ("api/hi", Route::Other),
        ];
        for (uri, want) in table {
            assert_eq!(Route::of(uri.as_bytes()), *want, "{uri}");
        }
    }

    /// ch06 weak spot 17: what is no number of an element addresses none.
    #[test]
    fn ch06_w17_numbers() {
        let table = [
            ("0", Some(0)),
            ("007", Some(7)),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("4294967295", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("+1", None),
            ("1x", None),
            ("x", None),
            (" 1", None),
            ("", None),
        ];
        for (text, want) in table {
            assert_eq!(number(text.as_bytes()), want, "{text:?}");
        }
    }

    #[test]
    fn ch06_22_who_needs_a_user() {
        for (uri, want) in [
            ("/api/get", true),
            ("/api/none", true),
            ("/api/", true),
            ("/api/hi", false),
            ("/api/logout", false),
            ("/api", false),
            ("/custom", false),
            ("/fs/up/x", false),
        ] {
            assert_eq!(needs_user(uri.as_bytes()), want, "{uri}");
        }
    }
}
