//! What comes out differently here than it was recorded, and must.

/// Scenarios whose recorded result is not wanted although they are not marked so, and why.
pub const DIFFERENT_ON_PURPOSE: &[(&str, &str)] = &[];

/// What a scenario marked `hardened` must bring instead.
pub struct Hardened {
    pub id: &'static str,
    /// The events of each step, as [`crate::compare::summary`] shows them.
    pub steps: &'static [&'static str],
    /// What the peer receives; if long, its start.
    pub received: &'static str,
    pub closed: bool,
}

pub const HARDENED: &[Hardened] = &[];
