//! Helpers that several integration tests share.

pub mod guard_page;
