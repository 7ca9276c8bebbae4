//! What the library knows of each dashboard: its sessions and its guest.
//!
//! A dashboard may serve several managers, and different dashboards several threads, so the table is
//! the process's, behind a lock that is never held while program code runs.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::Dash;
use super::account::{Account, Handle};
use super::sessions::Sessions;

/// A dashboard.
#[derive(Default)]
struct Board {
    sessions: Sessions<Handle>,
    /// Kept for good once it was shown, because `dash->guest` points there.
    guest: Option<Handle>,
    /// Managers that serve it.
    managers: usize,
}

/// The dashboards by address.
static BOARDS: Mutex<BTreeMap<usize, Board>> = Mutex::new(BTreeMap::new());

/// Lets `f` look at, or change, the sessions of `dash`. It must not run program code.
pub(crate) fn with_sessions<R>(dash: Dash, f: impl FnOnce(&mut Sessions<Handle>) -> R) -> R {
    f(&mut BOARDS.lock().entry(dash.key()).or_default().sessions)
}

/// The guest of `dash`.
pub(crate) fn guest(dash: Dash) -> Handle {
    let mut boards = BOARDS.lock();
    let board = boards.entry(dash.key()).or_default();
    board.guest.get_or_insert_with(|| Account::guest(dash)).clone()
}

/// A manager serves the dashboard at address `key`.
pub(super) fn join(key: usize) {
    BOARDS.lock().entry(key).or_default().managers += 1;
}

/// A manager has ended. With the last one go the sessions, for the address may become that of
/// another dashboard.
pub(super) fn leave(key: usize) {
    let mut boards = BOARDS.lock();
    let Some(board) = boards.get_mut(&key) else { return };
    board.managers = board.managers.saturating_sub(1);
    if board.managers == 0 {
        board.sessions.remove(|_| true).iter().for_each(|account| account.end());
        if board.guest.is_none() {
            boards.remove(&key);
        }
    }
}
