//! Parts of URLs that were put together of them.

use mongoose::text::url::Url;
use proptest::prelude::*;

use super::often;

const SCHEMES: [(&str, u16, bool); 9] = [
    ("http", 80, false),
    ("https", 443, true),
    ("ws", 80, false),
    ("wss", 443, true),
    ("mqtt", 1883, false),
    ("mqtts", 8883, true),
    ("tcp", 0, false),
    ("tcps", 0, true),
    ("x-y", 0, false),
];

proptest! {
    #![proptest_config(often())]

    #[test]
    fn parts(
        (scheme, default_port, is_tls) in prop::sample::select(&SCHEMES[..]),
        user in prop::option::of("[a-z0-9%._~!$&'()*+,;=-]{0,5}"),
        pass in prop::option::of("[a-z0-9:%!$&-]{0,5}"),
        host in "[a-zA-Z0-9.-]{0,9}|\\[[0-9a-f:.]{2,9}\\]",
        port in prop::option::of(any::<u16>()),
        path in "|/[a-z0-9/?#&=%@:;.\\[\\]-]{0,12}",
    ) {
        let mut text = format!("{scheme}://");
        if let Some(user) = &user {
            text += user;
            if let Some(pass) = &pass {
                text += &format!(":{pass}");
            }
            text += "@";
        }
        text += &host;
        if let Some(port) = port {
            text += &format!(":{port}");
        }
        let path_at = text.len();
        text += &path;

        let url = Url::parse(text.as_bytes());
        let (user, pass) = (user.clone().unwrap_or_default(), pass.filter(|_| user.is_some()));
        let pass = pass.unwrap_or_default();
        prop_assert_eq!(url.user, user.as_bytes(), "user of {}", text);
        prop_assert_eq!(url.pass, pass.as_bytes(), "password of {}", text);
        prop_assert_eq!(url.host, host.as_bytes(), "host of {}", text);
        prop_assert_eq!(url.port_number(), port.unwrap_or(default_port), "port of {}", text);
        prop_assert_eq!(url.path, (!path.is_empty()).then_some(path_at), "path of {}", text);
        prop_assert_eq!(url.is_tls(), is_tls);
    }
}
