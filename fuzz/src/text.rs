//! Inputs made of several texts, and where printed text goes.

use mongoose::text::fmt::Sink;

/// The first `N` lines of `data`, without their ends; the last one is all the rest.
pub fn lines<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut lines = data.splitn(N, |&byte| byte == b'\n');
    std::array::from_fn(|_| lines.next().unwrap_or_default())
}

/// Printed text.
#[derive(Default)]
pub struct Printed(pub Vec<u8>);

impl Sink for Printed {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// What `print` prints; what it returns must be the length of that.
pub fn printed(print: impl FnOnce(&mut dyn Sink) -> usize) -> Vec<u8> {
    let mut text = Printed::default();
    let len = print(&mut text);
    assert_eq!(len, text.0.len());
    text.0
}

/// True if `part` is a slice of `whole`.
pub fn is_within(part: &[u8], whole: &[u8]) -> bool {
    let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
    part.start == part.end || whole.start <= part.start && part.end <= whole.end
}
