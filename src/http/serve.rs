//! Serving files and directories.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::CString;

use super::message::Message;
use super::site::Site;
use super::stream::{self, FileStream};
use super::{access_log, reply, ssi};
use crate::abi::mem::cstr;
use crate::abi::panics::guard;
use crate::abi::types::{flags, mg_http_serve_opts};
use crate::event::conn::Conn;
use crate::fs::fence::Fence;
use crate::fs::place::Place;
use crate::fs::system::{FileSystem, Opened, Probe, Source, join};
use crate::proto::http::listing::{Kind, Listing};
use crate::proto::http::mapping::{self, PathError};
use crate::proto::http::range::{self, Range};
use crate::proto::http::{etag, mime};
use crate::text::digits::Digits;
use crate::text::glob;

/// Whether `text` matches the glob `pattern`.
fn matches(text: &[u8], pattern: &[u8]) -> bool {
    glob::matches(text, pattern, &mut |_, _| {})
}

/// What a request asks for, as far as serving files is concerned. Slices of the receive buffer.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) uri: &'a [u8],
    pub(crate) range: Option<&'a [u8]>,
    pub(crate) if_none_match: Option<&'a [u8]>,
    pub(crate) accept_encoding: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    /// Reads the request from the message that a handler was given.
    pub(crate) fn new(message: Message<'a>) -> Request<'a> {
        Request {
            method: message.method(),
            uri: message.uri(),
            range: message.header(b"Range"),
            if_none_match: message.header(b"If-None-Match"),
            accept_encoding: message.header(b"Accept-Encoding"),
        }
    }

    fn is_head(&self) -> bool {
        self.method.eq_ignore_ascii_case(b"HEAD")
    }

    fn accepts_gzip(&self) -> bool {
        self.accept_encoding.is_some_and(|value| matches(value, b"*gzip*"))
    }
}

/// Serve options in Rust terms.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    /// `None`: the option `document_root` decides.
    root_dir: Option<&'a [u8]>,
    ssi_pattern: Option<&'a [u8]>,
    extra_headers: &'a [u8],
    mime_types: &'a [u8],
    page404: Option<&'a CStr>,
    place: Place<'a>,
}

impl Options<'_> {
    /// Reads the options that a program passed; NULL means all defaults.
    ///
    /// # Safety
    /// Rules 1 and 3 of the C edge, while the result is used.
    pub(crate) unsafe fn new<'a>(opts: *const mg_http_serve_opts) -> Options<'a> {
        if opts.is_null() {
            return Options {
                root_dir: None,
                ssi_pattern: None,
                extra_headers: b"",
                mime_types: b"",
                page404: None,
                place: Place { fs: FileSystem::posix(), fence: None },
            };
        }
        // SAFETY: passed on. The struct is copied: the program may change its own.
        let (opts, fs) = unsafe { (opts.read(), FileSystem::new((*opts).fs)) };
        // SAFETY: passed on.
        let text = |p: *const c_char| (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) });
        let bytes = |p| text(p).map(CStr::to_bytes);
        Options {
            root_dir: bytes(opts.root_dir),
            ssi_pattern: bytes(opts.ssi_pattern),
            extra_headers: bytes(opts.extra_headers).unwrap_or_default(),
            mime_types: bytes(opts.mime_types).unwrap_or_default(),
            page404: text(opts.page404),
            place: Place { fs, fence: None },
        }
    }
}

/// What is at `path`, for `conn` to be served: small files from memory where that is the same.
fn probe(conn: Conn, place: Place, path: &CStr) -> Probe {
    // Other file systems are the program's code, which must not find the cache in use.
    match conn.state().filter(|_| place.fs.is_posix()) {
        Some(state) => {
            let now_ms = state.now();
            state.with_files(|files| place.probe_cached(path, files, now_ms))
        }
        None => place.probe(path),
    }
}

/// Opens a file to be served to `conn`.
fn open(conn: Conn, place: Place, path: &CStr) -> Option<Opened> {
    if !place.fs.is_posix() {
        return place.fs.open(path);
    }
    match probe(conn, place, path) {
        Probe::File(file) => Some(file),
        Probe::Directory | Probe::Missing => None,
    }
}

/// A file chosen for a response.
struct Chosen<'a> {
    file: Opened,
    content_type: &'a [u8],
    is_gzip: bool,
}

/// Sends the file `path`, or 404, 304, 416 as the request and the file system demand.
pub(crate) fn serve_file(conn: Conn, request: &Request, path: Option<&CStr>, options: &Options) {
    let chosen = path.and_then(|path| {
        let chosen = choose_compressed(conn, request, path, options);
        chosen.or_else(|| choose_plain(path, open(conn, options.place, path), options))
    });
    send_chosen(conn, request, chosen, options);
}

/// Sends a file, or 404, 304, 416.
fn send_chosen(conn: Conn, request: &Request, chosen: Option<Chosen>, options: &Options) {
    let Some(chosen) = chosen else {
        return reply::error_page(conn, 404, options.extra_headers, b"Not found\n");
    };
    let size = chosen.file.size;
    let tag = etag::etag(size as i64, chosen.file.mtime);
    if request.if_none_match.is_some_and(|value| etag::matches(value, &tag)) {
        options.place.fs.close(chosen.file);
        return reply::reply(conn, 304, options.extra_headers, b"");
    }
    let range = request.range.map_or(Range::None, |value| range::decide(value, size));
    let (code, start, len) = match range {
        Range::None => (200, 0, size),
        Range::Satisfiable { start, end } => (206, start, end - start + 1),
        Range::Unsatisfiable => (416, 0, 0),
    };
    let more = reply::begin_response(conn, code);
    if let Some(state) = conn.state() {
        access_log::note_length(state, conn, len);
    }
    let extra_headers = [options.extra_headers, &more];
    if !append_file_head(conn, code, &chosen, &tag, range, len, extra_headers) {
        return options.place.fs.close(chosen.file);
    }
    if request.is_head() || conn.is(flags::CLOSING) {
        options.place.fs.close(chosen.file);
        reply::end_response(conn);
    } else {
        send_body(conn, options.place.fs, chosen.file, start, len);
    }
}

/// The compressed variant of `path`, if the client takes it and there is one.
fn choose_compressed<'a>(
    conn: Conn,
    request: &Request,
    path: &CStr,
    options: &Options<'a>,
) -> Option<Chosen<'a>> {
    if !request.accepts_gzip() {
        return None;
    }
    let file = open(conn, options.place, &join(&[path.to_bytes(), b".gz"])?)?;
    let content_type = mime::content_type(path.to_bytes(), options.mime_types);
    Some(Chosen { file, content_type, is_gzip: true })
}

/// The file at `path`, or the page for missing files.
fn choose_plain<'a>(
    path: &CStr,
    file: Option<Opened>,
    options: &Options<'a>,
) -> Option<Chosen<'a>> {
    let (path, file) = match file {
        Some(file) => (path, file),
        // The program's own choice.
        None => (options.page404?, options.place.fs.open(options.page404?)?),
    };
    let content_type = mime::content_type(path.to_bytes(), options.mime_types);
    Some(Chosen { file, content_type, is_gzip: false })
}

/// Appends everything in front of the body. False, with `MG_EV_ERROR` "OOM", if that can't be.
fn append_file_head(
    conn: Conn,
    code: i32,
    chosen: &Chosen,
    tag: &[u8],
    range: Range,
    len: u64,
    extra_headers: [&[u8]; 2],
) -> bool {
    let size = chosen.file.size;
    let content_range = match range {
        Range::None => String::new(),
        Range::Satisfiable { start, end } => {
            format!("Content-Range: bytes {start}-{end}/{size}\r\n")
        }
        Range::Unsatisfiable => format!("Content-Range: bytes */{size}\r\n"),
    };
    let gzip: &[u8] = if chosen.is_gzip { b"Content-Encoding: gzip\r\n" } else { b"" };
    reply::append_all(
        conn,
        &[
            reply::Line::status(code).as_bytes(),
            b"Content-Type: ",
            chosen.content_type,
            b"\r\nEtag: ",
            tag,
            b"\r\nContent-Length: ",
            Digits::unsigned(len).as_bytes(),
            b"\r\n",
            gzip,
            content_range.as_bytes(),
            extra_headers[0],
            extra_headers[1],
            b"\r\n",
        ],
    )
}

/// Starts sending `len` bytes of `file` from `start` on.
fn send_body(conn: Conn, fs: FileSystem, file: Opened, start: u64, len: u64) {
    if let Source::Handle(handle) = file.source
        && start > 0
    {
        fs.seek(handle, start);
    }
    if !stream::start(conn, FileStream::new(fs, file.source, start, len)) {
        crate::event::emit::fail(conn, format_args!("OOM"));
    }
}

/// Maps the request's target to a path below the root and serves what is there.
pub(crate) fn serve_dir(conn: Conn, request: &Request, options: &Options) {
    let site = Site::of(conn, options.root_dir);
    let invalid = |text: &[u8]| reply::error_page(conn, 400, b"", text);
    let resolved = match mapping::resolve(request.uri, &site.root_dir) {
        Ok(resolved) => resolved,
        Err(PathError::NoMapping) => return send_chosen(conn, request, None, options),
        Err(PathError::Invalid) => return invalid(b"Invalid path"),
        Err(PathError::TooLong) => return invalid(b"Exceeded path size"),
    };
    let hidden = site.hides(resolved.below_dir());
    let Ok(path) = CString::new(resolved.path) else { return invalid(b"Invalid path") };
    let fence = site.links.map(|links| Fence { root: resolved.dir, links });
    let place = Place { fence, ..options.place };
    let options = &Options { root_dir: Some(&site.root_dir), place, ..*options };
    if hidden {
        return send_chosen(conn, request, choose_plain(&path, None, options), options);
    }
    if request.uri != b"/" {
        match probe(conn, place, &path) {
            Probe::File(file) => return serve_opened(conn, request, &path, file, options),
            Probe::Missing => return serve_file(conn, request, Some(&path), options),
            Probe::Directory => {}
        }
    }
    if !request.uri.ends_with(b"/") {
        return redirect(conn, request.uri);
    }
    match find_index(&path, &site, place) {
        Some(index) if place.stat(&index).is_some_and(|entry| entry.is_directory) => {
            list(conn, request, &index, &site, options);
        }
        Some(index) => match open(conn, place, &index) {
            Some(file) => serve_opened(conn, request, &index, file, options),
            None => serve_file(conn, request, Some(&index), options),
        },
        None => list(conn, request, &path, &site, options),
    }
}

/// Serves an open file, with its includes expanded if the options say so.
fn serve_opened(conn: Conn, request: &Request, path: &CStr, file: Opened, options: &Options) {
    if options.ssi_pattern.is_some_and(|p| matches(path.to_bytes(), p)) {
        options.place.fs.close(file);
        return ssi::serve(conn, options.root_dir.unwrap_or_default(), path, options.place.fence);
    }
    let chosen = match choose_compressed(conn, request, path, options) {
        Some(chosen) => {
            options.place.fs.close(file);
            Some(chosen)
        }
        None => choose_plain(path, Some(file), options),
    };
    send_chosen(conn, request, chosen, options);
}

/// Index page of a directory, if there is one. One that exists only compressed counts.
fn find_index(dir: &CStr, site: &Site, place: Place) -> Option<CString> {
    let names = site.index_files();
    let names = || names.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let page = |name: &[u8], suffix: &[u8]| {
        let page = in_directory(dir, &[name, suffix].concat()).filter(|_| !name.is_empty())?;
        place.stat(&page).map(|_| page)
    };
    let plain = names().find_map(|name| page(name, b""));
    plain.or_else(|| {
        let zipped = names().find(|name| page(name, b".gz").is_some())?;
        in_directory(dir, zipped)
    })
}

/// Path of an entry of `dir`.
fn in_directory(dir: &CStr, name: &[u8]) -> Option<CString> {
    let slash: &[u8] = if dir.to_bytes().ends_with(b"/") { b"" } else { b"/" };
    join(&[dir.to_bytes(), slash, name])
}

/// Sends the client from a directory's name to the same with a slash. A target that began with
/// several slashes would be taken for the name of another host.
fn redirect(conn: Conn, uri: &[u8]) {
    let uri = mapping::single_leading_slash(uri);
    let more = reply::begin_response(conn, 301);
    let head =
        [b"HTTP/1.1 301 Moved\r\nLocation: ", uri, b"/\r\nContent-Length: 0\r\n", &more, b"\r\n"]
            .concat();
    if reply::append(conn, &head) {
        reply::end_response(conn);
    }
}

/// State of a listing while the file system reports entries.
struct Lister<'a> {
    page: &'a mut Listing,
    dir: &'a CStr,
    /// Path of the directory as requests name it.
    shown: &'a [u8],
    site: &'a Site<'a>,
    place: Place<'a>,
}

/// Sends the list of the entries of `dir`.
fn list(conn: Conn, request: &Request, dir: &CStr, site: &Site, options: &Options) {
    if !site.lists {
        return reply::error_page(conn, 403, b"", b"Forbidden\n");
    }
    let mut page = Listing::new(request.uri);
    let root = options.place.fence.map_or(&b""[..], |fence| fence.root);
    let shown = dir.to_bytes().strip_prefix(root).unwrap_or(dir.to_bytes());
    let mut lister = Lister { page: &mut page, dir, shown, site, place: options.place };
    options.place.list(dir, add_row, (&raw mut lister).cast());
    let extra_headers = [options.extra_headers, &reply::begin_response(conn, 200)].concat();
    match page.finish(&extra_headers) {
        Some(response) => {
            if reply::append(conn, &response) {
                reply::end_response(conn);
            }
        }
        None => crate::event::emit::fail(conn, format_args!("OOM")),
    }
}

/// Called by the file system for each entry; `arg` is a [`Lister`].
unsafe extern "C" fn add_row(name: *const c_char, arg: *mut c_void) {
    guard((), || {
        // SAFETY: `list` passes a `Lister` that outlives the call; rule 3 for `name`.
        let (lister, name) =
            unsafe { (&mut *arg.cast::<Lister>(), cstr(name).unwrap_or_default()) };
        if lister.site.hides(&[lister.shown, b"/", name].concat()) {
            return;
        }
        let path = in_directory(lister.dir, name);
        let Some(entry) = path.and_then(|path| lister.place.stat(&path)) else { return };
        let kind = if entry.is_directory { Kind::Directory } else { Kind::File(entry.size) };
        lister.page.row(name, kind, entry.mtime);
    });
}
