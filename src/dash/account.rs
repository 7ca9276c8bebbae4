//! Users as the program sees them.

use core::cell::UnsafeCell;
use core::ffi::{c_char, c_int};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

use super::Dash;
use super::sessions::Token;
use crate::abi::protocol_types::mg_dash_user;
use crate::options::MG_DASH_MAX_USER_NAME;

/// Level of the guest, who may do everything.
const GUEST_LEVEL: c_int = 9;

/// A `struct mg_dash_user` that lives as long as anybody holds on to it: its session, the
/// connections that use it, and requests that are being worked on. So the pointer that set callbacks
/// get, and the one in `c->data`, never dangles, whoever logs out meanwhile.
pub(crate) struct Account {
    /// Handed to the program as a pointer; the library makes no reference to it.
    user: UnsafeCell<mg_dash_user>,
    expires_ms: AtomicU64,
    ended: AtomicBool,
}

/// Share of an account.
pub(crate) type Handle = Arc<Account>;

// SAFETY: what threads share is atomic. The struct is for the program: the library writes one
// aligned number of it, and only while it serves the dashboard, which is one thread's (rule 8).
unsafe impl Send for Account {}
// SAFETY: as above.
unsafe impl Sync for Account {}

impl Account {
    fn new(dash: Dash, name: &[u8], level: c_int, token: &[u8], expires_ms: u64) -> Handle {
        let mut user = mg_dash_user {
            next: null_mut(),
            name: [0; MG_DASH_MAX_USER_NAME],
            token: [0; 21],
            level,
            expire: expires_ms,
            dash: dash.as_ptr(),
        };
        copy_text(&mut user.name, name);
        copy_text(&mut user.token, token);
        Arc::new(Account {
            user: UnsafeCell::new(user),
            expires_ms: AtomicU64::new(expires_ms),
            ended: AtomicBool::new(false),
        })
    }

    /// The user of a new session.
    pub(crate) fn of_session(
        dash: Dash,
        name: &[u8],
        level: c_int,
        token: &Token,
        expires_ms: u64,
    ) -> Handle {
        Account::new(dash, name, level, token, expires_ms)
    }

    /// The user who stands for everybody on a dashboard without login.
    pub(crate) fn guest(dash: Dash) -> Handle {
        let guest = Account::new(dash, b"guest", GUEST_LEVEL, b"", 0);
        guest.expires_ms.store(u64::MAX, Ordering::Relaxed);
        guest
    }

    /// What set callbacks get.
    pub(crate) fn as_ptr(&self) -> *mut mg_dash_user {
        self.user.get()
    }

    /// Name, level and token.
    pub(crate) fn facts(&self) -> (Vec<u8>, c_int, Vec<u8>) {
        // SAFETY: the struct is live; the fields are copied.
        let (name, level, token) =
            unsafe { ((*self.as_ptr()).name, (*self.as_ptr()).level, (*self.as_ptr()).token) };
        (text(&name), level, text(&token))
    }

    /// The session was used.
    pub(crate) fn renew(&self, expires_ms: u64) {
        self.expires_ms.store(expires_ms, Ordering::Relaxed);
        // SAFETY: the struct is live, and nobody has a reference to it.
        unsafe { (*self.as_ptr()).expire = expires_ms };
    }

    /// The session is over.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// True once the session is over, or should be at `now_ms`.
    pub(crate) fn is_over(&self, now_ms: u64) -> bool {
        self.ended.load(Ordering::Relaxed) || self.expires_ms.load(Ordering::Relaxed) < now_ms
    }
}

/// Copies what fits with a NUL behind it. `to` is all zeros.
fn copy_text(to: &mut [c_char], text: &[u8]) {
    let room = to.len().saturating_sub(1);
    for (to, &byte) in to.iter_mut().take(room).zip(text) {
        *to = byte as c_char;
    }
}

fn text(field: &[c_char]) -> Vec<u8> {
    field.iter().map(|&c| c as u8).take_while(|&byte| byte != 0).collect()
}

/// `name` as far as `mg_dash_user::name` can hold it.
pub(crate) fn cut_name(name: &[u8]) -> &[u8] {
    name.get(..MG_DASH_MAX_USER_NAME.saturating_sub(1)).unwrap_or(name)
}
