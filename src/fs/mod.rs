//! File systems behind `struct mg_fs`: the operating system's, and files packed into the program.

pub(crate) mod cache;
pub(crate) mod fence;
pub mod packed;
pub(crate) mod place;
pub mod posix;
pub(crate) mod system;

/// File may be read; open for reading.
pub const MG_FS_READ: core::ffi::c_int = 1;
/// File may be written; open for appending.
pub const MG_FS_WRITE: core::ffi::c_int = 2;
/// It is a directory.
pub const MG_FS_DIR: core::ffi::c_int = 4;
/// Create the file, fail if it exists.
pub const MG_FS_EXCL: core::ffi::c_int = 8;
