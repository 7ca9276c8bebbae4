//! Times of our codecs and of peers, by divan: a module for each codec, a function for each peer.
//!
//! What C programs call is called as they do: through the C ABI, by an address that the compiler
//! does not know.

mod http_head;
mod json_get;
mod r#match;
mod snprintf;
mod ws_unmask;

fn main() {
    divan::main();
}
