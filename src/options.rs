//! Build-time options (design §5), turned into constants by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/options.rs"));
