//! Pages with server-side includes.

use std::ffi::{CStr, CString};

use super::reply;
use crate::abi::app_options;
use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::fs::posix;
use crate::proto::http::ssi::{Loader, expand};

/// Reads included files from the POSIX file system.
struct Posix;

impl Loader for Posix {
    fn load(&mut self, path: &[u8], limit: usize) -> Option<Vec<u8>> {
        posix::read_whole(&CString::new(path).ok()?, limit)
    }
}

/// Sends the file `path` with its includes expanded.
pub(crate) fn serve(conn: Conn, root: &[u8], path: &CStr) {
    if !app_options::enable_ssi() {
        return reply::reply(conn, 501, b"", b"SSI not enabled");
    }
    match expand(root, path.to_bytes(), &mut Posix) {
        Some(page) => {
            reply::reply(conn, 200, b"Content-Type: text/html; charset=utf-8\r\n", &page);
        }
        None => fail(conn, format_args!("OOM")),
    }
}
