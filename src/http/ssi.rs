//! Pages with server-side includes.

use std::ffi::{CStr, CString};

use super::reply;
use crate::abi::app_options;
use crate::event::conn::Conn;
use crate::event::emit::fail;
use crate::fs::fence::{self, Fence};
use crate::fs::posix::{self, Found};
use crate::proto::http::ssi::{Loader, expand};

/// Reads included files from the POSIX file system.
struct Posix<'a>(Option<Fence<'a>>);

impl Loader for Posix<'_> {
    fn load(&mut self, path: &[u8], limit: usize) -> Option<Vec<u8>> {
        let opened = match self.0 {
            Some(fence) => fence.open(&CString::new(path).ok()?, fence::READ),
            None => fence::open_plain(path, fence::READ),
        };
        match posix::what_is(opened) {
            Found::Regular(regular) => posix::read_whole(&regular, limit),
            Found::Directory | Found::Other => None,
        }
    }
}

/// Sends the file `path` with its includes expanded. A fence holds for page and includes.
pub(crate) fn serve(conn: Conn, root: &[u8], path: &CStr, fence: Option<Fence>) {
    if !app_options::enable_ssi() {
        return reply::reply(conn, 501, b"", b"SSI not enabled");
    }
    match expand(root, path.to_bytes(), &mut Posix(fence)) {
        Some(page) => {
            reply::reply(conn, 200, b"Content-Type: text/html; charset=utf-8\r\n", &page);
        }
        None => fail(conn, format_args!("OOM")),
    }
}
