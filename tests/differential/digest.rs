//! Digests, HMAC and CRC-32 against other crates, the data in pieces.

use std::mem::zeroed;

use crc::{CRC_32_ISO_HDLC, Crc};
use mongoose::abi::digest::*;
use mongoose::abi::util::mg_crc32;
use proptest::prelude::*;
use ring::{digest, hmac};

use super::often;

/// A message of a few blocks, in the pieces that it comes in.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let sizes =
        prop_oneof![0usize..300, Just(0), Just(55), Just(56), Just(63), Just(64), Just(128)];
    prop::collection::vec(
        sizes.prop_flat_map(|size| prop::collection::vec(any::<u8>(), size)),
        0..6,
    )
}

/// Digest of the pieces, with a context of its own.
macro_rules! digest {
    ($pieces:expr, $size:literal, $init:ident, $update:ident, |$c:ident, $out:ident| $finish:expr) => {{
        let mut digest = [0u8; $size];
        // SAFETY: a context is plain numbers; it, the pieces and the digest are live.
        unsafe {
            let (mut context, $out) = (zeroed(), digest.as_mut_ptr());
            let $c = &raw mut context;
            $init($c);
            for piece in $pieces {
                $update($c, piece.as_ptr(), piece.len());
            }
            $finish;
        }
        digest
    }};
}

proptest! {
    #![proptest_config(often())]

    #[test]
    fn digests(pieces in pieces()) {
        let all = pieces.concat();
        let ours = digest!(&pieces, 16, mg_md5_init, mg_md5_update, |c, out| mg_md5_final(c, out));
        prop_assert_eq!(ours, md5_other::compute(&all).0);
        let ours = digest!(&pieces, 20, mg_sha1_init, mg_sha1_update, |c, out| mg_sha1_final(out, c));
        let ring = |algorithm| digest::digest(algorithm, &all).as_ref().to_vec();
        prop_assert_eq!(ours.to_vec(), ring(&digest::SHA1_FOR_LEGACY_USE_ONLY));
        let ours =
            digest!(&pieces, 32, mg_sha256_init, mg_sha256_update, |c, out| mg_sha256_final(out, c));
        prop_assert_eq!(ours.to_vec(), ring(&digest::SHA256));
        let ours =
            digest!(&pieces, 48, mg_sha384_init, mg_sha384_update, |c, out| mg_sha384_final(out, c));
        prop_assert_eq!(ours.to_vec(), ring(&digest::SHA384));
    }

    #[test]
    fn hmac_sha256(key in prop::collection::vec(any::<u8>(), 0..140), data: Vec<u8>) {
        let mut ours = [0u8; 32];
        let (key_ptr, data_ptr) = (key.as_ptr().cast_mut(), data.as_ptr().cast_mut());
        // SAFETY: live bytes, which are only read.
        unsafe { mg_hmac_sha256(ours.as_mut_ptr(), key_ptr, key.len(), data_ptr, data.len()) };
        // As in the original, a key of just one block is hashed too.
        let hashed = digest::digest(&digest::SHA256, &key);
        let key = if key.len() == 64 { hashed.as_ref() } else { &key };
        let theirs = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &data);
        prop_assert_eq!(&ours[..], theirs.as_ref());
    }

    #[test]
    fn crc32(pieces in pieces()) {
        let ours = pieces.iter().fold(0, |crc, piece| {
            // SAFETY: a live piece.
            unsafe { mg_crc32(crc, piece.as_ptr().cast(), piece.len()) }
        });
        prop_assert_eq!(ours, Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(&pieces.concat()));
    }
}
