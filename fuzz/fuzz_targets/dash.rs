//! Requests to the dashboard: routes, and values in JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use meerkat_fuzz::bounds::{COPY, within};
use mongoose::fuzzing::dash;

fuzz_target!(|data: &[u8]| {
    within(COPY, data.len(), || dash::route(data));
    let text = within(COPY, data.len(), || dash::text(data));
    if let Some(text) = text {
        let mut printed = Vec::new();
        dash::print(&mut printed, &text);
        assert_eq!(dash::text(&printed), Some(text), "printed and read again");
    }
    within(COPY, data.len(), || dash::members(data));
});
