//! Codecs fed piece by piece, as a connection feeds them.

use std::fmt::Debug;
use std::ops::Range;

use crate::bounds::{Memory, in_time, requested};
use crate::cuts::Arrival;

/// What a codec did with the buffer.
pub enum Step<T> {
    /// It found something and needs this part of the buffer no more.
    Taken(Range<usize>, T),
    /// It needs more input.
    Waiting,
    /// It will take no more input.
    Refused,
}

/// How a codec ended.
#[derive(Debug, PartialEq)]
enum End {
    /// With this much left in the buffer.
    Waiting(usize),
    Refused,
}

/// Inputs up to this length are also fed byte by byte: longer ones would take too long with
/// codecs that start afresh each time.
const BYTE_BY_BYTE: usize = 200;

/// Feeds an input to codecs made by `fresh`, in one piece and in others, and panics unless each one
/// gets ahead with every step, all say the same, and none costs more than `memory` and time allow.
pub fn check<T, C>(arrival: Arrival, memory: Memory, fresh: impl Fn() -> C)
where
    T: Debug + PartialEq,
    C: FnMut(&mut [u8]) -> Step<T>,
{
    let input = arrival.data;
    let ends = arrival.cuts.ends(input.len());
    // A codec without memory starts afresh with each piece.
    let feed =
        |ends: &[usize]| in_time(input.len() * ends.len(), || feed(input, ends, memory, fresh()));
    let whole = feed(&[input.len()]);
    assert_eq!(whole, feed(&ends), "in pieces up to {ends:?}");
    if input.len() <= BYTE_BY_BYTE {
        assert_eq!(whole, feed(&Vec::from_iter(0..=input.len())), "byte by byte");
    }
}

/// What one codec makes of `input` when it arrives in pieces.
fn feed<T>(
    input: &[u8],
    ends: &[usize],
    memory: Memory,
    mut codec: impl FnMut(&mut [u8]) -> Step<T>,
) -> (Vec<T>, End) {
    let mut found = Vec::new();
    let mut buffer = Vec::new();
    let mut arrived = 0;
    for &end in ends {
        buffer.extend_from_slice(&input[arrived..end]);
        arrived = end;
        loop {
            let (step, requested) = requested(|| codec(&mut buffer));
            // What is behind the part that it took was not its business yet.
            let seen = if let Step::Taken(range, _) = &step { range.end } else { buffer.len() };
            memory.check(requested, seen);
            match step {
                Step::Taken(range, item) => {
                    assert!(!range.is_empty(), "a step that takes nothing");
                    buffer.drain(range);
                    found.push(item);
                }
                Step::Waiting => break,
                Step::Refused => return (found, End::Refused),
            }
        }
    }
    (found, End::Waiting(buffer.len()))
}
