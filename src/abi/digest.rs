//! MD5, SHA-1, SHA-256, SHA-384 and HMAC-SHA-256 on public contexts.
//!
//! Programs copy contexts to fork a running digest and may look into them, so the fields mean what
//! they always meant; only the compression functions come from elsewhere.

use core::ffi::{c_uchar, c_void};

use super::mem::bytes;
use super::panics::exported;
use super::types::{mg_md5_ctx, mg_sha1_ctx, mg_sha256_ctx, mg_sha384_ctx};
use super::util::wipe;
use crate::text::digest::{Blocks, pad, update};

/// A context borrowed for one call; `None` for NULL.
///
/// # Safety
/// Rule 1 of the C edge; nothing in a digest call runs program code.
unsafe fn ctx<'a, T>(c: *mut T) -> Option<&'a mut T> {
    // SAFETY: the caller's obligation.
    unsafe { c.as_mut() }
}

/// Stores a digest and wipes the context.
///
/// # Safety
/// Rule 5 of the C edge for `out`.
unsafe fn finish<T, const N: usize>(c: &mut T, out: *mut c_uchar, digest: [u8; N]) {
    // SAFETY: a context is plain numbers, for which all bytes zero are fine.
    unsafe { wipe((&raw mut *c).cast(), size_of::<T>()) };
    if !out.is_null() {
        // SAFETY: rule 5: `N` writable bytes.
        unsafe { out.cast::<[u8; N]>().write(digest) };
    }
}

/// The words of a state as bytes.
fn join<const W: usize, const N: usize>(words: impl IntoIterator<Item = [u8; W]>) -> [u8; N] {
    let mut out = [0; N];
    for (place, word) in out.as_chunks_mut::<W>().0.iter_mut().zip(words) {
        *place = word;
    }
    out
}

/// A 64-bit count in two words, low word first.
fn add_bits(words: &mut [u32; 2], bytes: usize) {
    let [low, high] = *words;
    let count = (u64::from(high) << 32 | u64::from(low)).wrapping_add((bytes as u64) << 3);
    *words = [count as u32, (count >> 32) as u32];
}

impl Blocks<64> for mg_md5_ctx {
    fn compress(&mut self, blocks: &[[u8; 64]]) {
        md5::block_api::compress(&mut self.buf, blocks);
    }
    fn pending(&mut self) -> &mut [u8; 64] {
        &mut self.r#in
    }
}

/// Starts an MD5 digest (RFC 1321).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_md5_init(c: *mut mg_md5_ctx) {
    exported("mg_md5_init", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { ctx(c) } {
            c.buf = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
            c.bits = [0; 2];
        }
    })
}

/// Adds `len` bytes at `data` to an MD5 digest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_md5_update(c: *mut mg_md5_ctx, data: *const c_uchar, len: usize) {
    exported("mg_md5_update", (), || {
        // SAFETY: rules 1 and 2.
        let (c, data) = unsafe { (ctx(c), bytes(data.cast(), len)) };
        if let Some(c) = c {
            let used = (c.bits[0] >> 3 & 63) as usize;
            add_bits(&mut c.bits, data.len());
            update(c, used, data);
        }
    })
}

/// Stores the 16 bytes of an MD5 digest and wipes the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_md5_final(c: *mut mg_md5_ctx, digest: *mut c_uchar) {
    exported("mg_md5_final", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { ctx(c) } {
            let length: [u8; 8] = join(c.bits.map(u32::to_le_bytes));
            pad(c, (c.bits[0] >> 3 & 63) as usize, &length);
            let result: [u8; 16] = join(c.buf.map(u32::to_le_bytes));
            // SAFETY: rule 5.
            unsafe { finish(c, digest, result) };
        }
    })
}

impl Blocks<64> for mg_sha1_ctx {
    fn compress(&mut self, blocks: &[[u8; 64]]) {
        sha1::block_api::compress(&mut self.state, blocks);
    }
    fn pending(&mut self) -> &mut [u8; 64] {
        &mut self.buffer
    }
}

/// Starts a SHA-1 digest (FIPS 180-4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha1_init(c: *mut mg_sha1_ctx) {
    exported("mg_sha1_init", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { ctx(c) } {
            c.state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
            c.count = [0; 2];
        }
    })
}

/// Adds `len` bytes at `data` to a SHA-1 digest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha1_update(c: *mut mg_sha1_ctx, data: *const c_uchar, len: usize) {
    exported("mg_sha1_update", (), || {
        // SAFETY: rules 1 and 2.
        let (c, data) = unsafe { (ctx(c), bytes(data.cast(), len)) };
        if let Some(c) = c {
            let used = (c.count[0] >> 3 & 63) as usize;
            add_bits(&mut c.count, data.len());
            update(c, used, data);
        }
    })
}

/// Stores the 20 bytes of a SHA-1 digest and wipes the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha1_final(digest: *mut c_uchar, c: *mut mg_sha1_ctx) {
    exported("mg_sha1_final", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { ctx(c) } {
            let [low, high] = c.count;
            let length: [u8; 8] = join([high, low].map(u32::to_be_bytes));
            pad(c, (low >> 3 & 63) as usize, &length);
            let result: [u8; 20] = join(c.state.map(u32::to_be_bytes));
            // SAFETY: rule 5.
            unsafe { finish(c, digest, result) };
        }
    })
}

impl Blocks<64> for mg_sha256_ctx {
    fn compress(&mut self, blocks: &[[u8; 64]]) {
        sha2::block_api::compress256(&mut self.state, blocks);
        self.bits = self.bits.wrapping_add(blocks.len() as u64 * 512);
    }
    fn pending(&mut self) -> &mut [u8; 64] {
        &mut self.buffer
    }
}

/// Starts a SHA-256 digest (FIPS 180-4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha256_init(c: *mut mg_sha256_ctx) {
    exported("mg_sha256_init", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { ctx(c) } {
            c.state = [
                0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
                0x5be0cd19,
            ];
            c.bits = 0;
            c.len = 0;
        }
    })
}

/// Adds `len` bytes at `data` to a SHA-256 digest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha256_update(c: *mut mg_sha256_ctx, data: *const c_uchar, len: usize) {
    exported("mg_sha256_update", (), || {
        // SAFETY: rules 1 and 2.
        let (c, data) = unsafe { (ctx(c), bytes(data.cast(), len)) };
        if let Some(c) = c {
            c.len = update(c, c.len as usize, data) as u32;
        }
    })
}

/// Stores the 32 bytes of a SHA-256 digest and wipes the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha256_final(digest: *mut c_uchar, c: *mut mg_sha256_ctx) {
    exported("mg_sha256_final", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { ctx(c) } {
            let bits = c.bits.wrapping_add(u64::from(c.len) * 8);
            pad(c, c.len as usize, &bits.to_be_bytes());
            let result: [u8; 32] = join(c.state.map(u32::to_be_bytes));
            // SAFETY: rule 5.
            unsafe { finish(c, digest, result) };
        }
    })
}

const EMPTY_SHA256: mg_sha256_ctx =
    mg_sha256_ctx { state: [0; 8], bits: 0, len: 0, buffer: [0; 64] };

/// SHA-256 of several pieces in a row.
fn sha256(pieces: &[&[u8]]) -> [u8; 32] {
    let mut c = EMPTY_SHA256;
    let mut digest = [0; 32];
    // SAFETY: the context and the pieces are live.
    unsafe {
        mg_sha256_init(&raw mut c);
        for piece in pieces {
            mg_sha256_update(&raw mut c, piece.as_ptr(), piece.len());
        }
        mg_sha256_final(digest.as_mut_ptr(), &raw mut c);
    }
    digest
}

/// Stores the SHA-256 digest of `datasz` bytes at `data` in the 32 bytes at `dst`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha256(dst: *mut u8, data: *mut u8, datasz: usize) {
    exported("mg_sha256", (), || {
        // SAFETY: rule 2.
        let digest = sha256(&[unsafe { bytes(data as *const c_void, datasz) }]);
        if !dst.is_null() {
            // SAFETY: rule 5.
            unsafe { dst.cast::<[u8; 32]>().write(digest) };
        }
    })
}

/// Stores the HMAC-SHA-256 (RFC 2104) of `datasz` bytes at `data` with a key in the 32 bytes at
/// `dst`, which may overlap key and data.
///
/// Keys of 64 bytes and more are hashed first; the RFC does so from 65 bytes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_hmac_sha256(
    dst: *mut u8,
    key: *mut u8,
    keysz: usize,
    data: *mut u8,
    datasz: usize,
) {
    exported("mg_hmac_sha256", (), || {
        // SAFETY: rule 2.
        let (key, data) = unsafe { (bytes(key.cast(), keysz), bytes(data.cast(), datasz)) };
        let mut block = [0u8; 64];
        let hashed = sha256(&[key]);
        let key = if key.len() < block.len() { key } else { &hashed };
        for (place, &k) in block.iter_mut().zip(key) {
            *place = k;
        }
        let inner = sha256(&[&block.map(|b| b ^ 0x36), data]);
        let outer = sha256(&[&block.map(|b| b ^ 0x5c), &inner]);
        // SAFETY: our own array.
        unsafe { wipe(block.as_mut_ptr(), block.len()) };
        if !dst.is_null() {
            // SAFETY: rule 5.
            unsafe { dst.cast::<[u8; 32]>().write(outer) };
        }
    })
}

impl Blocks<128> for mg_sha384_ctx {
    fn compress(&mut self, blocks: &[[u8; 128]]) {
        sha2::block_api::compress512(&mut self.state, blocks);
        let [high, low] = self.bitlen;
        let (low, carry) = low.overflowing_add(blocks.len() as u64 * 1024);
        self.bitlen = [high.wrapping_add(u64::from(carry)), low];
    }
    fn pending(&mut self) -> &mut [u8; 128] {
        &mut self.buffer
    }
}

/// Starts a SHA-384 digest (FIPS 180-4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha384_init(ctx: *mut mg_sha384_ctx) {
    exported("mg_sha384_init", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { self::ctx(ctx) } {
            c.state = [
                0xcbbb9d5dc1059ed8,
                0x629a292a367cd507,
                0x9159015a3070dd17,
                0x152fecd8f70e5939,
                0x67332667ffc00b31,
                0x8eb44a8768581511,
                0xdb0c2e0d64f98fa7,
                0x47b5481dbefa4fa4,
            ];
            c.bitlen = [0; 2];
            c.datalen = 0;
        }
    })
}

/// Adds `len` bytes at `data` to a SHA-384 digest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha384_update(ctx: *mut mg_sha384_ctx, data: *const u8, len: usize) {
    exported("mg_sha384_update", (), || {
        // SAFETY: rules 1 and 2.
        let (c, data) = unsafe { (self::ctx(ctx), bytes(data.cast(), len)) };
        if let Some(c) = c {
            c.datalen = update(c, c.datalen as usize, data) as u32;
        }
    })
}

/// Stores the 48 bytes of a SHA-384 digest and wipes the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha384_final(digest: *mut u8, ctx: *mut mg_sha384_ctx) {
    exported("mg_sha384_final", (), || {
        // SAFETY: rule 1.
        if let Some(c) = unsafe { self::ctx(ctx) } {
            let [high, low] = c.bitlen;
            let low = low.wrapping_add(u64::from(c.datalen) * 8);
            let length: [u8; 16] = join([high, low].map(u64::to_be_bytes));
            pad(c, c.datalen as usize, &length);
            let result: [u8; 48] = join(c.state.map(u64::to_be_bytes));
            // SAFETY: rule 5.
            unsafe { finish(c, digest, result) };
        }
    })
}

/// Stores the SHA-384 digest of `datasz` bytes at `data` in the 48 bytes at `dst`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_sha384(dst: *mut u8, data: *mut u8, datasz: usize) {
    exported("mg_sha384", (), || {
        let mut c = mg_sha384_ctx { state: [0; 8], buffer: [0; 128], bitlen: [0; 2], datalen: 0 };
        // SAFETY: rule 2 for `data` and `dst`; the context is live.
        unsafe {
            mg_sha384_init(&raw mut c);
            mg_sha384_update(&raw mut c, data, datasz);
            mg_sha384_final(dst, &raw mut c);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::{offset_of, size_of};
    use sha2::Digest;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Digests of `data` split at `at`: MD5, SHA-1, SHA-256, SHA-384. Contexts are copied half-way.
    fn all(data: &[u8], at: usize) -> [Vec<u8>; 4] {
        let (a, b) = data.split_at(at);
        let mut out = [vec![0; 16], vec![0; 20], vec![0; 32], vec![0; 48]];
        let [d0, d1, d2, d3] = &mut out;
        // SAFETY: contexts may be zero before init; outputs have the digests' sizes.
        unsafe {
            macro_rules! run {
                ($ctx:ty, $init:ident, $update:ident, |$c:ident| $fin:expr) => {{
                    let mut first: $ctx = core::mem::zeroed();
                    $init(&raw mut first);
                    $update(&raw mut first, a.as_ptr(), a.len());
                    let mut copy = core::ptr::read(&raw const first);
                    let $c = &raw mut copy;
                    $update($c, b.as_ptr(), b.len());
                    $fin
                }};
            }
            run!(mg_md5_ctx, mg_md5_init, mg_md5_update, |c| mg_md5_final(c, d0.as_mut_ptr()));
            run!(mg_sha1_ctx, mg_sha1_init, mg_sha1_update, |c| mg_sha1_final(d1.as_mut_ptr(), c));
            run!(mg_sha256_ctx, mg_sha256_init, mg_sha256_update, |c| mg_sha256_final(
                d2.as_mut_ptr(),
                c
            ));
            run!(mg_sha384_ctx, mg_sha384_init, mg_sha384_update, |c| mg_sha384_final(
                d3.as_mut_ptr(),
                c
            ));
        }
        out
    }

    #[test]
    fn ch02_50_agrees_with_whole_message_hashes() {
        let data: Vec<u8> = (0..300u32).map(|i| (i * 7) as u8).collect();
        for len in [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 256, 300] {
            let data = &data[..len];
            let want = [
                md5::Md5::digest(data).to_vec(),
                sha1::Sha1::digest(data).to_vec(),
                sha2::Sha256::digest(data).to_vec(),
                sha2::Sha384::digest(data).to_vec(),
            ];
            for at in [0, 1, 63, 64, 65, 128, len] {
                assert_eq!(all(data, at.min(len)), want, "{len} split at {at}");
            }
        }
    }

    #[test]
    fn ch02_50_check_values() {
        assert_eq!(hex(&all(b"", 0)[0]), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&all(b"abc", 1)[1]), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn ch02_51_layouts() {
        assert_eq!((size_of::<mg_md5_ctx>(), offset_of!(mg_md5_ctx, r#in)), (88, 24));
        assert_eq!((size_of::<mg_sha1_ctx>(), offset_of!(mg_sha1_ctx, buffer)), (92, 28));
        assert_eq!((size_of::<mg_sha256_ctx>(), offset_of!(mg_sha256_ctx, buffer)), (112, 44));
        assert_eq!((size_of::<mg_sha384_ctx>(), offset_of!(mg_sha384_ctx, datalen)), (216, 208));
    }

    #[test]
    fn ch02_52_hmac() {
        let mac = |key: &mut [u8], data: &mut [u8]| {
            let mut dst = [0; 32];
            let (k, d) = (key.as_mut_ptr(), data.as_mut_ptr());
            // SAFETY: slices and an array of 32 bytes.
            unsafe { mg_hmac_sha256(dst.as_mut_ptr(), k, key.len(), d, data.len()) };
            hex(&dst)
        };
        for (key, data, want) in [
            (0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
            (63, "msg", "ac14c28089a16fbb10c53caf1ec03ddf477041407b5eacc3f0478749c34e3dff"),
            (64, "msg", "61f0ed318960e34c8aabc6740467541cffe7b18b30e5c81f9182a0a565567bad"),
        ] {
            assert_eq!(mac(&mut vec![b'k'; key], &mut data.as_bytes().to_vec()), want, "{key}");
        }
        let mut hashed = sha256(&[&[b'k'; 65]]);
        let mut data = *b"msg";
        assert_eq!(mac(&mut [b'k'; 65], &mut data), mac(&mut hashed, &mut data));
    }

    #[test]
    fn ch02_weak_27_contexts_are_wiped() {
        let mut c = EMPTY_SHA256;
        let mut digest = [0; 32];
        // SAFETY: a live context and 32 bytes.
        unsafe {
            mg_sha256_init(&raw mut c);
            mg_sha256_update(&raw mut c, b"key".as_ptr(), 3);
            mg_sha256_final(digest.as_mut_ptr(), &raw mut c);
        }
        assert_eq!((c.state, c.buffer, c.len), ([0; 8], [0; 64], 0));
    }
}
