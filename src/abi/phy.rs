//! Ethernet PHYs, reached through the program's register functions, and what the log says of Wi-Fi.

use super::panics::exported;

use super::protocol_types::mg_phy;

/// `MG_PHY_LEDS_ACTIVE_HIGH`
const LEDS_ACTIVE_HIGH: u8 = 1;
/// `MG_PHY_CLOCKS_MAC`
const CLOCKS_MAC: u8 = 2;

/// `MG_PHY_SPEED_*`
const SPEED_10M: u8 = 0;
const SPEED_100M: u8 = 1;
const SPEED_1000M: u8 = 2;

/// Registers that every PHY has (IEEE 802.3 clause 22).
const CONTROL: u8 = 0;
const STATUS: u8 = 1;
const ID1: u8 = 2;
const ID2: u8 = 3;

/// Bit of the control register that stays set while the PHY resets.
const RESET: u16 = 1 << 15;

/// Reads of the control register until a reset counts as over.
const MAX_RESET_READS: u32 = 1_000_000;

/// A PHY at its address. INVARIANT: rule 7 of the C edge holds for both functions.
struct Phy {
    read: unsafe extern "C" fn(addr: u8, reg: u8) -> u16,
    write: unsafe extern "C" fn(addr: u8, reg: u8, value: u16),
    addr: u8,
}

impl Phy {
    /// `None` for NULL or missing functions.
    ///
    /// # Safety
    /// Rules 1 and 7 of the C edge.
    unsafe fn new(phy: *const mg_phy, addr: u8) -> Option<Phy> {
        // SAFETY: rule 1.
        let phy = unsafe { phy.as_ref() }?;
        Some(Phy { read: phy.read_reg?, write: phy.write_reg?, addr })
    }

    fn read(&self, reg: u8) -> u16 {
        // SAFETY: the type's invariant.
        unsafe { (self.read)(self.addr, reg) }
    }

    fn write(&self, reg: u8, value: u16) {
        // SAFETY: the type's invariant.
        unsafe { (self.write)(self.addr, reg, value) };
    }

    fn init(&self, config: u8) {
        self.write(CONTROL, RESET);
        let is_over = (0..MAX_RESET_READS).any(|_| self.read(CONTROL) & RESET == 0);
        if !is_over {
            crate::error!("PHY {} does not come out of reset", self.addr);
        }
        let (id1, id2) = (self.read(ID1), self.read(ID2));
        crate::info!("PHY {} is {id1:04x} {id2:04x}", self.addr);
        if (id1, id2) == (0x2000, 0xa231) {
            for (reg, value) in [(0x0d, 0x1f), (0x0e, 0x170), (0x0d, 0x401f), (0x0e, 0x10d)] {
                self.write(reg, value);
            }
        }
        if config & CLOCKS_MAC == 0 {
            match (id1, id2) {
                (0x2000, 0xa231 | 0x5ca2) => {}
                (0x2000, _) => self.write(23, 0x0081),
                (0x0022, _) => {
                    let control = self.read(CONTROL);
                    self.write(CONTROL, control & !(1 << 10));
                    self.write(31, 0x8180);
                }
                _ => {}
            }
        }
        if config & LEDS_ACTIVE_HIGH != 0 && id1 == 0x2000 {
            self.write(24, 0x0280);
        }
    }

    fn is_up(&self) -> bool {
        const NEGOTIATED: u16 = 1 << 5;
        const LINK: u16 = 1 << 2;
        let mut status = self.read(STATUS);
        if status & NEGOTIATED != 0 && status & LINK == 0 {
            status = self.read(STATUS);
        }
        status & LINK != 0
    }

    /// Full duplex, and the speed; `None` for a PHY that is not known.
    fn mode(&self) -> Option<(bool, u8)> {
        let bit = |word: u16, bit: u16| word >> bit & 1 != 0;
        let fast = |is_fast: bool| if is_fast { SPEED_100M } else { SPEED_10M };
        let gigabit = |word: u16, giga: u16, hundred: u16| {
            if bit(word, giga) { SPEED_1000M } else { fast(bit(word, hundred)) }
        };
        let id1 = self.read(ID1);
        let id2 = if matches!(id1, 0x2000 | 0x001c) { self.read(ID2) } else { 0 };
        Some(match (id1, id2) {
            (0x2000, 0xa231) => {
                let word = self.read(17);
                (bit(word, 13), gigabit(word, 15, 14))
            }
            (0x2000, _) => {
                let word = self.read(16);
                (bit(word, 2), fast(!bit(word, 1)))
            }
            (0x0022, _) => {
                let word = self.read(30);
                (bit(word, 2), fast(word & 3 != 1))
            }
            (0x0007, _) => {
                let word = self.read(31);
                (bit(word, 4), fast(bit(word, 3)))
            }
            (0x001c, 0xc916) => {
                self.write(31, 0xa43);
                let word = self.read(26);
                self.write(31, 0);
                (bit(word, 3), gigabit(word, 5, 4))
            }
            (0x001c, _) => {
                let word = self.read(CONTROL);
                (bit(word, 8), fast(bit(word, 13)))
            }
            (0x0015, _) => {
                let word = self.read(17);
                (bit(word, 14), fast(bit(word, 15)))
            }
            _ => return None,
        })
    }
}

/// Resets the PHY at `addr` and sets it up; `config` holds MG_PHY_* bits. It waits for the end of the
/// reset, up to a million reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_phy_init(phy: *mut mg_phy, addr: u8, config: u8) {
    exported("mg_phy_init", (), || {
        // SAFETY: rules 1 and 7.
        let phy = unsafe { Phy::new(phy, addr) };
        phy.iter().for_each(|phy| phy.init(config));
    })
}

/// Tells whether the PHY at `addr` has a link. If it has, and both pointers are given, duplex and
/// speed (MG_PHY_SPEED_*) are stored, unless the PHY is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mg_phy_up(
    phy: *mut mg_phy,
    addr: u8,
    full_duplex: *mut bool,
    speed: *mut u8,
) -> bool {
    exported("mg_phy_up", false, || {
        // SAFETY: rules 1 and 7.
        let Some(phy) = (unsafe { Phy::new(phy, addr) }) else { return false };
        let is_up = phy.is_up();
        if is_up
            && !full_duplex.is_null()
            && !speed.is_null()
            && let Some((is_full, rate)) = phy.mode()
        {
            // SAFETY: rule 5.
            unsafe {
                *full_duplex = is_full;
                *speed = rate;
            }
        }
        is_up
    })
}

/// Says in the log why the Wi-Fi functions fail.
#[unsafe(no_mangle)]
extern "C" fn meerkat_log_no_wifi() {
    exported("meerkat_log_no_wifi", (), || {
        crate::error!("No Wi-Fi driver enabled");
    })
}
