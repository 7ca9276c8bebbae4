//! Utilities: random text, checksums, access lists, byte order.

use core::ffi::{c_char, c_int, c_uint};

use super::hooks::mg_random;
use super::mem::bytes;
use super::panics::exported;
use super::timer::now_ms;
use super::types::{mg_addr, mg_str};
use crate::text::addr::{self, Host};
use crate::text::{acl, path};

/// Zeroes memory in a way that no optimiser leaves out.
///
/// # Safety
/// Rule 2 of the C edge.
pub(crate) unsafe fn wipe(p: *mut u8, len: usize) {
    // SAFETY: the caller promises `len` writable bytes.
    unsafe { p.write_bytes(0, len) };
    core::hint::black_box(p);
}

/// Zeroes `len` bytes at `buf`, for secrets: the compiler will not leave it out. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_bzero(buf: *mut u8, len: usize) {
    exported("mg_bzero", (), || {
        if !buf.is_null() {
            // SAFETY: rule 2.
            unsafe { wipe(buf, len) };
        }
    })
}

/// Letters and digits of `mg_random_str`.
const ALPHANUMERIC: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Writes `len - 1` random letters and digits and a NUL to `buf`, and returns `buf`.
///
/// With `len` 0 nothing is written. The characters come from mg_random(); if it fails the text is
/// empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_random_str(buf: *mut c_char, len: usize) -> *mut c_char {
    exported("mg_random_str", core::ptr::null_mut(), || {
        if buf.is_null() || len == 0 {
            return buf;
        }
        let mut filled = 0;
        let mut pool = [0u8; 64];
        while filled < len - 1 {
            // SAFETY: the pool is writable.
            if !unsafe { mg_random(pool.as_mut_ptr().cast(), pool.len()) } {
                filled = 0;
                break;
            }
            // 248 = 4 * 62: larger bytes would favour the first letters.
            for &b in pool.iter().filter(|&&b| b < 248).take(len - 1 - filled) {
                let c = ALPHANUMERIC[usize::from(b % 62)];
                // SAFETY: rule 2: `filled < len - 1`.
                unsafe { buf.add(filled).write(c as c_char) };
                filled += 1;
            }
        }
        // SAFETY: rule 2: `filled < len`.
        unsafe { buf.add(filled).write(0) };
        buf
    })
}

/// CRC-32 (IEEE 802.3, as in zlib) of `len` bytes at `buf`. Start with `crc` 0 and pass the result
/// on to continue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_crc32(crc: u32, buf: *const c_char, len: usize) -> u32 {
    exported("mg_crc32", crc, || {
        // SAFETY: rule 2.
        let data = unsafe { bytes(buf.cast(), len) };

        let mut hasher = crc32fast::Hasher::new_with_initial(crc);
        hasher.update(data);
        hasher.finalize()
    })
}

/// Tells whether a decoded path stays below its root: no `..` component, no leading `~`, no NUL
/// byte inside. Purely textual; symbolic links are not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_path_is_sane(path: mg_str) -> bool {
    exported("mg_path_is_sane", false, || {
        // SAFETY: rule 4.
        let path = unsafe { path.bytes() };
        path::is_sane(path)
    })
}

/// Checks an address against an access list such as `-0.0.0.0/0,+10.0.0.0/8`.
///
/// Entries are a sign and an IPv4 network; the last one that matches decides, no match denies.
/// Returns 1 allowed (also for an empty list), 0 denied, -1 for IPv6 addresses or an entry without
/// sign, -2 for an unreadable network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_check_ip_acl(acl: mg_str, remote_ip: *mut mg_addr) -> c_int {
    exported("mg_check_ip_acl", -2, || {
        if remote_ip.is_null() {
            return -1;
        }
        // SAFETY: rule 1; the union is plain bytes.
        let (is_ip6, ip) = unsafe { ((*remote_ip).is_ip6, (*remote_ip).addr.ip) };
        if is_ip6 {
            return -1;
        }
        let [a, b, c, d, ..] = ip;
        // SAFETY: rule 4.
        let list = unsafe { acl.bytes() };
        match acl::check(list, u32::from_be_bytes([a, b, c, d])) {
            Ok(allowed) => c_int::from(allowed),
            Err(acl::Error::Sign) => -1,
            Err(acl::Error::Network) => -2,
        }
    })
}

/// Reads the numeric address in `str` into `addr`: empty (any), `localhost`, IPv4, or IPv6 with
/// optional brackets and numeric scope. The port is not touched.
///
/// Returns false, with `addr` unchanged, for anything else or a NULL `addr`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_aton(str: mg_str, addr: *mut mg_addr) -> bool {
    exported("mg_aton", false, || {
        if addr.is_null() {
            return false;
        }
        // SAFETY: rule 4.
        let Some(host) = addr::parse(unsafe { str.bytes() }) else {
            return false;
        };
        // SAFETY: rule 1: `addr` is writable; IPv4 leaves the other 12 bytes and the scope alone.
        unsafe {
            match host {
                Host::Any => (*addr).addr.ip = [0; 16],
                Host::V4(ip) => (&raw mut (*addr).addr.ip).cast::<[u8; 4]>().write(ip),
                Host::V6(ip, scope) => {
                    (*addr).addr.ip = ip;
                    (*addr).scope_id = scope;
                }
            }
            (*addr).is_ip6 = matches!(host, Host::V6(..));
        }
        true
    })
}

/// Waits at least `ms` milliseconds without handling any events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_delayms(ms: c_uint) {
    exported("mg_delayms", (), || {
        let until = now_ms() + u64::from(ms) + 1;
        while now_ms() < until {
            core::hint::spin_loop();
        }
    })
}

/// A 16-bit number from network to host byte order, or back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ntohs(net: u16) -> u16 {
    exported("mg_ntohs", 0, || u16::from_be(net))
}

/// A 32-bit number from network to host byte order, or back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ntohl(net: u32) -> u32 {
    exported("mg_ntohl", 0, || u32::from_be(net))
}

/// A 64-bit number from network to host byte order, or back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_ntohll(net: u64) -> u64 {
    exported("mg_ntohll", 0, || u64::from_be(net))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch02_53_crc() {
        // SAFETY: strings of the given lengths.
        unsafe {
            assert_eq!(mg_crc32(0, c"123456789".as_ptr(), 9), 0xcbf43926);
            let first = mg_crc32(0, c"1234".as_ptr(), 4);
            assert_eq!(mg_crc32(first, c"56789".as_ptr(), 5), 0xcbf43926);
            assert_eq!(mg_crc32(77, core::ptr::null(), 0), 77);
        }
    }

    #[test]
    fn ch02_54_random_text() {
        for len in [0, 1, 2, 63, 64, 65, 500] {
            let mut buf = vec![0xaau8; len + 1];
            // SAFETY: `len` writable bytes.
            unsafe { mg_random_str(buf.as_mut_ptr().cast(), len) };
            assert_eq!(buf[len], 0xaa, "nothing behind");
            if let Some((end, text)) = buf[..len].split_last() {
                assert_eq!(*end, 0);
                assert!(text.iter().all(u8::is_ascii_alphanumeric));
            }
        }
    }

    #[test]
    fn ch02_57_byte_order() {
        // SAFETY: plain numbers.
        unsafe {
            assert_eq!(mg_ntohs(u16::from_ne_bytes([1, 2])), 0x0102);
            assert_eq!(mg_ntohl(u32::from_ne_bytes([1, 2, 3, 4])), 0x01020304);
            assert_eq!(mg_ntohll(u64::from_ne_bytes([1, 2, 3, 4, 5, 6, 7, 8])), 0x0102030405060708);
        }
    }
}
