//! An input and where it is cut into the pieces it arrives in.

use arbitrary::Arbitrary;

/// Places to cut at, for an input of any length.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Cuts([u16; 3]);

impl Cuts {
    /// Ends of the pieces of an input of `len` bytes, in order; the last one is `len`.
    pub fn ends(&self, len: usize) -> [usize; 4] {
        let [a, b, c] = self.0.map(|cut| usize::from(cut) % (len + 1));
        let mut ends = [a, b, c, len];
        ends.sort_unstable();
        ends
    }
}

/// What arrives on a connection: six bytes of cuts, then the rest as it is.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Where to cut.
    pub cuts: Cuts,
    /// What arrives.
    pub data: &'a [u8],
}
