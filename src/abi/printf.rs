//! Formatting functions, printers for `%M` and output functions.

use core::ffi::{c_char, c_int, c_void};
use core::ptr;

use super::fmt::{IobufSink, va_int, va_ptr, vformat, with_sink};
use super::iobuf;
use super::mem::bytes;
use super::panics::{exported, guard};
use super::queue;
use super::types::{mg_addr, mg_iobuf, mg_pfn_t, mg_queue, va_list};
use crate::text::addr::Ip;
use crate::text::fmt::Sink;
use crate::text::print;

/// Sends formatted text to `fn`, byte by byte, and returns the number of bytes printed.
///
/// `arg` is handed to `fn`. `ap` points to a live `va_list`, which is advanced. No NUL is sent at
/// the end. A NULL `fmt` prints nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_vxprintf(
    r#fn: mg_pfn_t,
    arg: *mut c_void,
    fmt: *const c_char,
    ap: *mut va_list,
) -> usize {
    exported("mg_vxprintf", 0, || {
        // SAFETY: rules 3, 6 and 7, passed on.
        unsafe { with_sink(r#fn, arg, |sink| vformat(sink, fmt, ap)) }
    })
}

/// Formats into `buf`, at most `len` bytes including the NUL that always ends the text.
///
/// Returns the length of the whole text, also when it was cut. With `len` 0 nothing is written and
/// `buf` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_vsnprintf(
    buf: *mut c_char,
    len: usize,
    fmt: *const c_char,
    ap: *mut va_list,
) -> usize {
    exported("mg_vsnprintf", 0, || {
        let size = if buf.is_null() { 0 } else { len };
        let mut sink = Bounded { buf: buf.cast(), size, len: 0 };

        // SAFETY: rules 3 and 6, passed on.
        let n = unsafe { vformat(&mut sink, fmt, ap) };
        sink.terminate();
        n
    })
}

/// Formats into memory that the caller releases with mg_free(); NULL if the text is empty or
/// memory runs out at once. If it runs out later the text so far is returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_vmprintf(fmt: *const c_char, ap: *mut va_list) -> *mut c_char {
    exported("mg_vmprintf", ptr::null_mut(), || {
        let mut io = mg_iobuf { buf: ptr::null_mut(), size: 0, len: 0, align: 256 };

        let mut sink = IobufSink::new(&raw mut io);
        // SAFETY: rules 3 and 6, passed on; `io` outlives the sink.
        unsafe { vformat(&mut sink, fmt, ap) };
        io.buf.cast()
    })
}

/// What `mg_queue_printf` forwards to; both lists hold the same arguments.
#[unsafe(no_mangle)]
unsafe extern "C" fn meerkat_queue_vprintf(
    q: *mut mg_queue,
    fmt: *const c_char,
    measure: *mut va_list,
    print: *mut va_list,
) -> usize {
    exported("meerkat_queue_vprintf", 0, || {
        // SAFETY: rules 3 and 6; nothing is written for length 0.
        let len = unsafe { mg_vsnprintf(ptr::null_mut(), 0, fmt, measure) };
        let Some(room) = len.checked_add(1) else {
            return 0;
        };
        let mut buf: *mut c_char = ptr::null_mut();
        // SAFETY: rule 1; `buf` is writable.
        if len == 0 || unsafe { queue::mg_queue_book(q, &raw mut buf, room) } < room {
            return 0;
        }
        // SAFETY: the booking gave `room` bytes at `buf`.
        unsafe {
            mg_vsnprintf(buf, room, fmt, print);
            queue::mg_queue_add(q, len);
        }
        len
    })
}

/// A caller's buffer. INVARIANT: `buf` holds `size` bytes, and `len <= size`.
struct Bounded {
    buf: *mut u8,
    size: usize,
    len: usize,
}

impl Sink for Bounded {
    fn put(&mut self, bytes: &[u8]) {
        let n = bytes.len().min(self.size - self.len);
        if n > 0 {
            // SAFETY: `len + n <= size` bytes are writable by the type's invariant.
            unsafe { ptr::copy(bytes.as_ptr(), self.buf.add(self.len), n) };
            self.len += n;
        }
    }
}

impl Bounded {
    fn terminate(&self) {
        if self.size > 0 {
            // SAFETY: the index is below `size`.
            unsafe { self.buf.add(self.len.min(self.size - 1)).write(0) };
        }
    }
}

/// Output function that writes to standard output; `param` is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_pfn_stdout(c: c_char, param: *mut c_void) {
    exported("mg_pfn_stdout", (), || {
        let _ = param;
        // SAFETY: `putchar` takes any byte.
        unsafe { libc::putchar(c_int::from(c as u8)) };
    })
}

/// Output function that appends to the `struct mg_iobuf` at `param` and keeps a NUL behind the
/// data. The buffer grows as needed; text is dropped when memory runs out or `param` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_pfn_iobuf(ch: c_char, param: *mut c_void) {
    exported("mg_pfn_iobuf", (), || {
        if !param.is_null() {
            // SAFETY: rule 1: `param` is a live buffer.
            unsafe {
                iobuf::append_text(param.cast(), &[ch as u8]);
            };
        }
    })
}

/// Like mg_pfn_iobuf(), but the buffer never grows: when it is full, its last byte is a NUL that
/// counts in `len`, and further text is dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_pfn_iobuf_noresize(ch: c_char, param: *mut c_void) {
    exported("mg_pfn_iobuf_noresize", (), || {
        if !param.is_null() {
            // SAFETY: rule 1: `param` is a live buffer.
            unsafe { iobuf::append_text_noresize(param.cast(), &[ch as u8]) };
        }
    })
}

/// Runs a printer on the bytes that `ap` names by an `int` length and a pointer.
unsafe fn print_bytes(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
    printer: fn(&mut dyn Sink, &[u8]) -> usize,
) -> usize {
    // SAFETY: rule 6: the next arguments are an `int` and a pointer to that many bytes.
    let data = unsafe {
        let len = va_int(ap);
        bytes(va_ptr(ap), usize::try_from(len).unwrap_or(0))
    };
    // SAFETY: rule 7, passed on.
    guard(0, || unsafe { with_sink(out, arg, |sink| printer(sink, data)) })
}

/// Runs a printer on the `N` bytes that `ap` points to.
unsafe fn print_array<const N: usize>(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
    printer: impl FnOnce(&mut dyn Sink, [u8; N]) -> usize,
) -> usize {
    // SAFETY: rule 6: the next argument is a pointer.
    let p: *const [u8; N] = unsafe { va_ptr(ap) }.cast();
    if p.is_null() {
        return 0;
    }
    // SAFETY: the printer's contract: `N` readable bytes; bytes need no alignment.
    let array = unsafe { p.read() };
    // SAFETY: rule 7, passed on.
    guard(0, || unsafe { with_sink(out, arg, |sink| printer(sink, array)) })
}

/// The address that `ap` points to.
unsafe fn next_addr(ap: *mut va_list) -> Option<(Ip, u16)> {
    // SAFETY: rule 6: the next argument is a pointer to an address, or NULL.
    let addr: *const mg_addr = unsafe { va_ptr(ap) }.cast();
    if addr.is_null() {
        return None;
    }
    // SAFETY: rule 1; copied as bytes, so that no alignment is needed.
    let addr = unsafe { addr.read_unaligned() };
    // SAFETY: all members of the union are plain bytes.
    let ip = unsafe { addr.addr.ip };
    let [a, b, c, d, ..] = ip;
    let ip = if addr.is_ip6 { Ip::V6(ip) } else { Ip::V4([a, b, c, d]) };
    Some((ip, u16::from_be(addr.port)))
}

/// Printer for `%M`: takes `int length, const void *data` and prints two lower-case hex digits per
/// byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_hex(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize {
    exported("mg_print_hex", 0, || {
        // SAFETY: passed on.
        unsafe { print_bytes(out, arg, ap, print::hex) }
    })
}

/// Printer for `%M`: takes `int length, const void *data` and prints base64 with padding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_base64(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
) -> usize {
    exported("mg_print_base64", 0, || {
        // SAFETY: passed on.
        unsafe { print_bytes(out, arg, ap, print::base64) }
    })
}

/// Printer for `%M`: takes `int length, const char *text` and prints the text escaped for a JSON
/// string, up to a NUL or `length` bytes; length 0 means up to the NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_esc(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize {
    exported("mg_print_esc", 0, || {
        // SAFETY: rule 6: the next arguments are an `int` and a text.
        let text = unsafe {
            let len = va_int(ap);
            let s: *const c_char = va_ptr(ap).cast();
            let limit = usize::try_from(len).ok().filter(|&n| n > 0).unwrap_or(isize::MAX as usize);
            if s.is_null() { &[] } else { bytes(s.cast(), libc::strnlen(s, limit)) }
        };
        // SAFETY: rule 7, passed on.
        unsafe { with_sink(out, arg, |sink| print::json(sink, text)) }
    })
}

/// Printer for `%M`: takes `int length, const char *text` and prints `length` bytes with
/// `& < > "` as HTML entities.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_html_esc(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
) -> usize {
    exported("mg_print_html_esc", 0, || {
        // SAFETY: passed on.
        unsafe { print_bytes(out, arg, ap, print::html) }
    })
}

/// Printer for `%M`: takes a pointer to 4 address bytes in network order and prints `a.b.c.d`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_ip4(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize {
    exported("mg_print_ip4", 0, || {
        // SAFETY: passed on.
        unsafe { print_array(out, arg, ap, |sink, ip| print::ip(sink, Ip::V4(ip))) }
    })
}

/// Printer for `%M`: takes a pointer to 16 address bytes in network order and prints eight hex
/// groups in square brackets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_ip6(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize {
    exported("mg_print_ip6", 0, || {
        // SAFETY: passed on.
        unsafe { print_array(out, arg, ap, |sink, ip| print::ip(sink, Ip::V6(ip))) }
    })
}

/// Printer for `%M`: takes a `struct mg_addr *` and prints its IPv4 or IPv6 address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_ip(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize {
    exported("mg_print_ip", 0, || {
        // SAFETY: rule 6, passed on.
        let Some((ip, _)) = (unsafe { next_addr(ap) }) else {
            return 0;
        };
        // SAFETY: rule 7, passed on.
        unsafe { with_sink(out, arg, |sink| print::ip(sink, ip)) }
    })
}

/// Printer for `%M`: takes a `struct mg_addr *` and prints its address, a colon and its port.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_ip_port(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
) -> usize {
    exported("mg_print_ip_port", 0, || {
        // SAFETY: rule 6, passed on.
        let Some((ip, port)) = (unsafe { next_addr(ap) }) else {
            return 0;
        };
        // SAFETY: rule 7, passed on.
        unsafe { with_sink(out, arg, |sink| print::ip_port(sink, ip, port)) }
    })
}

/// Printer for `%M`: takes a pointer to 6 bytes and prints `aa:bb:cc:dd:ee:ff`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_mac(out: mg_pfn_t, arg: *mut c_void, ap: *mut va_list) -> usize {
    exported("mg_print_mac", 0, || {
        // SAFETY: passed on.
        unsafe { print_array(out, arg, ap, |sink, mac: [u8; 6]| print::colon_hex(sink, &mac)) }
    })
}

/// Printer for `%M`: takes a pointer to 8 bytes and prints them as mg_print_mac() does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_print_ieee64(
    out: mg_pfn_t,
    arg: *mut c_void,
    ap: *mut va_list,
) -> usize {
    exported("mg_print_ieee64", 0, || {
        // SAFETY: passed on.
        unsafe { print_array(out, arg, ap, |sink, id: [u8; 8]| print::colon_hex(sink, &id)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::mem::mg_free;
    use core::ffi::CStr;

    unsafe extern "C" {
        fn mg_snprintf(buf: *mut c_char, len: usize, fmt: *const c_char, ...) -> usize;
        fn mg_mprintf(fmt: *const c_char, ...) -> *mut c_char;
        fn mg_xprintf(f: mg_pfn_t, arg: *mut c_void, fmt: *const c_char, ...) -> usize;
    }

    type Printer = unsafe extern "C" fn(mg_pfn_t, *mut c_void, *mut va_list) -> usize;

    /// Text that `%M` prints with a length and a pointer.
    fn with_len(printer: Printer, len: usize, data: *const u8) -> String {
        let mut buf = [0; 128];
        let p = printer as *const c_void;
        // SAFETY: the buffer has room, and the printers take a length and a pointer.
        let n = unsafe {
            mg_snprintf(buf.as_mut_ptr().cast(), 128, c"%M".as_ptr(), p, len, data.cast::<c_void>())
        };
        String::from_utf8(buf[..n].to_vec()).unwrap()
    }

    /// Text that `%M` prints with a pointer.
    fn with_ptr<T>(printer: Printer, object: &T) -> String {
        let mut buf = [0; 128];
        let (p, o) = (printer as *const c_void, &raw const *object);
        // SAFETY: the buffer has room, and the printers take a pointer to such an object.
        let n = unsafe { mg_snprintf(buf.as_mut_ptr().cast(), 128, c"%M".as_ptr(), p, o) };
        String::from_utf8(buf[..n].to_vec()).unwrap()
    }

    #[test]
    fn ch02_13_snprintf_cuts_and_counts() {
        for (size, want) in
            [(1, &b"\0\xaa"[..]), (3, b"ab\0\xaa"), (5, b"abcd\0\xaa"), (6, b"abcd\0\xaa")]
        {
            let mut buf = [0xaa; 8];
            // SAFETY: at least `size` bytes.
            let n = unsafe {
                mg_snprintf(buf.as_mut_ptr().cast(), size, c"ab%s".as_ptr(), c"cd".as_ptr())
            };
            assert_eq!(n, 4);
            assert_eq!(&buf[..want.len()], want);
        }
        // SAFETY: nothing is written for size 0.
        unsafe {
            assert_eq!(mg_snprintf(ptr::null_mut(), 0, c"%d".as_ptr(), 123 as c_int), 3);
            assert_eq!(mg_snprintf(ptr::null_mut(), 0, ptr::null()), 0);
        }
    }

    #[test]
    fn ch02_27_mprintf() {
        // SAFETY: results are NULL or strings to be freed.
        unsafe {
            assert!(mg_mprintf(c"%s".as_ptr(), c"".as_ptr()).is_null());
            let long = "x".repeat(100_000) + "\0";
            let p = mg_mprintf(c"%s%d".as_ptr(), long.as_ptr(), 7 as c_int);
            assert_eq!(CStr::from_ptr(p).to_bytes().len(), 100_001);
            mg_free(p.cast());
        }
    }

    #[test]
    fn ch02_29_hex_and_base64() {
        for (len, hex, base64) in [
            (0, "", ""),
            (1, "61", "YQ=="),
            (2, "6162", "YWI="),
            (3, "616263", "YWJj"),
            (4, "61626364", "YWJjZA=="),
        ] {
            assert_eq!(with_len(mg_print_hex, len, b"abcd".as_ptr()), hex);
            assert_eq!(with_len(mg_print_base64, len, b"abcd".as_ptr()), base64);
        }
        for printer in [mg_print_hex, mg_print_base64, mg_print_html_esc, mg_print_esc] {
            assert_eq!(with_len(printer, 4, ptr::null()), "", "NULL is empty");
        }
        assert_eq!(with_len(mg_print_hex, -1isize as usize, b"a".as_ptr()), "", "negative is 0");
    }

    #[test]
    fn ch02_30_31_escapes() {
        let all = c"\x08\x0c\n\r\t\\\"/\x01";
        assert_eq!(with_len(mg_print_esc, 0, all.as_ptr().cast()), "\\b\\f\\n\\r\\t\\\\\\\"/\x01");
        assert_eq!(with_len(mg_print_esc, 2, c"abc".as_ptr().cast()), "ab");
        assert_eq!(with_len(mg_print_esc, 9, c"abc".as_ptr().cast()), "abc");
        assert_eq!(with_len(mg_print_esc, 0, ptr::null()), "");
        assert_eq!(with_len(mg_print_html_esc, 5, b"<&>\"'".as_ptr()), "&lt;&amp;&gt;&quot;'");
        assert_eq!(with_len(mg_print_html_esc, 0, b"<".as_ptr()), "");
    }

    #[test]
    fn ch02_32_addresses() {
        let mut ip = [0; 16];
        ip[..4].copy_from_slice(&[192, 0, 2, 45]);
        let bytes = crate::abi::types::mg_addr_bytes { ip };
        let mut addr = mg_addr { addr: bytes, port: 8080u16.to_be(), scope_id: 3, is_ip6: false };
        assert_eq!(with_ptr(mg_print_ip4, &[192u8, 0, 2, 45]), "192.0.2.45");
        assert_eq!(with_ptr(mg_print_ip, &addr), "192.0.2.45");
        assert_eq!(with_ptr(mg_print_ip_port, &addr), "192.0.2.45:8080");
        addr.is_ip6 = true;
        assert_eq!(with_ptr(mg_print_ip, &addr), "[c000:22d:0:0:0:0:0:0]");
        assert_eq!(with_ptr(mg_print_ip6, &ip), "[c000:22d:0:0:0:0:0:0]");
        assert_eq!(with_ptr(mg_print_ip_port, &addr), "[c000:22d:0:0:0:0:0:0]:8080");
        assert_eq!(with_ptr(mg_print_mac, &[0u8, 1, 0xab, 0xff, 16, 9]), "00:01:ab:ff:10:09");
        assert_eq!(
            with_ptr(mg_print_ieee64, &[1u8, 2, 3, 4, 5, 6, 7, 8]),
            "01:02:03:04:05:06:07:08"
        );
    }

    #[test]
    fn ch02_33_output_functions() {
        let mut storage = [0xaa; 4];
        let mut io = mg_iobuf { buf: storage.as_mut_ptr(), size: 4, len: 0, align: 0 };
        let arg: *mut c_void = (&raw mut io).cast();
        // SAFETY: live buffers throughout.
        unsafe {
            mg_xprintf(Some(mg_pfn_iobuf_noresize), arg, c"abcdefgh".as_ptr());
            assert_eq!((io.len, storage), (4, *b"abc\0"));
            let mut io = mg_iobuf { buf: ptr::null_mut(), size: 0, len: 0, align: 8 };
            let arg: *mut c_void = (&raw mut io).cast();
            mg_xprintf(Some(mg_pfn_iobuf), arg, c"%s".as_ptr(), c"".as_ptr());
            assert!(io.buf.is_null(), "nothing printed, nothing allocated");
            mg_xprintf(Some(mg_pfn_iobuf), arg, c"1234567".as_ptr());
            assert_eq!((io.len, io.size, *io.buf.add(7)), (7, 8, 0));
            mg_pfn_iobuf(b'8' as c_char, arg);
            assert_eq!((io.len, io.size, *io.buf.add(8)), (8, 16, 0));
            iobuf::mg_iobuf_free(&raw mut io);
            assert_eq!(mg_xprintf(None, ptr::null_mut(), c"ab".as_ptr()), 2);
        }
    }
}
