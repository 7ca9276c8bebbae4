//! Comparing a firmware image with its announced SHA-256.

use crate::abi::digest::{mg_sha256_final, mg_sha256_init, mg_sha256_update};
use crate::abi::types::mg_sha256_ctx;

/// A running comparison.
pub(crate) struct Verifier {
    ctx: mg_sha256_ctx,
    expected: [u8; 32],
}

impl Verifier {
    /// Starts one.
    pub(crate) fn new(expected: [u8; 32]) -> Verifier {
        // SAFETY: all-zero bytes are a valid context.
        let mut ctx: mg_sha256_ctx = unsafe { core::mem::zeroed() };
        // SAFETY: rule 1 of the C edge.
        unsafe { mg_sha256_init(&mut ctx) };
        Verifier { ctx, expected }
    }

    /// Takes the next piece of the image.
    pub(crate) fn update(&mut self, data: &[u8]) {
        // SAFETY: rules 1 and 2 of the C edge.
        unsafe { mg_sha256_update(&mut self.ctx, data.as_ptr(), data.len()) };
    }

    /// True if the image is the announced one.
    pub(crate) fn matches(mut self) -> bool {
        let mut digest = [0; 32];
        // SAFETY: rules 1 and 5 of the C edge.
        unsafe { mg_sha256_final(digest.as_mut_ptr(), &mut self.ctx) };
        digest == self.expected
    }
}
