//! The Modbus device of the recorded scenarios, and what the program sees of a request.

use std::ffi::c_void;

use mongoose::abi::protocol_types::mg_modbus_req;

use crate::conn::Conn;
use crate::program::{Program, ev};

/// Registers and bits that the device has, each.
const SIZE: usize = 100;

const ILLEGAL_ADDRESS: u8 = 2;
const DEVICE_FAILURE: u8 = 4;

/// The device.
pub struct Device {
    registers: Vec<u16>,
    bits: Vec<bool>,
}

impl Default for Device {
    fn default() -> Device {
        let registers = (1000..).take(SIZE).collect();
        Device { registers, bits: (0..SIZE).map(|i| i % 3 == 0).collect() }
    }
}

/// What the user handler sees of a request; values only of writes.
#[derive(Debug)]
pub struct Seen {
    pub func: u8,
    pub addr: u16,
    pub len: u16,
    pub values: Option<Vec<u16>>,
}

fn has_bits(func: u8) -> bool {
    matches!(func, 1 | 2 | 5 | 15)
}

fn is_write(func: u8) -> bool {
    matches!(func, 5 | 6 | 15 | 16)
}

/// Looks at the data of `MODBUS_REQ`.
pub fn seen(data: *mut c_void) -> Seen {
    // SAFETY: rule 1: the event's data is a live request, whose array has `len` values.
    unsafe {
        let request = &*data.cast::<mg_modbus_req>();
        let (func, len) = (request.func, usize::from(request.len));
        let values = is_write(func).then(|| {
            let value = |i| {
                if has_bits(func) {
                    u16::from(*request.u.bits.add(i))
                } else {
                    *request.u.regs.add(i)
                }
            };
            (0..len).map(value).collect()
        });
        Seen { func, addr: request.addr, len: request.len, values }
    }
}

/// The handler `modbus`.
pub fn serve(p: &Program, _: Conn, event: i32, data: *mut c_void) {
    if event != ev::MODBUS_REQ {
        return;
    }
    // SAFETY: rule 1, as in `seen`.
    let request = unsafe { &mut *data.cast::<mg_modbus_req>() };
    let (start, len) = (usize::from(request.addr), usize::from(request.len));
    if p.opt("devfail").is_some() {
        request.error = DEVICE_FAILURE;
    } else if start + len > SIZE {
        request.error = ILLEGAL_ADDRESS;
    } else {
        let mut device = p.device.borrow_mut();
        for i in 0..len {
            // SAFETY: as in `seen`.
            unsafe {
                match (has_bits(request.func), is_write(request.func)) {
                    (true, true) => device.bits[start + i] = *request.u.bits.add(i),
                    (true, false) => *request.u.bits.add(i) = device.bits[start + i],
                    (false, true) => device.registers[start + i] = *request.u.regs.add(i),
                    (false, false) => *request.u.regs.add(i) = device.registers[start + i],
                }
            }
        }
    }
}
