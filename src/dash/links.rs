//! What a manager knows of the connections of its dashboards.

use core::mem::size_of;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::account::Handle;
use super::{Dash, boards};
use crate::abi::protocol_types::{mg_dash, mg_dash_user};
use crate::event::conn::Conn;
use crate::event::state::{IdHasher, State};
use crate::options::MG_DATA_SIZE;

/// A connection of a dashboard.
#[derive(Clone)]
pub(crate) struct Link {
    /// Number of the request that the next two are about.
    pub(crate) request: u32,
    /// Who sent the request.
    pub(crate) account: Option<Handle>,
    /// The request was answered before its body was there.
    pub(crate) answered: bool,
    /// The dashboard.
    pub(crate) dash: Dash,
    /// The connection gets notifications.
    pub(crate) is_websocket: bool,
}

/// The connections by id, and the dashboards of a manager.
#[derive(Default)]
pub(crate) struct Links {
    by_id: HashMap<u64, Link, BuildHasherDefault<IdHasher>>,
    boards: Vec<usize>,
}

impl Links {
    pub(crate) fn get(&self, id: u64) -> Option<&Link> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut Link> {
        self.by_id.get_mut(&id)
    }

    /// Remembers a connection. The manager serves the dashboard from now on.
    pub(crate) fn put(&mut self, id: u64, link: Link) {
        let key = link.dash.key();
        if !self.boards.contains(&key) {
            boards::join(key);
            self.boards.push(key);
        }
        self.by_id.insert(id, link);
    }

    /// The WebSocket connections that `is_it` picks.
    pub(crate) fn websockets(&self, is_it: impl Fn(&Link, &Handle) -> bool) -> Vec<(u64, Handle)> {
        let websockets = self.by_id.iter().filter(|(_, link)| link.is_websocket);
        let with_account =
            websockets.filter_map(|(id, link)| Some((*id, link, link.account.as_ref()?)));
        let picked = with_account.filter(|(_, link, account)| is_it(link, account));
        picked.map(|(id, _, account)| (id, account.clone())).collect()
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        self.boards.iter().for_each(|&key| boards::leave(key));
    }
}

/// Forgets a connection that is being released.
pub(crate) fn forget(state: State, conn: Conn) {
    if state.with_links(|links| links.by_id.remove(&conn.id())).is_some() {
        scratch::set_user(conn, None);
    }
}

/// The part of `c->data` where programs find what the original keeps there. The library only writes
/// it: the program may use those bytes for something else.
pub(crate) mod scratch {
    use super::{Conn, Handle, MG_DATA_SIZE, mg_dash, mg_dash_user, size_of};

    /// Byte 0: the request was answered early.
    const MARKER: usize = 0;
    /// Bytes 8 to 15.
    const USER: usize = 8;
    /// Bytes 16 to 23.
    const DASH: usize = 16;

    fn write<T>(conn: Conn, at: usize, value: T) {
        if at + size_of::<T>() <= MG_DATA_SIZE {
            // SAFETY: `data` is a member of the live connection, and the value lies inside.
            unsafe {
                let data: *mut u8 = (&raw mut (*conn.ptr()).data).cast();
                data.add(at).cast::<T>().write_unaligned(value);
            }
        }
    }

    /// `'Z'` while the rest of a request that was answered early is on its way, else 0.
    pub(crate) fn set_marker(conn: Conn, answered: bool) {
        write(conn, MARKER, if answered { b'Z' } else { 0 });
    }

    /// True while the marker is set.
    pub(crate) fn has_marker(conn: Conn) -> bool {
        // SAFETY: `data` is a member of the live connection.
        let first = unsafe { (*conn.ptr()).data.first().copied() };
        first == Some(b'Z' as core::ffi::c_char)
    }

    /// The user; the pointer is good until the next request or the end of the connection.
    pub(crate) fn set_user(conn: Conn, account: Option<&Handle>) {
        let user: *mut mg_dash_user =
            account.map_or(core::ptr::null_mut(), |account| account.as_ptr());
        write(conn, USER, user);
    }

    /// The dashboard.
    pub(crate) fn set_dash(conn: Conn, dash: *mut mg_dash) {
        write(conn, DASH, dash);
    }
}
