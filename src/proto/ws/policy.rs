//! Who may open a WebSocket, and in which subprotocol: the server's side of cross-site protection
//! (RFC 6455 sections 4.2.2 and 10.2).

/// Members of a list separated by blanks or commas.
fn members(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| b", \t".contains(byte)).filter(|member| !member.is_empty())
}

/// True if `list` allows `origin`: it names it, or says `same` and `origin` is where `host`, the
/// value of the request's Host, points to. An empty list allows any.
pub fn is_origin_allowed(list: &[u8], origin: &[u8], host: Option<&[u8]>) -> bool {
    let mut is_empty = true;
    for member in members(list) {
        is_empty = false;
        let is_match = match member {
            b"same" => host.is_some_and(|host| is_same(origin, host)),
            exact => exact.eq_ignore_ascii_case(origin),
        };
        if is_match {
            return true;
        }
    }
    is_empty
}

/// True if the origin `scheme://host[:port]` has the host and port of a Host field. Browsers leave
/// the scheme's own port out of both.
fn is_same(origin: &[u8], host: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(origin, b"://") else { return false };
    let (scheme, authority) = origin.split_at(at);
    let authority = authority.get(3..).unwrap_or_default();
    let port: &[u8] = if scheme.eq_ignore_ascii_case(b"https") { b":443" } else { b":80" };
    let bare = |text| <[u8]>::strip_suffix(text, port).unwrap_or(text);
    !authority.is_empty() && bare(authority).eq_ignore_ascii_case(bare(host))
}

/// The first of the `offered` subprotocols that one of the client's `Sec-WebSocket-Protocol` values
/// names too. Subprotocols are compared with regard to case.
pub fn choose_protocol<'a>(offered: &'a [u8], named: &[&[u8]]) -> Option<&'a [u8]> {
    let mut offered = members(offered);
    offered.find(|protocol| named.iter().any(|value| members(value).any(|name| name == *protocol)))
}

/// True if one of the `Sec-WebSocket-Protocol` values names any subprotocol.
pub fn names_any(named: &[&[u8]]) -> bool {
    named.iter().any(|value| members(value).next().is_some())
}

/// Values of the fields called `name` in the head of a request, however many fields precede them.
pub fn fields<'a>(head: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    head.split(|&byte| byte == b'\n').skip(1).filter_map(move |line| {
        let (field, rest) = line.split_at_checked(name.len())?;
        let is_it = field.eq_ignore_ascii_case(name);
        rest.strip_prefix(b":").filter(|_| is_it).map(<[u8]>::trim_ascii)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch08_11_origins() {
        let host = Some(&b"shop.test"[..]);
        for (list, origin, host, expected) in [
            ("", "https://evil.test", host, true),
            (" , ", "https://evil.test", host, true),
            ("https://a.test", "https://a.test", host, true),
            ("https://a.test", "HTTPS://A.test", host, true),
            ("https://a.test", "http://a.test", host, false),
            ("https://a.test", "https://a.test:8443", host, false),
            ("https://a.test", "https://a.test.evil.test", host, false),
            ("https://a.test", "https://evil.test/https://a.test", host, false),
            ("https://a.test,https://b.test", "https://b.test", host, true),
            ("https://a.test  https://b.test", "https://b.test", host, true),
            ("https://a.test", "", host, false),
            ("https://a.test", "null", host, false),
            ("https://a.test null", "null", host, true),
            ("same", "https://shop.test", host, true),
            ("same", "http://SHOP.test", host, true),
            ("same", "https://shop.test:443", host, true),
            ("same", "https://shop.test:80", host, false),
            ("same", "http://shop.test", Some(b"shop.test:80"), true),
            ("same", "https://shop.test", Some(b"shop.test:80"), false),
            ("same", "http://shop.test:8000", Some(b"shop.test:8000"), true),
            ("same", "http://shop.test:8001", Some(b"shop.test:8000"), false),
            ("same", "http://shop.test", Some(b"shop.test:8000"), false),
            ("same", "http://[::1]:8000", Some(b"[::1]:8000"), true),
            ("same", "https://evil.test", host, false),
            ("same", "https://shop.test.evil.test", host, false),
            ("same", "null", Some(b"null"), false),
            ("same", "shop.test", host, false),
            ("same", "https://", Some(b""), false),
            ("same", "https://shop.test", None, false),
            ("same https://a.test", "https://a.test", host, true),
        ] {
            let allowed = is_origin_allowed(list.as_bytes(), origin.as_bytes(), host);
            assert_eq!(allowed, expected, "{list}: {origin} at {host:?}");
        }
    }

    #[test]
    fn ch08_11_subprotocols() {
        for (offered, named, expected) in [
            ("chat", &["chat"][..], Some("chat")),
            ("chat", &["Chat"], None),
            ("a,b", &["b, a"], Some("a")),
            ("a b", &["c,b"], Some("b")),
            ("a", &["c", "x,a"], Some("a")),
            ("a", &["ab", "a;q=1"], None),
            ("a", &[], None),
            ("", &["a"], None),
        ] {
            let named: Vec<&[u8]> = named.iter().map(|value| value.as_bytes()).collect();
            let chosen = choose_protocol(offered.as_bytes(), &named);
            assert_eq!(chosen, expected.map(str::as_bytes), "{offered}: {named:?}");
        }
        assert!(names_any(&[b"", b"a"]) && !names_any(&[b"", b" ,"]) && !names_any(&[]));
    }

    #[test]
    fn fields_of_a_head() {
        let head = b"GET Origin: HTTP/1.1\r\nX: Origin: a\r\norigin:  b \r\nOrigin: c\n\
            Origins: d\r\nOrigin : e\r\nOrigin:\r\n\r\n";
        let found: Vec<_> = fields(head, b"Origin").collect();
        assert_eq!(found, [&b"b"[..], b"c", b""]);
        assert_eq!(fields(b"GET", b"Origin").count(), 0);
    }
}
