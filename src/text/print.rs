//! What the `%M` printers print: hex, base64, escaped text, addresses.
//!
//! Each function returns the number of bytes printed.

use super::addr::Ip;
use super::base64::encode_group;
use super::digits::hex_digit;
use super::fmt::Sink;

/// Collects short pieces and passes them on in runs.
struct Runs<'a> {
    sink: &'a mut dyn Sink,
    buf: [u8; 64],
    used: usize,
    count: usize,
}

impl<'a> Runs<'a> {
    fn new(sink: &'a mut dyn Sink) -> Runs<'a> {
        Runs { sink, buf: [0; 64], used: 0, count: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        for &b in bytes {
            if self.used == self.buf.len() {
                self.flush();
            }
            if let Some(place) = self.buf.get_mut(self.used) {
                *place = b;
                self.used += 1;
            }
        }
    }

    fn push_decimal(&mut self, n: u16) {
        let mut weight = 10_000;
        while weight > 1 && n < weight {
            weight /= 10;
        }
        while weight > 0 {
            self.push(&[b'0' + (n / weight % 10) as u8]);
            weight /= 10;
        }
    }

    fn push_hex(&mut self, byte: u8) {
        self.push(&[hex_digit(byte >> 4), hex_digit(byte)]);
    }

    fn flush(&mut self) {
        self.sink.put(self.buf.get(..self.used).unwrap_or_default());
        self.count += self.used;
        self.used = 0;
    }

    fn finish(mut self) -> usize {
        self.flush();
        self.count
    }
}

/// Two lower-case hex digits per byte.
pub fn hex(sink: &mut dyn Sink, data: &[u8]) -> usize {
    let mut out = Runs::new(sink);
    data.iter().for_each(|&b| out.push_hex(b));
    out.finish()
}

/// Base64 with padding.
pub fn base64(sink: &mut dyn Sink, data: &[u8]) -> usize {
    let mut out = Runs::new(sink);
    data.chunks(3).for_each(|group| out.push(&encode_group(group)));
    out.finish()
}

/// Passes `text` on in runs, with the bytes that `escape` knows replaced.
fn escaped(sink: &mut dyn Sink, text: &[u8], escape: fn(u8) -> Option<&'static [u8]>) -> usize {
    let mut count = 0;
    let mut put = |bytes: &[u8]| {
        if !bytes.is_empty() {
            sink.put(bytes);
            count += bytes.len();
        }
    };
    let mut rest = text;
    while let Some((at, replacement)) =
        rest.iter().enumerate().find_map(|(i, &b)| Some((i, escape(b)?)))
    {
        put(rest.get(..at).unwrap_or_default());
        put(replacement);
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    put(rest);
    count
}

/// Text with the seven bytes that JSON escapes with one letter escaped.
pub fn json(sink: &mut dyn Sink, text: &[u8]) -> usize {
    escaped(sink, text, |b| {
        Some(match b {
            0x08 => b"\\b",
            0x0c => b"\\f",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            b'\\' => b"\\\\",
            b'"' => b"\\\"",
            _ => return None,
        })
    })
}

/// Text with `& < > "` as entities.
pub fn html(sink: &mut dyn Sink, text: &[u8]) -> usize {
    escaped(sink, text, |b| {
        Some(match b {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            _ => return None,
        })
    })
}

fn push_ip(out: &mut Runs, ip: Ip) {
    match ip {
        Ip::V4(bytes) => {
            for (i, &b) in bytes.iter().enumerate() {
                out.push(if i > 0 { b"." } else { b"" });
                out.push_decimal(u16::from(b));
            }
        }
        Ip::V6(bytes) => {
            out.push(b"[");
            for (i, &[hi, lo]) in bytes.as_chunks::<2>().0.iter().enumerate() {
                out.push(if i > 0 { b":" } else { b"" });
                let digits = [hi >> 4, hi & 15, lo >> 4, lo & 15];
                let leading = digits.iter().take(3).take_while(|&&d| d == 0).count();
                digits.iter().skip(leading).for_each(|&d| out.push(&[hex_digit(d)]));
            }
            out.push(b"]");
        }
    }
}

/// `a.b.c.d`, or eight groups in brackets without `::`.
pub fn ip(sink: &mut dyn Sink, ip: Ip) -> usize {
    let mut out = Runs::new(sink);
    push_ip(&mut out, ip);
    out.finish()
}

/// Address, colon, port.
pub fn ip_port(sink: &mut dyn Sink, ip: Ip, port: u16) -> usize {
    let mut out = Runs::new(sink);
    push_ip(&mut out, ip);
    out.push(b":");
    out.push_decimal(port);
    out.finish()
}

/// Bytes in hex with colons between, as hardware addresses are written.
pub fn colon_hex(sink: &mut dyn Sink, data: &[u8]) -> usize {
    let mut out = Runs::new(sink);
    for (i, &b) in data.iter().enumerate() {
        out.push(if i > 0 { b":" } else { b"" });
        out.push_hex(b);
    }
    out.finish()
}
