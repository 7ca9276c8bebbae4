//! SNTP packets (RFC 4330): requests out, the time in.

/// Bytes of a packet.
pub const PACKET_LEN: usize = 48;

/// Seconds from the epoch of NTP (1900) to that of Unix (1970).
const NTP_TO_UNIX: u32 = 2_208_988_800;

/// Largest value of the fraction of a timestamp; here it stands for a whole second.
const FRACTION_MAX: f64 = 4_294_967_295.0;

/// Units of the fraction that lie within one millisecond.
const FRACTION_PER_MS: u32 = 4_294_967;

/// Where the timestamps are.
const ORIGIN: usize = 24;
const RECEIVE: usize = 32;
const TRANSMIT: usize = 40;

/// Version 4, mode 3 (client).
const CLIENT: u8 = 0x23;

/// Mode of a reply to one client.
const MODE_SERVER: u8 = 4;
/// Mode of a packet to everybody.
const MODE_BROADCAST: u8 = 5;

/// Leap indicator of a server whose clock is not synchronised.
const LEAP_ALARM: u8 = 3;

/// Largest stratum of a server that knows the time.
const MAX_STRATUM: u8 = 15;

/// A request sent `uptime_ms` milliseconds after the start. Its transmit timestamp is derived from
/// that, so that nobody learns the time here; `noise` goes into the bits below the millisecond, so
/// that nobody can guess it.
pub fn request(uptime_ms: u64, noise: u32) -> [u8; PACKET_LEN] {
    let seconds = (uptime_ms / 1000).wrapping_add(u64::from(NTP_TO_UNIX)) as u32;
    let fraction = ((uptime_ms % 1000) as f64 / 1000.0 * FRACTION_MAX) as u32;
    let fraction = fraction.saturating_add(noise % FRACTION_PER_MS);
    let mut packet = [0; PACKET_LEN];
    packet[0] = CLIENT;
    packet[TRANSMIT..TRANSMIT + 4].copy_from_slice(&seconds.to_be_bytes());
    packet[TRANSMIT + 4..].copy_from_slice(&fraction.to_be_bytes());
    packet
}

/// The transmit timestamp of a packet, eight bytes.
pub fn transmit_time(packet: &[u8; PACKET_LEN]) -> [u8; 8] {
    raw(packet, TRANSMIT)
}

fn raw(packet: &[u8; PACKET_LEN], ofs: usize) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&packet[ofs..ofs + 8]);
    bytes
}

/// The timestamp at `ofs` in milliseconds since 1970; 0 if its seconds are 0. Small numbers of
/// seconds are those after February 2036.
fn timestamp(packet: &[u8; PACKET_LEN], ofs: usize) -> i64 {
    let [a, b, c, d, e, f, g, h] = raw(packet, ofs);
    let seconds = u32::from_be_bytes([a, b, c, d]);
    let fraction = u32::from_be_bytes([e, f, g, h]);
    if seconds == 0 {
        return 0;
    }
    let ms = (f64::from(fraction) / FRACTION_MAX * 1000.0) as i64;
    i64::from(seconds.wrapping_sub(NTP_TO_UNIX)) * 1000 + ms
}

/// The time in milliseconds since 1970 that the packet at the start of `buf` tells, if it arrived
/// `uptime_ms` milliseconds after the start and its origin timestamp is that of [`request`]. `None`
/// if it is no packet of a server that knows the time.
pub fn parse(buf: &[u8], uptime_ms: u64) -> Option<i64> {
    let packet = buf.first_chunk::<PACKET_LEN>()?;
    let (mode, version, stratum) = (packet[0] & 7, packet[0] >> 3 & 7, packet[1]);
    let is_from_server = mode == MODE_SERVER || mode == MODE_BROADCAST;
    if !is_from_server || stratum == 0 || !(3..=4).contains(&version) {
        return None;
    }
    let sent = timestamp(packet, ORIGIN);
    let received = timestamp(packet, RECEIVE);
    let replied = timestamp(packet, TRANSMIT);
    let round_trip = (uptime_ms as i64).wrapping_sub(sent).wrapping_sub(replied - received);
    Some(replied.wrapping_add(round_trip / 2))
}

/// True if the packet at the start of `buf` is the reply of a synchronised server to the request whose
/// transmit timestamp was `sent`.
pub fn is_reply_to(buf: &[u8], sent: [u8; 8]) -> bool {
    let Some(packet) = buf.first_chunk::<PACKET_LEN>() else { return false };
    packet[0] & 7 == MODE_SERVER
        && packet[0] >> 6 != LEAP_ALARM
        && (1..=MAX_STRATUM).contains(&packet[1])
        && raw(packet, ORIGIN) == sent
        && transmit_time(packet) != [0; 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reply to `request(uptime_ms, noise)` that tells `seconds` since 1970.
    fn reply(uptime_ms: u64, noise: u32, seconds: u32) -> [u8; PACKET_LEN] {
        let mut packet = [0; PACKET_LEN];
        packet[0] = 0x24;
        packet[1] = 2;
        packet[ORIGIN..ORIGIN + 8].copy_from_slice(&transmit_time(&request(uptime_ms, noise)));
        for ofs in [RECEIVE, TRANSMIT] {
            let seconds = seconds.wrapping_add(NTP_TO_UNIX);
            packet[ofs..ofs + 4].copy_from_slice(&seconds.to_be_bytes());
        }
        packet
    }

    #[test]
    fn ch04_59_request_bytes() {
        let packet = request(1_477_897, 0);
        assert_eq!(packet[0], 0x23);
        assert!(packet[1..40].iter().all(|&b| b == 0));
        assert_eq!(packet[40..], [0x83, 0xaa, 0x84, 0x45, 0xe5, 0xa1, 0xca, 0xbf]);
    }

    #[test]
    fn w36_noise_stays_below_the_millisecond() {
        for ms in 0..1000 {
            for noise in [0, 1, FRACTION_PER_MS - 1, u32::MAX] {
                let packet = request(5000 + ms, noise);
                let read = timestamp(&packet, TRANSMIT);
                assert!((5000 + ms as i64 - read).abs() <= 1, "{ms} {noise}: {read}");
            }
        }
        assert_ne!(request(5000, 1), request(5000, 2));
    }

    #[test]
    fn ch04_59_the_time_is_that_of_the_server_and_half_the_way() {
        let packet = reply(50_000, 0, 1_790_000_000);
        assert_eq!(parse(&packet, 50_000), Some(1_790_000_000_000));
        assert_eq!(parse(&packet, 50_040), Some(1_790_000_000_020));
    }

    #[test]
    fn w36_what_is_no_reply_to_the_request() {
        let sent = transmit_time(&request(50_000, 7));
        let good = reply(50_000, 7, 1_790_000_000);
        assert!(is_reply_to(&good, sent));
        assert!(!is_reply_to(&good, transmit_time(&request(50_000, 8))), "other origin");
        assert!(!is_reply_to(&good[..47], sent), "short");
        type Change = fn(&mut [u8; PACKET_LEN]);
        let changes: [(&str, Change); 6] = [
            ("broadcast", |p| p[0] = 0x25),
            ("a request", |p| p[0] = 0x23),
            ("leap alarm", |p| p[0] = 0xe4),
            ("kiss of death", |p| p[1] = 0),
            ("stratum 16", |p| p[1] = 16),
            ("no transmit time", |p| p[TRANSMIT..].fill(0)),
        ];
        for (what, change) in changes {
            let mut packet = good;
            change(&mut packet);
            assert!(!is_reply_to(&packet, sent), "{what}");
        }
    }
}
