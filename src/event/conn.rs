//! A handle to a connection, and the library's private part of it.

use core::ffi::{c_int, c_void};
use core::mem::{offset_of, size_of};
use core::ptr::{NonNull, null_mut};

use super::state::State;
use crate::abi::iobuf::Buffer;
use crate::abi::types::{flags, mg_addr, mg_connection, mg_event_handler_t, mg_mgr};
use crate::guard::deadline::Watch;
use crate::http::engine::Pending;
use crate::mqtt::receive::Progress;
use crate::sys::poller::Interest;
use crate::ws::session::Session;

/// Descriptor number that means "no socket".
pub(crate) const NO_FD: c_int = -1;

/// What the library knows about a connection beside the public struct. It lies right in front of
/// the struct in the same allocation, and only connections made by [`Conn::alloc`] have it.
#[repr(C, align(16))]
pub(crate) struct Private {
    /// Next newer connection, as far as the library linked it. Checked before use, because a
    /// program may put a connection in front by itself.
    pub(crate) newer: *mut mg_connection,
    /// HTTP message that is still arriving; NULL if none. Owned (`Box`).
    pub(crate) pending: *mut Pending,
    /// WebSocket state; NULL if none. Owned (`Box`).
    pub(crate) ws: *mut Session,
    /// Capacity of `recv` if the library chose it; the program may have put another one there.
    pub(crate) recv_capacity: usize,
    /// What the guard remembers.
    pub(crate) watch: Watch,
    /// `recv.len`, as far as it fits, when the HTTP engine last found that it must wait for more;
    /// 0 = not waiting.
    pub(crate) http_waits_at: u32,
    /// `recv.len` right before the read that is being reported, as far as it fits.
    pub(crate) read_base: u32,
    /// Where the MQTT handler is.
    pub(crate) mqtt: Progress,
    // What follows is looked at in every visit, and lies beside the start of the public struct.
    /// When bytes last moved, in milliseconds. Of a listener whose accepting is suspended: when to
    /// try again.
    pub(crate) last_io_ms: u64,
    /// Memory of `recv` and `rtls`, and of `send`, as it is counted for the manager.
    pub(crate) counted_bytes: [u32; 2],
    /// How many HTTP heads were reported, modulo 2^32 without 0.
    pub(crate) http_heads: u32,
    /// Descriptor registered with the poller, or [`NO_FD`].
    pub(crate) watched_fd: c_int,
    /// Blank lines in `recv` behind the request in progress: as many requests wait, or fewer.
    pub(crate) pipelined: u16,
    /// What it is registered for.
    pub(crate) interest: Interest,
    /// What sort of descriptor this is.
    pub(crate) kind: Kind,
    /// Nothing was to be done for it but to deliver POLL when it was visited last, and nothing that
    /// [`Conn::is_at_rest`] does not look at has changed since.
    pub(crate) at_rest: bool,
    /// In the list of those to be visited between two rounds.
    pub(crate) due: bool,
    /// `MG_EV_CLOSE` was delivered; only the memory is left.
    pub(crate) dead: bool,
    /// Close once the response in progress is complete (`Connection: close`).
    pub(crate) close_after_response: bool,
    /// The HTTP engine gave up on this connection: input is discarded.
    pub(crate) http_finished: bool,
    /// Made by `mg_alloc_conn` for the program and not in the list yet.
    pub(crate) unlisted: bool,
    /// The kernel took only part of the output; wait for room.
    pub(crate) blocked: bool,
    /// The peer hung up while nobody wanted input; not watched until somebody does.
    pub(crate) hung_up: bool,
    /// Input was refused: the peer may still be sending when the connection closes.
    pub(crate) refused: bool,
    /// The library opened the descriptor itself, non-blocking.
    pub(crate) own_socket: bool,
    /// The library is delivering `MG_EV_READ` for bytes it has just read.
    pub(crate) reading: bool,
    /// `c->tls` is a session of the library's own, not of a program's `mg_tls_*` family.
    pub(crate) own_tls: bool,
    /// TLS input is left inside the session or in `rtls`; no descriptor will announce it.
    pub(crate) tls_unread: bool,
    /// Something came from the peer behind the TLS handshake, such as session tickets.
    pub(crate) tls_heard: bool,
    /// The URL's TLS scheme was not followed by `mg_tls_init`; said once.
    pub(crate) plain_text_logged: bool,
    /// Who made the connection, once it is counted.
    pub(crate) origin: Origin,
    /// The response in progress is the last one because the guard wants it so, and says it.
    pub(crate) announces_close: bool,
    /// The status of the response in progress was counted.
    pub(crate) status_noted: bool,
    /// The library itself ended the last HTTP response, so that the next request may be awaited.
    pub(crate) response_ended: bool,
}

/// Flags that give a visit nothing to do.
const RESTING: u32 =
    flags::ACCEPTED | flags::CLIENT | flags::WEBSOCKET | flags::MQTT5 | flags::HEXDUMPING;

/// Who made a connection that counts towards `max_connections`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Origin {
    /// It does not count: a listener, the wake-up channel, one that the program has not listed yet.
    #[allow(dead_code)] // All-zero private parts start so.
    Uncounted = 0,
    /// A listener.
    Accepted = 1,
    /// The program.
    Program = 2,
}

/// What sort of descriptor a connection has.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A socket. All-zero private parts start so.
    #[allow(dead_code)]
    Socket = 0,
    /// The reading end of the wake-up channel.
    WakeUp = 1,
    /// A socket whose peer came too often and waits unread.
    Tarpit = 2,
    /// A socket whose PROXY header has not arrived yet.
    ProxyHeader = 3,
}

const _: () = assert!(size_of::<Private>() <= 128);

/// Copyable handle to a connection that is live, or dead but not released yet (see
/// [`super::state::Scope`]).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conn(NonNull<mg_connection>);

/// Reads a field of the public struct.
macro_rules! get {
    ($conn:expr, $($field:tt)+) => {
        // SAFETY: a `Conn` points to a connection whose memory is valid (see the type).
        unsafe { (*$conn.0.as_ptr()).$($field)+ }
    };
}

/// Writes a field of the public struct.
macro_rules! set {
    ($conn:expr, $field:ident, $value:expr) => {
        // SAFETY: a `Conn` points to a connection whose memory is valid (see the type).
        unsafe { (*$conn.0.as_ptr()).$field = $value }
    };
}

impl Conn {
    /// Handle to `c`; `None` for NULL.
    ///
    /// # Safety
    /// Rule 1 of the C edge, for as long as the handle is used.
    pub(crate) unsafe fn from_ptr(c: *mut mg_connection) -> Option<Conn> {
        NonNull::new(c).map(Conn)
    }

    /// Allocates a connection of `mgr`, with the private part in front and `mgr->extraconnsize`
    /// bytes behind. No descriptor, not in the list. `None` if memory is out.
    pub(crate) fn alloc(state: State) -> Option<Conn> {
        let mgr = state.mgr();
        // SAFETY: a state's manager is live (see `State`).
        let extra = unsafe { (*mgr).extraconnsize };
        let size = (size_of::<Private>() + size_of::<mg_connection>()).checked_add(extra)?;
        let block = NonNull::new(crate::abi::mem::calloc(size))?;
        // SAFETY: the block holds both structs; all-zero bytes are valid for both.
        let conn = unsafe { Conn(block.add(size_of::<Private>()).cast()) };
        if !state.insert(conn) {
            conn.free_memory();
            return None;
        }
        set!(conn, mgr, mgr);
        conn.set_fd(NO_FD);
        let align = crate::abi::app_options::io_size();
        for buffer in [conn.recv(), conn.send(), conn.rtls()] {
            buffer.set_align(align);
        }
        conn.private().watched_fd = NO_FD;
        Some(conn)
    }

    /// Takes back what [`Conn::alloc`] made, before anybody else has seen it.
    pub(crate) fn forget(self) {
        if let Some(state) = self.state() {
            state.remove(self);
        }
        self.free_memory();
    }

    /// Wipes and releases the memory of a connection made by [`Conn::alloc`].
    pub(crate) fn free_memory(self) {
        // SAFETY: `alloc` put the private part right in front, at the start of the block. The
        // public part is wiped because it may hold secrets of the program.
        unsafe {
            let block = self.0.as_ptr().cast::<u8>().sub(size_of::<Private>());
            core::ptr::write_bytes(self.0.as_ptr().cast::<u8>(), 0, size_of::<mg_connection>());
            crate::abi::mem::mg_free(block.cast());
        }
    }

    /// The private part. Only for connections found in the manager's own table or list.
    ///
    /// The reference is for immediate use: it never lives across a call into program code.
    #[allow(clippy::mut_from_ref)]
    pub(crate) fn private<'a>(self) -> &'a mut Private {
        // SAFETY: `alloc` put the private part right in front of the public struct; programs
        // don't know it, one thread uses a manager, and callers keep the reference briefly.
        unsafe { &mut *self.0.as_ptr().cast::<Private>().sub(1) }
    }

    /// The state of the manager that made this connection; `None` for a connection that a program
    /// made by itself, which has no private part.
    pub(crate) fn state(self) -> Option<State> {
        let state = State::of(self.mgr())?;
        state.owns(self).then_some(state)
    }

    pub(crate) fn ptr(self) -> *mut mg_connection {
        self.0.as_ptr()
    }

    pub(crate) fn mgr(self) -> *mut mg_mgr {
        get!(self, mgr)
    }

    pub(crate) fn next(self) -> *mut mg_connection {
        get!(self, next)
    }

    /// Asks the processor to load of the next connection what a visit at rest looks at.
    pub(crate) fn prefetch_next(self) {
        #[cfg(target_arch = "x86_64")]
        {
            use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            const OFFSETS: [isize; 6] = [
                offset_of!(Private, last_io_ms) as isize - size_of::<Private>() as isize,
                offset_of!(mg_connection, next) as isize,
                offset_of!(mg_connection, fd) as isize,
                offset_of!(mg_connection, send.len) as isize,
                offset_of!(mg_connection, r#fn) as isize,
                offset_of!(mg_connection, flags) as isize,
            ];
            let next = self.next().cast::<u8>();
            for offset in OFFSETS {
                // SAFETY: prefetching touches no memory; any address will do.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(next.wrapping_offset(offset).cast()) };
            }
        }
    }

    pub(crate) fn set_next(self, next: *mut mg_connection) {
        set!(self, next, next);
    }

    pub(crate) fn id(self) -> u64 {
        get!(self, id)
    }

    pub(crate) fn set_id(self, id: u64) {
        set!(self, id, id);
    }

    /// Descriptor, or [`NO_FD`].
    pub(crate) fn fd(self) -> c_int {
        get!(self, fd) as usize as c_int
    }

    pub(crate) fn set_fd(self, fd: c_int) {
        set!(self, fd, fd as usize as *mut c_void);
    }

    /// All `is_*` bits.
    pub(crate) fn flags(self) -> u32 {
        get!(self, flags)
    }

    /// True if any of the bits in `mask` is set.
    pub(crate) fn is(self, mask: u32) -> bool {
        self.flags() & mask != 0
    }

    /// Sets the bits in `mask` and leaves all others, also those we don't know.
    pub(crate) fn set(self, mask: u32) {
        set!(self, flags, self.flags() | mask);
    }

    /// Clears the bits in `mask`.
    pub(crate) fn clear(self, mask: u32) {
        set!(self, flags, self.flags() & !mask);
    }

    pub(crate) fn loc(self) -> mg_addr {
        get!(self, loc)
    }

    pub(crate) fn set_loc(self, addr: mg_addr) {
        set!(self, loc, addr);
    }

    pub(crate) fn rem(self) -> mg_addr {
        get!(self, rem)
    }

    pub(crate) fn set_rem(self, addr: mg_addr) {
        set!(self, rem, addr);
    }

    /// Input buffer.
    pub(crate) fn recv(self) -> Buffer {
        // SAFETY: as in `get!`; the buffer is a member.
        unsafe { Buffer::of(&raw mut (*self.0.as_ptr()).recv) }
    }

    /// Output buffer.
    pub(crate) fn send(self) -> Buffer {
        // SAFETY: as in `get!`; the buffer is a member.
        unsafe { Buffer::of(&raw mut (*self.0.as_ptr()).send) }
    }

    /// Undecrypted TLS input.
    pub(crate) fn rtls(self) -> Buffer {
        // SAFETY: as in `get!`; the buffer is a member.
        unsafe { Buffer::of(&raw mut (*self.0.as_ptr()).rtls) }
    }

    /// Profiling data, which only programs put there.
    pub(crate) fn prof(self) -> Buffer {
        // SAFETY: as in `get!`; the buffer is a member.
        unsafe { Buffer::of(&raw mut (*self.0.as_ptr()).prof) }
    }

    /// Bytes in the input buffer, never more than its capacity.
    pub(crate) fn recv_len(self) -> usize {
        get!(self, recv.len).min(get!(self, recv.size))
    }

    pub(crate) fn set_recv_len(self, len: usize) {
        self.recv().set_len(len);
    }

    /// Bytes in the output buffer, never more than its capacity.
    pub(crate) fn send_len(self) -> usize {
        get!(self, send.len).min(get!(self, send.size))
    }

    /// Takes output back that was appended behind the first `len` bytes.
    pub(crate) fn truncate_send(self, len: usize) {
        self.send().set_len(len.min(self.send_len()));
    }

    /// Memory held by the input buffers and by the output buffer, in bytes.
    pub(crate) fn buffer_sizes(self) -> [usize; 2] {
        [get!(self, recv.size).saturating_add(get!(self, rtls.size)), get!(self, send.size)]
    }

    /// True if the input buffer must grow before more can be read.
    pub(crate) fn is_recv_full(self) -> bool {
        get!(self, recv.len) >= get!(self, recv.size)
    }

    /// Bytes of undecrypted TLS input.
    pub(crate) fn rtls_len(self) -> usize {
        get!(self, rtls.len)
    }

    pub(crate) fn tls(self) -> *mut c_void {
        get!(self, tls)
    }

    #[cfg(feature = "tls")]
    pub(crate) fn set_tls(self, session: *mut c_void) {
        set!(self, tls, session);
    }

    /// The program's handler.
    pub(crate) fn handler(self) -> mg_event_handler_t {
        get!(self, r#fn)
    }

    pub(crate) fn set_handler(self, handler: mg_event_handler_t, data: *mut c_void) {
        set!(self, r#fn, handler);
        set!(self, fn_data, data);
    }

    /// Replaces the program's handler and keeps its data.
    pub(crate) fn replace_handler(self, handler: mg_event_handler_t) {
        set!(self, r#fn, handler);
    }

    pub(crate) fn handler_data(self) -> *mut c_void {
        get!(self, fn_data)
    }

    /// The protocol handler.
    pub(crate) fn protocol(self) -> mg_event_handler_t {
        get!(self, pfn)
    }

    pub(crate) fn set_protocol(self, handler: mg_event_handler_t) {
        set!(self, pfn, handler);
    }

    pub(crate) fn protocol_data(self) -> *mut c_void {
        get!(self, pfn_data)
    }

    pub(crate) fn set_protocol_data(self, data: *mut c_void) {
        set!(self, pfn_data, data);
    }

    /// True if both handlers point to `handler`.
    pub(crate) fn has_protocol(
        self,
        handler: unsafe extern "C" fn(*mut mg_connection, c_int, *mut c_void),
    ) -> bool {
        self.protocol().is_some_and(|f| f as usize == handler as usize)
    }

    /// True once `MG_EV_CLOSE` was delivered.
    #[inline]
    pub(crate) fn is_dead(self) -> bool {
        self.private().dead
    }

    /// True if nothing is to be done for this connection but to deliver POLL. With many connections
    /// nearly all are so, and this look is what they cost.
    #[inline]
    pub(crate) fn is_at_rest(self) -> bool {
        let private = self.private();
        // A program's own TLS functions want a call of mg_tls_flush in each iteration.
        let resting = if private.own_tls { RESTING | flags::TLS } else { RESTING };
        private.at_rest
            && self.flags() & !resting == 0
            && self.send_len() == 0
            && private.watched_fd == self.fd()
    }

    /// Its input was refused, and the peer may go on sending: closing must not cost the peer our last
    /// output. Does nothing for a connection that a program made by itself.
    pub(crate) fn note_refusal(self) {
        if self.state().is_some() {
            self.private().refused = true;
        }
    }

    /// Puts this connection at the head of its manager's list.
    pub(crate) fn link(self) {
        let mgr = self.mgr();
        // SAFETY: the manager of a connection is live.
        self.set_next(unsafe { (*mgr).conns });
        // SAFETY: as above.
        unsafe { (*mgr).conns = self.ptr() };
        self.private().newer = null_mut();
        self.fix_next();
    }

    /// The next older connection of the list that this one is in.
    fn older(self) -> Option<Conn> {
        // SAFETY: list members are live connections of this manager.
        unsafe { Conn::from_ptr(self.next()) }
    }

    /// Tells the next older connection that this one is its newer neighbour.
    fn fix_next(self) {
        if let Some(older) = self.older() {
            older.private().newer = self.ptr();
        }
    }

    /// Takes this connection out of its manager's list. `next` keeps its value, so that a walk
    /// that stands on this connection can go on.
    pub(crate) fn unlink(self) {
        let (mgr, newer) = (self.mgr(), self.private().newer);
        // SAFETY: the manager of a connection is live, and so is its list. `newer` is NULL or a
        // connection that is linked: one that leaves the list is forgotten by its neighbour below.
        let (head, neighbour) = unsafe { (Conn::from_ptr((*mgr).conns), Conn::from_ptr(newer)) };
        if head == Some(self) {
            // SAFETY: as above.
            unsafe { (*mgr).conns = self.next() };
        } else {
            let is_linked = |conn: &Conn| conn.next() == self.ptr();
            // The slow way is for connections whose neighbour was linked by the program.
            let find = || core::iter::successors(head, |conn| conn.older()).find(is_linked);
            match neighbour.filter(is_linked).or_else(find) {
                Some(conn) => conn.set_next(self.next()),
                None => return,
            }
        }
        if let Some(older) = self.older() {
            older.private().newer = newer;
        }
    }
}
