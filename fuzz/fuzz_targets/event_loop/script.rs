//! The input, read by byte; without end, because zeros follow.

/// What is left of the input.
pub struct Script {
    data: Vec<u8>,
    at: usize,
}

impl Script {
    /// A script from the fuzzer's bytes.
    pub fn new(data: &[u8]) -> Script {
        Script { data: data.to_vec(), at: 0 }
    }

    /// True when all was read.
    pub fn is_over(&self) -> bool {
        self.at >= self.data.len()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    /// A number below `n`, which is at most 256.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n.max(1)
    }

    /// Up to 255 bytes as they are.
    pub fn bytes(&mut self) -> Vec<u8> {
        let len = usize::from(self.byte());
        let from = self.at.min(self.data.len());
        let to = (from + len).min(self.data.len());
        self.at = to;
        self.data[from..to].to_vec()
    }
}
