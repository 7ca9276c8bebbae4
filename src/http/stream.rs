//! Sending a file as the body of a response.
//!
//! While a file is sent, `c->pfn` is [`stream_handler`] and `c->pfn_data` the open file. A regular
//! POSIX file on a plain TCP connection goes out with `sendfile`, without a copy in user space;
//! everything else is read into `c->send` a buffer at a time.

use core::ffi::{c_int, c_void};
use core::ptr::{NonNull, null_mut};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::rc::Rc;

use super::engine::http_handler;
use crate::abi::types::{flags, mg_connection, mg_fd};
use crate::abi::{app_options, mem};
use crate::event::conn::{Conn, NO_FD};
use crate::event::emit::{contain, ev};
use crate::fs::system::{FileSystem, NO_HANDLE, Source};
use crate::sys::socket;

/// A file up to this size is copied behind the response head instead of being sent by itself.
const SMALL_FILE: u64 = 16 << 10;

/// Most bytes given to one `sendfile`, so that one connection can't hold up the others for long.
const MAX_SENDFILE: u64 = 1 << 20;

/// A file on its way. The public part comes first, so that `c->pfn_data` is a `struct mg_fd *`.
#[repr(C)]
pub(crate) struct FileStream {
    /// Handle, NULL for a regular file, and file system.
    file: mg_fd,
    /// Bytes still to send.
    remaining: u64,
    /// Position of the next byte of a regular file.
    offset: u64,
    /// Where the bytes come from unless it is the handle.
    body: Body,
}

/// Where the bytes of a file come from.
enum Body {
    /// The handle.
    Handle,
    /// A regular file, which goes out with `sendfile` where that is possible.
    Regular(File),
    /// Memory.
    Content(Rc<Vec<u8>>),
}

impl FileStream {
    /// `len` bytes of `source` from `offset` on; a handle stands there already.
    pub(crate) fn new(fs: FileSystem, source: Source, offset: u64, len: u64) -> FileStream {
        let (handle, body) = match source {
            Source::Regular(file) => (NO_HANDLE, Body::Regular(file)),
            Source::Content(content) => (NO_HANDLE, Body::Content(content)),
            Source::Handle(handle) => (handle, Body::Handle),
        };
        let file = mg_fd { fd: handle, fs: fs.as_ptr() };
        FileStream { file, remaining: len, offset, body }
    }

    fn file_system(&self) -> FileSystem {
        // SAFETY: the program keeps a file system while it serves from it.
        unsafe { FileSystem::new(self.file.fs) }
    }

    fn close(self) {
        if let Body::Handle = self.body {
            self.file_system().close_handle(self.file.fd);
        }
    }

    /// What to read from next.
    fn reader(&self) -> Reader {
        match &self.body {
            Body::Regular(file) => Reader::Descriptor(file.as_raw_fd(), self.offset),
            Body::Content(content) => Reader::Content(Rc::clone(content), self.offset),
            Body::Handle => Reader::Handle(self.file_system(), self.file.fd),
        }
    }

    /// Notes that `n` bytes were taken from the file.
    fn taken(&mut self, n: usize) {
        self.offset += n as u64;
        self.remaining = self.remaining.saturating_sub(n as u64);
    }
}

/// A way to the bytes of an open file that borrows nothing, so that a program's file system may
/// do anything meanwhile.
enum Reader {
    /// Descriptor and position.
    Descriptor(c_int, u64),
    /// Content and position.
    Content(Rc<Vec<u8>>, u64),
    /// File system and handle.
    Handle(FileSystem, *mut c_void),
}

impl Reader {
    /// Reads into `buf`, which has room for `len` bytes; 0 = end or error.
    ///
    /// # Safety
    /// The file is open, and `buf` has `len` writable bytes.
    unsafe fn read(self, buf: *mut u8, len: usize) -> usize {
        match self {
            // SAFETY: passed on.
            Reader::Descriptor(fd, offset) => unsafe { socket::read_at(fd, buf, len, offset) },
            Reader::Content(content, offset) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let rest = content.get(from..).unwrap_or_default();
                let n = rest.len().min(len);
                // SAFETY: passed on; the content is nobody's buffer.
                unsafe { buf.copy_from_nonoverlapping(rest.as_ptr(), n) };
                n
            }
            // SAFETY: passed on.
            Reader::Handle(fs, handle) => unsafe { fs.read(handle, buf, len) },
        }
    }
}

/// Protocol handler while a file is sent.
unsafe extern "C" fn stream_handler(c: *mut mg_connection, event: c_int, _ev_data: *mut c_void) {
    contain(c, |conn| match event {
        ev::POLL | ev::WRITE => advance(conn),
        ev::CLOSE => drop_file(conn),
        _ => {}
    });
}

/// True while a file is being sent on `conn`.
pub(crate) fn is_streaming(conn: Conn) -> bool {
    conn.has_protocol(stream_handler)
}

fn stream<'a>(conn: Conn) -> Option<&'a mut FileStream> {
    if !is_streaming(conn) {
        return None;
    }
    // SAFETY: while `stream_handler` is the protocol handler, `pfn_data` is what `start` put there;
    // the reference is used briefly, never across program code.
    NonNull::new(conn.protocol_data().cast::<FileStream>()).map(|mut p| unsafe { p.as_mut() })
}

/// Takes the file away from `conn` and closes it.
fn drop_file(conn: Conn) {
    if stream(conn).is_none() {
        return;
    }
    if let Some(boxed) = NonNull::new(conn.protocol_data().cast::<FileStream>()) {
        conn.set_protocol_data(null_mut());
        // SAFETY: `start` made it with `try_box`, and the pointer was just cleared.
        unsafe { mem::unbox(boxed) }.close();
    }
}

/// Starts sending `file`; the response ends with a later POLL or WRITE, also for a small or empty
/// file. A file that was being sent is given up. False if memory is out: the
/// file is closed then.
pub(crate) fn start(conn: Conn, file: FileStream) -> bool {
    if is_streaming(conn) {
        drop_file(conn);
        conn.set_protocol(Some(http_handler));
    }
    let mut file = file;
    if file.remaining <= SMALL_FILE {
        append_whole(conn, &mut file);
    }
    match mem::try_box_or_return(file) {
        Ok(boxed) => {
            conn.set_protocol_data(boxed.as_ptr().cast());
            conn.set_protocol(Some(stream_handler));
            true
        }
        Err(file) => {
            file.close();
            false
        }
    }
}

/// Appends a small file to the response head, so that both leave in one piece.
fn append_whole(conn: Conn, file: &mut FileStream) {
    let len = file.remaining as usize;
    let send = conn.send();
    if !send.reserve(len) {
        return;
    }
    let start = send.len();
    // SAFETY: the file is open, and `reserve` made room for `len` bytes behind the content.
    let n = unsafe { file.reader().read(send.start().add(start), len) };
    send.set_len(start + n);
    file.taken(n);
}

/// The whole file is out: HTTP goes on.
fn finish(conn: Conn) {
    drop_file(conn);
    conn.set_protocol(Some(http_handler));
    super::reply::end_response(conn);
    if conn.recv_len() > 0
        && let Some(state) = conn.state()
    {
        state.visit_again(conn); // A request may be waiting behind this one.
    }
}

/// Fills `c->send`, or ends the response.
fn advance(conn: Conn) {
    let Some(stream) = stream(conn) else { return };
    if stream.remaining == 0 {
        finish(conn);
    } else if !uses_sendfile(conn, stream) {
        let (reader, remaining) = (stream.reader(), stream.remaining);
        fill(conn, reader, remaining);
    }
}

fn uses_sendfile(conn: Conn, stream: &FileStream) -> bool {
    matches!(stream.body, Body::Regular(_)) && !conn.is(flags::TLS) && conn.fd() != NO_FD
}

/// Reads as much of the file as `c->send` takes.
fn fill(conn: Conn, reader: Reader, remaining: u64) {
    let size = app_options::io_size();
    let send = conn.send();
    if send.size() < size && !send.resize(size) {
        return crate::event::emit::fail(conn, format_args!("OOM"));
    }
    let len = send.len();
    let room = (send.size() - len).min(usize::try_from(remaining).unwrap_or(usize::MAX));
    if room == 0 {
        return;
    }
    // SAFETY: the file is open; the file system writes at most the room it is given.
    let n = unsafe { reader.read(send.start().add(len), room) };
    send.set_len(len + n);
    if let Some(stream) = stream(conn) {
        stream.taken(n);
        if n == 0 {
            // Shorter than announced: the peer must not take the next response for the rest.
            conn.set(flags::DRAINING);
            stream.remaining = 0;
        }
    }
}

/// True if the next output of `conn` comes straight from a file.
pub(crate) fn has_file_to_send(conn: Conn) -> bool {
    stream(conn).is_some_and(|stream| stream.remaining > 0 && uses_sendfile(conn, stream))
}

/// Sends from the file. Returns what was sent and how much was wanted.
pub(crate) fn send_file(conn: Conn) -> (io::Result<usize>, usize) {
    let Some(stream) = stream(conn) else { return (Ok(0), 0) };
    let Body::Regular(file) = &stream.body else { return (Ok(0), 0) };
    let wanted = stream.remaining.min(MAX_SENDFILE) as usize;
    let mut offset = stream.offset as i64;
    let result = socket::send_file(conn.fd(), file.as_raw_fd(), &mut offset, wanted);
    if let Ok(n) = result {
        stream.taken(n);
        if n == 0 {
            stream.remaining = 0;
            return (Err(io::ErrorKind::UnexpectedEof.into()), wanted);
        }
    }
    (result, wanted)
}
