//! The event loop: connections over socket pairs, peers that send and read pieces and go away, and
//! handlers that do what programs do in them: close, add and swap connections, edit buffers, reply.
//!
//! The input is a script, one byte at a time: peers' steps between polls, and what each event's
//! handler does. ASan watches the memory; the oracles here are that no panic was stopped inside, that
//! nothing happens on a connection after MG_EV_CLOSE, and that in the end no descriptor is left over.
#![no_main]

#[path = "event_loop/messages.rs"]
mod messages;
#[path = "event_loop/program.rs"]
mod program;
#[path = "event_loop/script.rs"]
mod script;

use libfuzzer_sys::fuzz_target;
use mongoose::abi::panics::panics;

use program::Program;
use script::Script;

/// Steps of one run.
const MAX_STEPS: usize = 300;

/// The lowest descriptor that is free.
fn free_descriptor() -> i32 {
    // SAFETY: descriptor 0 is open; the copy is closed at once.
    unsafe {
        let fd = libc::dup(0);
        libc::close(fd);
        fd
    }
}

fuzz_target!(|data: &[u8]| {
    let before = free_descriptor();
    program::start(Script::new(data));
    for _ in 0..MAX_STEPS {
        if !program::with(Program::is_running) {
            break;
        }
        program::step();
    }
    program::finish();
    assert_eq!(panics(), 0, "a panic inside the library");
    assert_eq!(free_descriptor(), before, "a descriptor is left over");
});
