//! The HTTP protocol handler (`c->pfn`): finds messages in `c->recv` and reports them.
//!
//! A *run* works through `recv` from the start while no response is in progress (`is_resp`).
//! Messages finished in a run are removed together at its end. What is known of an unfinished
//! message (how far the search for the end of the head got, the parsed head as offsets, the chunk
//! scan) is kept in [`Pending`], so that no byte is scanned again however slowly the rest comes.

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;

use super::policy::{self, Check, Handler, Verdict};
use super::refuse::{self, Refusal};
use super::reply;
use super::{access_log, parts};
use crate::abi::http_parse::fill;
use crate::abi::mem;
use crate::abi::types::{flags, mg_connection, mg_http_message};
use crate::event::conn::Conn;
use crate::event::emit::{call, contain, ev, fail};
use crate::event::slow;
use crate::event::state::{Scope, State};
use crate::guard::options::Name;
use crate::proto::http::chunked::{ChunkScanner, Chunks, decode_in_place};
use crate::proto::http::head::{BodyLen, Head, HeadEnd, HeadScanner, TransferEncoding};
use crate::ws::{self, engine::ws_handler};

/// While a response is in progress at most this much further input is buffered.
const MAX_INPUT_BEHIND_RESPONSE: usize = 64 << 10;

/// Requests are left waiting while more output than this is queued.
const OUTPUT_HIGH_WATER: usize = 256 << 10;

/// Most bytes a run moves to bring unfinished messages to the front of the buffer.
const MAX_BYTES_MOVED: usize = 4 << 20;

/// What is known of a message that is still arriving. It starts at the front of `recv`.
pub(crate) struct Pending {
    scanner: HeadScanner,
    /// The head, as offsets; meaningful if `has_head`.
    head: Head,
    has_head: bool,
    chunks: ChunkScanner,
    /// `recv.len` when `MG_EV_HTTP_HDRS` was last delivered for this message; 0 = not yet.
    reported_at: usize,
    /// `recv.len` at the end of the run.
    seen: usize,
    /// Handler of the message, if it has one of its own.
    route: Option<Handler>,
    spared: Spared,
}

/// What the program has let a message do that the guard would have refused. It is asked once.
#[derive(Clone, Copy, Default)]
struct Spared {
    /// A head of that size.
    head: bool,
    /// A body of that size.
    body: bool,
}

impl Pending {
    fn new() -> Pending {
        Pending {
            scanner: HeadScanner::new(),
            head: Head::default(),
            has_head: false,
            chunks: ChunkScanner::new(),
            reported_at: 0,
            seen: 0,
            route: None,
            spared: Spared::default(),
        }
    }

    /// Forgets the message, for the one behind it.
    fn reset(&mut self) {
        self.scanner = HeadScanner::new();
        self.has_head = false;
        self.chunks = ChunkScanner::new();
        self.reported_at = 0;
        self.route = None;
        self.spared = Spared::default();
    }
}

/// Why a run looks at the input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Bytes may have arrived.
    Input,
    /// The connection is being closed.
    Close,
}

/// The protocol handler of HTTP connections. Programs may call it by hand, as
/// `c->pfn(c, MG_EV_READ, NULL)`; `ev_data` is not looked at.
pub(crate) unsafe extern "C" fn http_handler(
    c: *mut mg_connection,
    event: c_int,
    _ev_data: *mut c_void,
) {
    // SAFETY: rule 1 of the C edge: handlers are called with live connections.
    let conn = unsafe { Conn::from_ptr(c) };
    if event == ev::POLL && conn.is_none_or(is_idle) {
        return; // By far the most calls.
    }
    handle(c, event);
}

#[inline(never)]
fn handle(c: *mut mg_connection, event: c_int) {
    contain(c, |conn| match event {
        ev::READ => run(conn, Cause::Input),
        ev::CLOSE => run(conn, Cause::Close),
        // WRITE: requests may have waited for the output to shrink.
        ev::POLL | ev::WRITE if conn.is(flags::ACCEPTED) => poll(conn),
        _ => {}
    });
}

/// True if [`poll`] would find nothing to do.
#[inline]
fn is_idle(conn: Conn) -> bool {
    conn.recv_len() == 0 && !(conn.state().is_some() && conn.private().close_after_response)
}

/// Goes on with buffered input if something changed since the last run.
fn poll(conn: Conn) {
    let len = conn.recv_len();
    if conn.is(flags::DRAINING | flags::RESP) {
        return;
    }
    let Some(state) = conn.state() else {
        if len > 0 {
            run(conn, Cause::Input);
        }
        return;
    };
    let private = conn.private();
    if private.close_after_response {
        finish_after_response(conn);
    } else if len > 0 && u32::try_from(len).unwrap_or(u32::MAX) != private.http_waits_at {
        let _scope = Scope::enter(state);
        run(conn, Cause::Input);
    }
}

/// The response that was in progress when the request said `Connection: close` is complete.
fn finish_after_response(conn: Conn) {
    conn.private().close_after_response = false;
    conn.private().http_finished = true;
    conn.set_recv_len(0);
    conn.set(flags::DRAINING);
}

/// True if the loop should leave input of `conn` in the kernel for now: enough requests are
/// buffered behind a response that is in progress or that the peer does not take.
pub(crate) fn pauses_reading(state: State, conn: Conn) -> bool {
    let len = conn.recv_len();
    let is_enough = || {
        let pipelined = u64::from(conn.private().pipelined);
        len >= MAX_INPUT_BEHIND_RESPONSE
            || pipelined > 0 && pipelined >= state.limit(Name::MaxPipeline) as u64
    };
    len > 0
        && conn.is(flags::ACCEPTED)
        && is_enough()
        && (conn.is(flags::RESP) || conn.send_len() > OUTPUT_HIGH_WATER)
        && (conn.has_protocol(http_handler) || super::stream::is_streaming(conn))
}

/// How far the message at the front of `recv` has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing of it is here.
    Nothing,
    /// A part of its head.
    Head,
    /// Its head, and not all of its body.
    Body,
}

/// How far the request has come that `conn` is receiving.
pub(crate) fn progress(conn: Conn) -> Progress {
    // SAFETY: `keep` put it there, and nobody uses it meanwhile.
    match unsafe { conn.private().pending.as_ref() } {
        Some(pending) if pending.has_head => Progress::Body,
        _ if conn.recv_len() > 0 => Progress::Head,
        _ => Progress::Nothing,
    }
}

/// Releases what is known of an unfinished message.
pub(crate) fn drop_pending(conn: Conn) {
    let private = conn.private();
    private.http_waits_at = 0;
    if let Some(pending) =
        core::ptr::NonNull::new(core::mem::replace(&mut private.pending, null_mut()))
    {
        // SAFETY: `keep` made it with `try_box`, and the pointer was just cleared.
        let _: Pending = unsafe { mem::unbox(pending) };
    }
}

/// Takes what is known of the message at the front of `recv`, if that can be relied upon: the
/// bytes seen before must still be there, with the ones just read behind them.
fn take_pending(conn: Conn, cause: Cause) -> Pending {
    let private = conn.private();
    let Some(pending) =
        core::ptr::NonNull::new(core::mem::replace(&mut private.pending, null_mut()))
    else {
        return Pending::new();
    };
    // SAFETY: `keep` made it with `try_box`, and the pointer was just cleared.
    let pending = unsafe { mem::unbox(pending) };
    let base = if private.reading { private.read_base as usize } else { conn.recv_len() };
    let untouched = pending.seen == base && (private.reading || cause == Cause::Close);
    if untouched {
        pending
    } else {
        let Pending { reported_at, route, spared, .. } = pending;
        Pending { reported_at, route, spared, ..Pending::new() }
    }
}

/// Keeps what is known of the message at the front of `recv` until more arrives. Without memory
/// the next run starts afresh.
fn keep(conn: Conn, mut pending: Pending) {
    drop_pending(conn); // A handler may have run this protocol by hand meanwhile.
    let private = conn.private();
    pending.seen = conn.recv_len();
    private.http_waits_at = u32::try_from(pending.seen).unwrap_or(u32::MAX);
    private.pending = mem::try_box(pending).map_or(null_mut(), |p| p.as_ptr());
}

/// What became of one message.
enum Step {
    /// The message is complete and was reported; it is this long.
    Done(usize),
    /// More input is needed.
    Wait,
    /// The run ends and the rest of the input stays untouched.
    Stop,
    /// The run ends and the input is dropped.
    Discard,
}

/// Works through `recv`.
fn run(conn: Conn, cause: Cause) {
    #[cfg(feature = "failpoints")]
    if conn.recv_len() > 0 {
        crate::failpoint::hit("http");
    }
    let state = conn.state();
    let _scope = state.map(Scope::enter);
    if state.is_some() {
        let private = conn.private();
        if private.close_after_response && !conn.is(flags::RESP) {
            finish_after_response(conn);
        }
        if private.http_finished {
            conn.set_recv_len(0);
            return;
        }
    }
    if state.is_some() && conn.is(flags::RESP) {
        return count_pipelined(conn);
    }
    let mut pending = match state {
        Some(_) => take_pending(conn, cause),
        None => Pending::new(),
    };
    let spared = Spared::default();
    let mut run = Run { conn, state, cause, consumed: 0, moved: 0, route: None, spared };
    let waiting = run.all_messages(&mut pending);
    run.end();
    if state.is_some() && !run.is_dead() {
        conn.private().pipelined = 0;
        if conn.is(flags::RESP) && conn.recv_len() > 0 {
            count_blank_lines(conn, 0);
        }
    }
    if !run.is_dead() && conn.has_protocol(ws_handler) && conn.recv_len() > 0 {
        ws::engine::read(conn); // Frames that came with the request.
    }
    if waiting && state.is_some() && cause == Cause::Input && !conn.is_dead() {
        keep(conn, pending);
    }
}

/// More input has come behind a request in progress: counts the requests in it.
fn count_pipelined(conn: Conn) {
    if conn.private().reading {
        // A blank line may be cut by the end of what came before.
        count_blank_lines(conn, (conn.private().read_base as usize).saturating_sub(3));
    }
}

/// Counts the blank lines of the input from offset `from` on.
fn count_blank_lines(conn: Conn, from: usize) {
    // SAFETY: nothing happens to the buffer while the slice is used.
    let input = unsafe { conn.recv().bytes() };
    let fresh = input.get(from..).unwrap_or_default();
    let found = memchr::memmem::find_iter(fresh, b"\n\r\n").count();
    let pipelined = &mut conn.private().pipelined;
    *pipelined = pipelined.saturating_add(u16::try_from(found).unwrap_or(u16::MAX));
}

/// True if bytes behind the head may belong to the message.
fn may_have_body(head: &Head) -> bool {
    head.body != BodyLen::Known(0) || head.transfer_encoding != TransferEncoding::None
}

/// One run over the input of a connection.
struct Run {
    conn: Conn,
    state: Option<State>,
    cause: Cause,
    /// Bytes at the front of `recv` that belong to finished messages.
    consumed: usize,
    /// Bytes moved by [`Run::bring_to_front`] so far.
    moved: usize,
    /// Handler of the request at hand, if it has one of its own.
    route: Option<Handler>,
    /// What the request at hand has been spared.
    spared: Spared,
}

impl Run {
    /// Reports message after message. True if the last one, `pending`, waits for more input.
    fn all_messages(&mut self, pending: &mut Pending) -> bool {
        let conn = self.conn;
        loop {
            if conn.is(flags::RESP) || self.consumed >= conn.recv_len() {
                return false;
            }
            let slow_reader = conn.is(flags::ACCEPTED) && conn.send_len() > OUTPUT_HIGH_WATER;
            if slow_reader && self.cause == Cause::Input {
                return false; // WRITE goes on once the peer has taken some.
            }
            match self.message(pending) {
                Step::Done(len) => {
                    self.consumed = self.consumed.saturating_add(len);
                    if conn.has_protocol(ws_handler) {
                        return false;
                    }
                    pending.reset();
                }
                Step::Wait => return true,
                Step::Stop => return false,
                Step::Discard => {
                    if !self.is_dead() {
                        self.consumed = conn.recv_len();
                    }
                    return false;
                }
            }
        }
    }

    /// Removes finished messages.
    fn end(&mut self) {
        if !self.is_dead() {
            self.remove_consumed();
            if self.state.is_some() {
                self.conn.private().http_waits_at = 0;
            }
        }
    }

    fn remove_consumed(&mut self) {
        if self.consumed > 0 {
            self.conn.recv().delete(0, self.consumed);
            self.consumed = 0;
        }
    }

    fn is_dead(&self) -> bool {
        self.cause == Cause::Input && self.state.is_some() && self.conn.is_dead()
    }

    /// The unread input.
    fn input<'a>(&self) -> &'a mut [u8] {
        // SAFETY: the slice is not used across calls into program code.
        let all = unsafe { self.conn.recv().bytes_mut() };
        all.get_mut(self.consumed..).unwrap_or(&mut [])
    }

    /// Parses the head of the message at hand, if it is all there.
    fn find_head(&mut self, pending: &mut Pending) -> Result<(), Step> {
        if pending.has_head {
            return Ok(());
        }
        let input = self.input();
        let (end, parsed) = pending.scanner.read(&mut pending.head, input);
        let head_len = match end {
            HeadEnd::Complete(len) => Some(len),
            _ => None,
        };
        let server = self.state.filter(|_| self.conn.is(flags::ACCEPTED));
        let sized = server.filter(|_| !pending.spared.head);
        if let Some(refusal) = sized.and_then(|state| policy::check_size(state, input, head_len)) {
            if let Some(step) = self.refuse(refusal, null_mut(), false) {
                return Err(step);
            }
            pending.spared.head = true;
        }
        if head_len.is_none() {
            return Err(if end == HeadEnd::Partial { Step::Wait } else { self.malformed() });
        }
        let checked = match server {
            // Program code may have run since `input` was taken.
            Some(state) => policy::check_head(state, &pending.head, self.input(), parsed),
            None => parsed.map_err(|_| None),
        };
        pending.has_head = checked.is_ok();
        match checked {
            Ok(()) => Ok(()),
            Err(None) => Err(self.malformed()),
            Err(Some(refusal)) => match self.refuse(refusal, null_mut(), false) {
                Some(step) => Err(step),
                None => {
                    pending.has_head = true;
                    Ok(())
                }
            },
        }
    }

    /// Answers with an error, unless the program spares the request. A request without body leaves
    /// the connection open where that is meant.
    fn refuse(
        &mut self,
        refusal: Refusal,
        request: *mut mg_http_message,
        has_body: bool,
    ) -> Option<Step> {
        let (conn, state) = (self.conn, self.state?);
        let may = refuse::may_refuse(state, conn, &refusal, request);
        if self.is_dead() {
            return Some(Step::Stop);
        }
        if !may {
            return None;
        }
        if refusal.keeps_open && !has_body && !request.is_null() {
            refuse::answer(state, conn, &refusal, false);
            state.with_guard(|guarded| guarded.stats.requests += 1);
            conn.private().watch.is_restarted = true;
            // SAFETY: `request` is the caller's message.
            return Some(Step::Done(unsafe { (*request).head.len }));
        }
        conn.note_refusal();
        refuse::answer(state, conn, &refusal, true);
        conn.set(flags::DRAINING);
        self.give_up();
        Some(Step::Discard)
    }

    /// Asks whether the request may pass. `Some` ends its treatment. Whom the program spares one
    /// refusal, the other checks await all the same.
    fn check(&mut self, hm: *mut mg_http_message, head: &Head) -> Option<Step> {
        let state = self.state.filter(|_| self.conn.is(flags::ACCEPTED))?;
        if !state.with_guard(|guarded| guarded.has_rules) {
            return None;
        }
        access_log::begin(state, self.conn, head, self.input());
        for check in Check::ALL {
            // SAFETY: `hm` was made of `head`.
            let verdict = unsafe { check.judge(state, self.conn, head, self.input(), hm) };
            if self.is_dead() {
                return Some(Step::Stop);
            }
            match verdict {
                Verdict::Pass => {}
                Verdict::Route(handler) => self.route = Some(handler),
                Verdict::Refuse(refusal) => {
                    if let Some(step) = self.refuse(refusal, hm, may_have_body(head)) {
                        return Some(step);
                    }
                    self.spared.body |= check == Check::BodyLength;
                }
                Verdict::Answered if may_have_body(head) => {
                    self.conn.note_refusal();
                    self.conn.set(flags::DRAINING);
                    self.give_up();
                    return Some(Step::Discard);
                }
                Verdict::Answered => return Some(Step::Done(head.head_len)),
            }
        }
        None
    }

    /// Delivers an HTTP event: to the handler that is registered for the request, else to the
    /// connection's own.
    fn deliver(&self, event: c_int, hm: *mut mg_http_message) {
        let conn = self.conn;
        let Some((Some(handler), data)) = self.route else { return call(conn, event, hm.cast()) };
        let (own_handler, own_data) = (conn.handler(), conn.handler_data());
        conn.set_handler(own_handler, data);
        if slow::is_of_interest() {
            slow::call(conn, handler, event, hm.cast());
        } else {
            // SAFETY: rule 7 of the C edge; the connection is live.
            unsafe { handler(conn.ptr(), event, hm.cast()) };
        }
        // The handler may have taken the connection over.
        let is_same = conn.handler().map(|f| f as usize) == own_handler.map(|f| f as usize);
        if !self.is_dead() && is_same && conn.handler_data() == data {
            conn.set_handler(own_handler, own_data);
        }
    }

    /// Malformed input: no event and no reply; what is queued still goes, then the end.
    fn malformed(&self) -> Step {
        let id = self.conn.id();
        crate::debug!("{id} malformed HTTP input");
        self.conn.note_refusal();
        if let Some(state) = self.state {
            policy::malformed(state, self.conn);
        }
        self.conn.set(flags::DRAINING);
        self.give_up();
        Step::Discard
    }

    /// No further input of this connection is looked at.
    fn give_up(&self) {
        if self.state.is_some() {
            self.conn.private().http_finished = true;
        }
    }

    /// Reports the message at hand as far as it is there.
    fn message(&mut self, pending: &mut Pending) -> Step {
        let conn = self.conn;
        if let Err(step) = self.find_head(pending) {
            return step;
        }
        let Pending { head, chunks, reported_at, route, spared, .. } = pending;
        self.bodiless_response(head);
        if may_have_body(head) {
            if self.consumed > 0 && self.moved > MAX_BYTES_MOVED && self.cause == Cause::Input {
                if let Some(state) = self.state {
                    state.visit_again(conn);
                }
                return Step::Stop;
            }
            self.bring_to_front();
        }
        let mut message = MaybeUninit::uninit();
        self.fill(&mut message, head);
        let hm = message.as_mut_ptr();
        (self.route, self.spared) = (*route, *spared);
        if *reported_at == 0 {
            if let Some(step) = self.check(hm, head) {
                return step;
            }
            (*route, *spared) = (self.route, self.spared);
        }
        if let Some(step) = self.report_headers(hm, reported_at) {
            return step;
        }
        let step = self.body(hm, head, chunks);
        spared.body = self.spared.body;
        step
    }

    /// On client connections interim and 304 responses have no body (RFC 9112 section 6.3).
    fn bodiless_response(&self, head: &mut Head) {
        if head.is_response && self.conn.is(flags::CLIENT) {
            let status = self.status(head);
            if (100..200).contains(&status) && status != 101 || status == 304 {
                head.body = BodyLen::Known(0);
                head.transfer_encoding = TransferEncoding::None;
            }
        }
    }

    fn status(&self, head: &Head) -> u32 {
        let digits = head.uri.of(self.input());
        core::str::from_utf8(digits).ok().and_then(|s| s.parse().ok()).unwrap_or(0)
    }

    /// Removes finished messages, so that a handler that takes the body finds it in front.
    fn bring_to_front(&mut self) {
        if self.consumed > 0 {
            self.moved += self.conn.recv_len() - self.consumed;
            self.remove_consumed();
        }
    }

    fn fill(&self, message: &mut MaybeUninit<mg_http_message>, head: &Head) {
        // SAFETY: `fill` writes the whole struct; its slices point into `recv`.
        unsafe { fill(message.as_mut_ptr(), self.input().as_ptr(), head) };
    }

    /// Delivers `MG_EV_HTTP_HDRS`, once and again when more of the body has arrived.
    fn report_headers(
        &mut self,
        hm: *mut mg_http_message,
        reported_at: &mut usize,
    ) -> Option<Step> {
        let conn = self.conn;
        let before = conn.recv_len();
        if *reported_at > 0 && (before <= *reported_at || self.cause == Cause::Close) {
            return None;
        }
        if *reported_at == 0 && self.state.is_some() {
            let heads = &mut conn.private().http_heads;
            *heads = heads.checked_add(1).unwrap_or(1);
        }
        *reported_at = before;
        self.deliver(ev::HTTP_HDRS, hm);
        if self.is_dead() {
            return Some(Step::Stop);
        }
        if conn.recv_len() != before {
            // The handler took the input over. Finished messages that are still in front of it go
            // with what it removed from the front.
            conn.set_protocol(None);
            return Some(Step::Stop);
        }
        None
    }

    /// Reports the message if its body is complete.
    fn body(&mut self, hm: *mut mg_http_message, head: &Head, chunks: &mut ChunkScanner) -> Step {
        match head.transfer_encoding {
            TransferEncoding::Chunked => return self.chunked_body(hm, head, chunks),
            TransferEncoding::Other => {
                fail(self.conn, format_args!("Invalid Transfer-Encoding"));
                self.give_up();
                return Step::Stop;
            }
            TransferEncoding::None => {}
        }
        let server = self.state.filter(|_| self.conn.is(flags::ACCEPTED));
        if let Some(refusal) = server.and_then(|state| policy::too_large(state, head))
            && let Some(step) = self.refuse_body(refusal, hm)
        {
            return step;
        }
        // SAFETY: `hm` is the caller's struct. The handler may have changed the length.
        let body_len = unsafe { (*hm).body.len };
        let available = self.input().len().saturating_sub(head.head_len);
        if body_len <= available && body_len != usize::MAX {
            return self.report(hm, head, head.head_len + body_len);
        }
        if self.cause == Cause::Close {
            return self.body_cut_by_close(hm, head, available);
        }
        if self.is_unexpected_response(head) {
            self.conn.note_refusal();
            reply::status_only(self.conn, 411);
            self.conn.set(flags::DRAINING);
            self.give_up();
            return Step::Discard;
        }
        Step::Wait
    }

    /// A server has no use for a response of unknown length.
    fn is_unexpected_response(&self, head: &Head) -> bool {
        let status = self.status(head);
        head.is_response
            && head.body == BodyLen::Unknown
            && !self.conn.is(flags::CLIENT)
            && status >= 200
            && status != 204
            && status != 304
    }

    /// At the end of the connection the body is what has arrived, unless the length was announced
    /// to us as a server: a cut request is no request.
    fn body_cut_by_close(&mut self, hm: *mut mg_http_message, head: &Head, len: usize) -> Step {
        if self.conn.is(flags::ACCEPTED) && matches!(head.body, BodyLen::Known(_)) {
            return Step::Stop;
        }
        // SAFETY: `hm` is the caller's struct.
        unsafe {
            (*hm).body.len = len;
            (*hm).message.len = head.head_len + len;
        }
        self.report(hm, head, head.head_len + len)
    }

    fn chunked_body(
        &mut self,
        hm: *mut mg_http_message,
        head: &Head,
        chunks: &mut ChunkScanner,
    ) -> Step {
        let Some(body) = self.input().get_mut(head.head_len..) else { return Step::Wait };
        match chunks.scan(body) {
            Chunks::Partial if self.cause == Cause::Close => Step::Stop,
            Chunks::Partial => {
                self.chunks_too_large(hm, chunks.content_len(body.len())).unwrap_or(Step::Wait)
            }
            Chunks::Invalid => {
                fail(self.conn, format_args!("Invalid chunk"));
                self.give_up();
                Step::Stop
            }
            Chunks::Complete { encoded_len, decoded_len } => {
                if let Some(step) = self.chunks_too_large(hm, decoded_len) {
                    return step;
                }
                let len = decode_in_place(body, encoded_len);
                // SAFETY: `hm` is the caller's struct.
                unsafe {
                    (*hm).body.len = len;
                    (*hm).message.len = head.head_len + len;
                }
                self.report(hm, head, head.head_len + encoded_len)
            }
        }
    }

    /// Refuses a request whose chunks hold more than `max_body_size`.
    fn chunks_too_large(&mut self, hm: *mut mg_http_message, len: usize) -> Option<Step> {
        let state = self.state.filter(|_| self.conn.is(flags::ACCEPTED))?;
        if len <= state.limit(Name::MaxBodySize) {
            return None;
        }
        self.refuse_body(Refusal::new(413, Name::MaxBodySize), hm)
    }

    /// Refuses a request for its body, unless the program has spared it.
    fn refuse_body(&mut self, refusal: Refusal, hm: *mut mg_http_message) -> Option<Step> {
        if self.spared.body {
            return None;
        }
        let step = self.refuse(refusal, hm, true);
        self.spared.body = step.is_none();
        step
    }

    /// Delivers `MG_EV_HTTP_MSG` for a message that takes `len` bytes of input.
    fn report(&mut self, hm: *mut mg_http_message, head: &Head, len: usize) -> Step {
        let conn = self.conn;
        let accepted = conn.is(flags::ACCEPTED);
        let mut is_last = false;
        if accepted {
            conn.set(flags::RESP);
        }
        if let Some(state) = self.state {
            let private = conn.private();
            private.response_ended = false;
            private.status_noted = false;
            private.watch.is_restarted = true;
            if accepted {
                state.with_guard(|guarded| guarded.stats.requests += 1);
                is_last = policy::is_last_request(state, conn);
                private.announces_close = is_last;
            }
        }
        let queued = conn.send_len();
        let limits = self.state.map(parts::Scope::enter);
        self.deliver(ev::HTTP_MSG, hm);
        drop(limits);
        if self.is_dead() {
            return Step::Stop;
        }
        if let Some(state) = self.state.filter(|_| accepted && !conn.private().status_noted) {
            policy::note_own_response(state, conn, queued);
        }
        if is_last && conn.is(flags::WEBSOCKET) {
            is_last = false;
            if self.state.is_some_and(|state| state.number(Name::Drain) != 0) {
                ws::engine::go_away(conn);
            }
        }
        let ends_here = conn.is(flags::DRAINING | flags::CLOSING) && self.cause == Cause::Input;
        if accepted && ends_here {
            // The responses to requests behind this one would be lost.
            self.give_up();
            return Step::Discard;
        }
        if accepted && (head.connection_close || is_last) {
            if !conn.is(flags::RESP) {
                conn.set(flags::DRAINING);
                self.give_up();
                return Step::Discard;
            }
            if self.state.is_some() {
                conn.private().close_after_response = true;
            }
        }
        Step::Done(len)
    }
}
