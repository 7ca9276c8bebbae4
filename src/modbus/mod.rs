//! Modbus/TCP servers: requests in `c->recv` are shown to the program as `MG_EV_MODBUS_REQ`, and what
//! it makes of them is sent.

use core::ffi::{c_int, c_void};
use core::ptr::NonNull;

use crate::abi::mem;
use crate::abi::protocol_types::{mg_modbus_req, mg_modbus_values};
use crate::abi::types::{flags, mg_connection};
use crate::event::conn::Conn;
use crate::event::emit::{call, contain, ev, fail};
use crate::event::state::Scope;
use crate::http::reply::append;
use crate::proto::modbus::{self, Answer, DEVICE_FAILURE, Request, Values};

/// Requests are left waiting while more output than this is queued.
const OUTPUT_HIGH_WATER: usize = 256 << 10;

/// Protocol handler of Modbus servers.
pub(crate) unsafe extern "C" fn modbus_handler(
    c: *mut mg_connection,
    event: c_int,
    _ev_data: *mut c_void,
) {
    contain(c, |conn| {
        // WRITE: requests may have waited for the output to shrink.
        if event == ev::READ || event == ev::WRITE && !conn.is(flags::CLOSING) {
            let _scope = conn.state().map(Scope::enter);
            serve_all(conn);
        }
    });
}

/// True if the loop should leave input of `conn` in the kernel for now: the peer asks, but does not
/// read the answers.
pub(crate) fn pauses_reading(conn: Conn) -> bool {
    conn.send_len() > OUTPUT_HIGH_WATER && conn.has_protocol(modbus_handler)
}

/// Serves the complete requests in `recv`.
fn serve_all(conn: Conn) {
    // A connection that a handler closes is no longer its manager's: asked before.
    let is_managed = conn.state().is_some();
    while conn.send_len() <= OUTPUT_HIGH_WATER {
        // SAFETY: the slice ends before program code runs.
        let input = unsafe { conn.recv().bytes() };
        let len = match modbus::frame_len(input) {
            Ok(Some(len)) => len,
            Ok(None) => return,
            Err(_) => return fail(conn, format_args!("invalid pdu")),
        };
        // The handler may change the buffer.
        let Some(frame) = input.get(..len).map(<[u8]>::to_vec) else { return };
        let answer = serve(conn, &frame);
        if is_managed && conn.is_dead() || !append(conn, answer.as_bytes()) {
            return;
        }
        conn.recv().delete(0, len);
        if conn.is(flags::CLOSING) {
            return;
        }
    }
}

/// Has the program serve one request.
fn serve(conn: Conn, frame: &[u8]) -> Answer {
    let exception = |code| Answer::exception(frame, modbus::function(frame), code);
    let request = match modbus::parse(frame) {
        Ok(request) => request,
        Err(code) => return exception(code),
    };
    let Some(mut array) = Array::new(&request) else { return exception(DEVICE_FAILURE) };
    let mut shown = mg_modbus_req {
        func: request.func,
        error: 0,
        addr: request.addr,
        u: array.values(),
        len: request.len,
    };
    call(conn, ev::MODBUS_REQ, (&raw mut shown).cast());
    let (func, len) = (shown.func, usize::from(shown.len));
    if shown.error != 0 {
        return Answer::exception(frame, func, shown.error);
    }
    // SAFETY: all members are pointers, the one the handler left there is only compared.
    let has_array = unsafe { !shown.u.bits.is_null() };
    let answer = has_array.then(|| Answer::new(frame, func, shown.addr, array.first(func, len)));
    answer.flatten().unwrap_or_else(|| Answer::exception(frame, func, DEVICE_FAILURE))
}

/// The values that the program sees, in memory of the library. INVARIANT: `start` has `size` bytes,
/// which came from `mg_calloc`.
struct Array {
    start: NonNull<u8>,
    size: usize,
}

impl Array {
    /// The values of `request`: zero for reads. `None` if memory is out.
    fn new(request: &Request) -> Option<Array> {
        let len = usize::from(request.len);
        let is_bits = modbus::has_bits(request.func);
        let size = if is_bits { len } else { 2 * len };
        let start = NonNull::new(mem::calloc(size))?;
        let mut array = Array { start, size };
        if is_bits {
            let bits = array.bits().iter_mut().enumerate();
            bits.for_each(|(i, bit)| *bit = u8::from(request.bit(i)));
        } else {
            let registers = array.registers().iter_mut().enumerate();
            registers.for_each(|(i, register)| *register = request.register(i));
        }
        Some(array)
    }

    /// What the program gets.
    fn values(&self) -> mg_modbus_values {
        mg_modbus_values { bits: self.start.as_ptr().cast() }
    }

    /// The memory as bits, one in a byte, non-zero = on.
    fn bits(&mut self) -> &mut [u8] {
        // SAFETY: the type's invariant; `mg_calloc` has initialised the bytes.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.size) }
    }

    /// The memory as registers.
    fn registers(&mut self) -> &mut [u16] {
        // SAFETY: as above, and `mg_calloc` aligns.
        unsafe { core::slice::from_raw_parts_mut(self.start.cast().as_ptr(), self.size / 2) }
    }

    /// The first `len` values, as many as there are, of the type that `func` has.
    fn first(&mut self, func: u8, len: usize) -> Values<'_> {
        if modbus::has_bits(func) {
            let bits = self.bits();
            Values::Bits(bits.get(..len).unwrap_or(bits))
        } else {
            let registers = self.registers();
            Values::Registers(registers.get(..len).unwrap_or(registers))
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        // SAFETY: the type's invariant.
        unsafe { mem::mg_free(self.start.as_ptr().cast()) };
    }
}
