//! Files and firmware: upload, download, deletion.

use core::ffi::c_char;
use core::ptr::{NonNull, null};

use super::account::Handle;
use super::requests::{JSON_HEADERS, announce_size, refuse};
use super::sets::{Set, op};
use super::{Client, Dash, files};
use crate::abi::http::body_of;
use crate::abi::mem::cstr;
use crate::abi::panics::guard;
use crate::abi::types::{flags, mg_connection, mg_http_message, mg_http_serve_opts};
use crate::event::conn::Conn;
use crate::event::state::Scope;
use crate::fs::system::join;
use crate::http::serve::{self, Options};
use crate::http::upload;

/// Set and encoded file name of a URI.
type Place<'a> = (&'a [u8], &'a [u8]);

fn find(client: Client, name: &[u8]) -> Option<Set> {
    client.dash.find_set(name).filter(|set| set.has_files())
}

fn bad_name(client: Client) {
    client.reply(400, JSON_HEADERS, b"Bad file name\n");
}

fn directory_of(client: Client, set: Set, user: &Handle) -> Option<Vec<u8>> {
    // SAFETY: the user is live.
    let dir = unsafe { set.directory(user.as_ptr()) };
    if dir.is_none() {
        client.reply(500, JSON_HEADERS, b"Upload dir error\n");
    }
    dir
}

/// Starts to store the body of a request in a file, or refuses it.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
pub(crate) unsafe fn start_upload(
    client: Client,
    hm: *mut mg_http_message,
    (set, name): Place,
    user: Option<&Handle>,
) {
    let Some(set) = find(client, set) else {
        return client.reply(404, JSON_HEADERS, b"Not Found\n");
    };
    let Some(user) = user else { return refuse(client) };
    let Some(name) = files::plain_name(name) else { return bad_name(client) };
    files::store_name(set, &name);
    if !set.call(op::WRITE, user) {
        return refuse(client);
    }
    let Some(dir) = directory_of(client, set, user) else { return };
    if !client.is_gone() {
        let fs = client.dash.upload_fs();
        // SAFETY: passed on.
        let body = unsafe { body_of(hm) };
        upload::start_file(client.conn, body, &name, &dir, fs, Some(on_file_stored));
    }
}

/// Starts to pass the body of a request to the firmware updater.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
pub(crate) unsafe fn start_firmware(client: Client, hm: *mut mg_http_message) {
    // SAFETY: passed on.
    let body = unsafe { body_of(hm) };
    upload::start_firmware(client.conn, body, Some(on_firmware_stored));
}

/// The client of an upload that has ended.
///
/// # Safety
/// Rule 1 of the C edge for `c`.
unsafe fn client_of(c: *mut mg_connection) -> Option<Client> {
    // SAFETY: passed on.
    let conn = unsafe { Conn::from_ptr(c) }?;
    let state = conn.state();
    let known =
        state.and_then(|state| state.with_links(|links| links.get(conn.id()).map(|l| l.dash)));
    let dash = known.or_else(|| NonNull::new(conn.handler_data().cast()).map(Dash))?;
    Some(Client { conn, state, dash })
}

/// Called when an upload has ended; `message` is NULL if all went well.
unsafe extern "C" fn on_file_stored(c: *mut mg_connection, message: *const c_char) {
    guard((), || {
        // SAFETY: rules 1 and 3 of the C edge.
        let (client, problem) = unsafe { (client_of(c), cstr(message)) };
        let Some(client) = client else { return };
        let _scope = client.state.map(Scope::enter);
        match problem {
            None => client.reply(200, b"", b"ok\n"),
            Some(text) => client.reply(500, b"", &[text, b"\n"].concat()),
        }
        client.conn.set(flags::DRAINING);
        if problem.is_none() {
            let sets = client.dash.sets().into_iter().filter(|set| set.has_files());
            sets.for_each(|set| announce_size(client, set));
        }
    });
}

/// Called when new firmware has arrived; `message` is NULL if all went well.
unsafe extern "C" fn on_firmware_stored(c: *mut mg_connection, message: *const c_char) {
    guard((), || {
        // SAFETY: rules 1 and 3 of the C edge.
        let (client, problem) = unsafe { (client_of(c), cstr(message)) };
        let Some(client) = client else { return };
        match problem {
            None => client.reply(200, b"", b"ok\n"),
            Some(text) => client.reply(500, b"", text),
        }
        client.conn.set(flags::DRAINING);
    });
}

/// Sends or deletes a file.
///
/// # Safety
/// Rules 1 and 4 of the C edge for `hm`.
pub(crate) unsafe fn serve(
    client: Client,
    hm: *const mg_http_message,
    (set, name): Place,
    user: Option<&Handle>,
    is_delete: bool,
) {
    let Some(set) = find(client, set) else {
        return client.reply(404, JSON_HEADERS, b"Not Found");
    };
    let Some(user) = user else { return refuse(client) };
    let Some(name) = files::plain_name(name) else { return bad_name(client) };
    let Some(dir) = directory_of(client, set, user) else { return };
    let Some(path) = join(&[&dir, b"/", &name]) else { return bad_name(client) };
    if is_delete {
        files::store_name(set, &name);
        if !set.call(op::DELETE, user) {
            return refuse(client);
        }
        client.dash.upload_fs().remove(&path);
        announce_size(client, set);
        client.reply(200, b"", b"true");
    } else if !client.is_gone() {
        let opts = mg_http_serve_opts {
            root_dir: null(),
            ssi_pattern: null(),
            extra_headers: null(),
            mime_types: null(),
            page404: null(),
            fs: client.dash.upload_fs().as_ptr(),
        };
        // SAFETY: passed on; the options live during the call.
        unsafe {
            let (request, options) = (serve::Request::new(hm), Options::new(&opts));
            serve::serve_file(client.conn, &request, Some(&path), &options);
        }
    }
}
