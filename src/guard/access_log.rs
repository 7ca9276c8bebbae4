//! Lines of an access log in the Combined Log Format.

use core::net::IpAddr;
use std::io::Write;

/// Most bytes of a user name that are shown.
pub const MAX_USER: usize = 64;
/// Most bytes of a method that are shown.
pub const MAX_METHOD: usize = 32;
/// Most bytes of a request target that are shown.
pub const MAX_TARGET: usize = 2048;
/// Most bytes of a protocol version that are shown.
pub const MAX_PROTOCOL: usize = 16;
/// Most bytes of a referrer that are shown.
pub const MAX_REFERER: usize = 1024;
/// Most bytes of a user agent that are shown.
pub const MAX_USER_AGENT: usize = 512;

/// Longest line in bytes: each byte from a peer may take four.
pub const MAX_LINE: usize =
    4 * (MAX_USER + MAX_METHOD + MAX_TARGET + MAX_PROTOCOL + MAX_REFERER + MAX_USER_AGENT) + 192;

/// What there is to say about one request. Texts are as the peer sent them; empty ones are shown
/// as `-`.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The client.
    pub host: IpAddr,
    /// Who logged in, or empty.
    pub user: &'a [u8],
    /// When, in seconds since 1970 (UTC).
    pub unix_time: u64,
    /// Method; empty if no request line could be read. Nothing of the line is shown then.
    pub method: &'a [u8],
    /// Request target: path and query.
    pub target: &'a [u8],
    /// Such as `HTTP/1.1`.
    pub protocol: &'a [u8],
    /// Status of the response.
    pub status: u16,
    /// Bytes of the response's body.
    pub bytes: u64,
    /// Field `Referer`, or empty.
    pub referer: &'a [u8],
    /// Field `User-Agent`, or empty.
    pub user_agent: &'a [u8],
}

/// The line for `entry`, with its line end:
///
/// ```text
/// 192.0.2.7 - ann [10/Oct/2000:13:55:36 +0000] "GET /x?y HTTP/1.1" 200 2326 "http://a/" "curl"
/// ```
///
/// Quotes and backslashes are escaped by a backslash; control bytes and those from 0x7f on become
/// `\xHH`, and so do blanks in a user name or a piece of the request line. Texts longer than the
/// constants above say are cut. So a line is one line with printable ASCII, has at most
/// [`MAX_LINE`] bytes, and can be taken apart again whatever a peer sends.
pub fn format_line(entry: &Entry<'_>) -> Vec<u8> {
    let mut line = Vec::with_capacity(256);
    // Writing to a vector does not fail.
    let _ = write!(line, "{} - ", entry.host);
    field(&mut line, entry.user, MAX_USER, b" ");
    let time = Civil::of(entry.unix_time);
    let _ = write!(
        line,
        " [{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000] \"",
        time.day, time.month_name, time.year, time.hour, time.minute, time.second
    );
    if entry.method.is_empty() {
        line.push(b'-');
    } else {
        // A blank within a piece would look like the one behind it.
        field(&mut line, entry.method, MAX_METHOD, b" ");
        line.push(b' ');
        field(&mut line, entry.target, MAX_TARGET, b" ");
        line.push(b' ');
        field(&mut line, entry.protocol, MAX_PROTOCOL, b" ");
    }
    let _ = write!(line, "\" {:03} {} \"", entry.status, entry.bytes);
    field(&mut line, entry.referer, MAX_REFERER, b"");
    line.extend_from_slice(b"\" \"");
    field(&mut line, entry.user_agent, MAX_USER_AGENT, b"");
    line.extend_from_slice(b"\"\n");
    line
}

/// Appends at most `most` bytes of `text`; bytes in `also` are escaped, too.
fn field(line: &mut Vec<u8>, text: &[u8], most: usize, also: &[u8]) {
    if text.is_empty() {
        line.push(b'-');
    }
    for &c in text.iter().take(most) {
        match c {
            b'"' | b'\\' => line.extend_from_slice(&[b'\\', c]),
            b' '..=b'~' if !also.contains(&c) => line.push(c),
            _ => {
                let _ = write!(line, "\\x{c:02x}");
            }
        }
    }
}

/// A moment of the Gregorian calendar in UTC.
struct Civil {
    year: u64,
    month_name: &'static str,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Civil {
    fn of(unix_time: u64) -> Self {
        let (days, second) = (unix_time / 86_400, unix_time % 86_400);
        // Count years from 1 March, so that a leap day is a year's last; the calendar repeats
        // every 400 years, which are 146 097 days. 1970 began 719 468 days after 1 March 0.
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        // Each 4 years one day more, each 100 years (36 524 days) one less.
        let century = (day_of_era / 36_524).min(3);
        let day_of_century = day_of_era - century * 36_524;
        let four_years = day_of_century / 1461;
        let day_of_four = day_of_century % 1461;
        let year_of_four = (day_of_four / 365).min(3);
        let mut day = day_of_four - year_of_four * 365;
        let mut year = era * 400 + century * 100 + four_years * 4 + year_of_four;
        let mut month_name = "Feb";
        for (name, days) in [
            ("Mar", 31),
            ("Apr", 30),
            ("May", 31),
            ("Jun", 30),
            ("Jul", 31),
            ("Aug", 31),
            ("Sep", 30),
            ("Oct", 31),
            ("Nov", 30),
            ("Dec", 31),
            ("Jan", 31),
            ("Feb", 29),
        ] {
            month_name = name;
            if day < days {
                break;
            }
            day -= days;
        }
        if matches!(month_name, "Jan" | "Feb") {
            year += 1;
        }
        let (hour, minute) = (second / 3600, second / 60 % 60);
        Self { year, month_name, day: day + 1, hour, minute, second: second % 60 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry() -> Entry<'static> {
        Entry {
            host: "192.0.2.7".parse().unwrap(),
            user: b"ann",
            unix_time: 971_186_136,
            method: b"GET",
            target: b"/x?y",
            protocol: b"HTTP/1.1",
            status: 200,
            bytes: 2326,
            referer: b"http://a/",
            user_agent: b"curl/8 (x)",
        }
    }

    fn line(entry: Entry<'_>) -> String {
        String::from_utf8(format_line(&entry)).unwrap()
    }

    #[test]
    fn ch08_combined_log_format() {
        let e = entry();
        let start = "192.0.2.7 - ann [10/Oct/2000:13:55:36 +0000]";
        for (entry, want) in [
            (e, format!("{start} \"GET /x?y HTTP/1.1\" 200 2326 \"http://a/\" \"curl/8 (x)\"\n")),
            (
                Entry { referer: b"", user_agent: b"", bytes: 0, ..e },
                format!("{start} \"GET /x?y HTTP/1.1\" 200 0 \"-\" \"-\"\n"),
            ),
            (
                Entry { method: b"", status: 0, ..e },
                format!("{start} \"-\" 000 2326 \"http://a/\" \"curl/8 (x)\"\n"),
            ),
            (
                Entry {
                    target: b"/\"\\ \r\n\0",
                    referer: b"\x7f\xff x",
                    user_agent: b"\x1b[",
                    ..e
                },
                format!(
                    "{start} \"GET /\\\"\\\\\\x20\\x0d\\x0a\\x00 HTTP/1.1\" 200 2326 \
                     \"\\x7f\\xff x\" \"\\x1b[\"\n"
                ),
            ),
            (
                Entry { host: "2001:db8::1".parse().unwrap(), user: b"a b\"", ..e },
                format!("{start} \"GET /x?y HTTP/1.1\" 200 2326 \"http://a/\" \"curl/8 (x)\"\n")
                    .replace("192.0.2.7 - ann", "2001:db8::1 - a\\x20b\\\""),
            ),
            (
                Entry { user: b"", ..e },
                format!("{start} \"GET /x?y HTTP/1.1\" 200 2326 \"http://a/\" \"curl/8 (x)\"\n")
                    .replace(" ann ", " - "),
            ),
        ] {
            assert_eq!(line(entry), want);
        }
    }

    #[test]
    fn ch08_log_lines_are_bounded() {
        let long = &[0xff; 5000][..];
        let all = line(Entry {
            host: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap(),
            user: long,
            unix_time: u64::MAX,
            method: long,
            target: long,
            protocol: long,
            status: u16::MAX,
            bytes: u64::MAX,
            referer: long,
            user_agent: long,
        });
        assert!(all.len() <= MAX_LINE, "{}", all.len());
        let texts =
            MAX_USER + MAX_METHOD + MAX_TARGET + MAX_PROTOCOL + MAX_REFERER + MAX_USER_AGENT;
        assert_eq!(all.matches("\\xff").count(), texts);
    }

    /// `date -u -d @N +%d/%b/%Y:%H:%M:%S`
    #[test]
    fn dates() {
        for (unix_time, want) in [
            (0, "01/Jan/1970:00:00:00"),
            (86_399, "01/Jan/1970:23:59:59"),
            (5_097_600, "01/Mar/1970:00:00:00"),
            (68_169_600, "29/Feb/1972:00:00:00"),
            (951_782_400, "29/Feb/2000:00:00:00"),
            (951_868_800, "01/Mar/2000:00:00:00"),
            (978_307_199, "31/Dec/2000:23:59:59"),
            (1_709_164_800, "29/Feb/2024:00:00:00"),
            (2_147_483_648, "19/Jan/2038:03:14:08"),
            (4_107_542_399, "28/Feb/2100:23:59:59"),
            (4_107_542_400, "01/Mar/2100:00:00:00"),
            (13_574_563_200, "29/Feb/2400:00:00:00"),
            (253_402_300_799, "31/Dec/9999:23:59:59"),
        ] {
            let text = line(Entry { unix_time, ..entry() });
            assert!(text.contains(&format!("[{want} +0000]")), "{want}: {text}");
        }
    }

    /// Every day of 900 years follows the one before.
    #[test]
    fn days_follow_each_other() {
        let months =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (mut year, mut month, mut day) = (1970u64, 0, 1);
        for n in 0..900 * 365 {
            let got = Civil::of(n * 86_400);
            assert_eq!((got.year, got.month_name, got.day), (year, months[month], day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                1 if leap => 29,
                1 => 28,
                3 | 5 | 8 | 10 => 30,
                _ => 31,
            };
            day += 1;
            if day > last {
                (month, day) = (month + 1, 1);
            }
            if month == 12 {
                (year, month) = (year + 1, 0);
            }
        }
    }

    proptest! {
        /// One printable line that can be taken apart, whatever is in it.
        #[test]
        fn whatever_comes_in(
            text in proptest::collection::vec(any::<u8>(), 1..40),
            method in proptest::collection::vec(any::<u8>(), 1..10),
        ) {
            let e = entry();
            let all = line(Entry {
                user: &text, target: &text, referer: &text, user_agent: &text, method: &method, ..e
            });
            let body = all.strip_suffix('\n').unwrap();
            prop_assert!(body.bytes().all(|c| (b' '..=b'~').contains(&c)));
            // Quotes that are not escaped are the six of the format.
            let plain = body.replace("\\\\", "").replace("\\\"", "");
            prop_assert_eq!(plain.matches('"').count(), 6);
            let request = plain.split('"').nth(1).unwrap();
            prop_assert_eq!(request.split(' ').count(), 3);
        }
    }
}
