//! The guard's options, one `name=value` per line, password files and digest credentials.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{Memory, within};
use meerkat_fuzz::text::lines;
use mongoose::guard::auth::{DigestCredentials, Users, challenge_lines};
use mongoose::guard::options::{Defaults, Settings, TABLE, find};
use mongoose::guard::rate::Rate;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    is_users: bool,
    data: &'a [u8],
}

/// Address lists and tables of users take more than their text; the settings have a fixed size.
const MEMORY: Memory = Memory { per_byte: 128, fixed: 1 << 16 };

fn options(text: &[u8]) {
    let mut settings = Settings::new(Defaults::of_build());
    for line in text.split(|&byte| byte == b'\n') {
        let (name, value) = line.split_at(line.iter().position(|&c| c == b'=').unwrap_or(0));
        let value = value.get(1..).unwrap_or(line);
        let Ok(value) = std::str::from_utf8(value) else { continue };
        match find(name) {
            Some(spec) => {
                let before = settings.text(spec.id).into_owned();
                match settings.set(spec, Some(value)) {
                    Ok(()) => assert_eq!(settings.text(spec.id), value),
                    Err(_) => assert_eq!(settings.text(spec.id), before),
                }
                settings.limit(spec.id);
            }
            // A value alone is tried with all, and taken back.
            None => TABLE.iter().for_each(|spec| {
                let _ = mongoose::guard::options::parse(spec.kind, value);
            }),
        }
    }
    for spec in TABLE {
        assert!(settings.set(spec, None).is_ok() && !settings.is_set(spec.id));
    }
}

/// Lines: realm, credentials, method; then the file.
fn users(text: &[u8]) {
    let [realm, value, method, file] = lines(text);
    let realm = String::from_utf8_lossy(realm);
    let lines = challenge_lines(&realm, "nonce", false);
    assert_eq!(
        lines.split("\r\n").filter(|line| line.starts_with("WWW-Authenticate: ")).count(),
        3
    );
    assert_eq!(lines.lines().count(), 3);
    let Ok(users) = Users::parse(file) else { return };
    assert!(users.len() <= file.len() && users.is_empty() == (users.len() == 0));
    users.check_basic(value, method, &realm);
    if let Some(credentials) = DigestCredentials::parse(value) {
        users.check_digest(&credentials, method, &credentials.uri, &realm);
    }
    if let Ok(rate) = Rate::parse(value) {
        assert!(rate.is_off() || rate.burst > 0);
    }
}

fuzz_target!(|input: Input| {
    let check = if input.is_users { users } else { options };
    within(MEMORY, input.data.len(), || check(input.data));
});
