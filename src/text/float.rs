//! Text of `%f` and `%g`: add half a unit, then cut.
//!
//! The rounding rule is Mongoose's, not C's: half a unit of the last wanted place is added in
//! binary64 and the decimal digits of the sum are truncated. Powers of ten are reached by repeated
//! multiplication or division, so that decimal ties fall on the same side as in the original; the
//! compiler has multiplied and divided already ([`UP`], [`DOWN`], [`HALVES`]).

use core::fmt::Write;

use super::digits::Digits;

/// Longest text; anything longer is cut.
pub const MAX_LEN: usize = 39;

/// No finite double has more decimal places in front or behind; more precision shows nothing new.
const MAX_PRECISION: i32 = 400;

/// How many powers are in the tables; those beyond are reached from the last one.
const POWERS: usize = 48;

/// 1, 10, 100, …: each is the one before times ten.
static UP: [f64; POWERS] = {
    let mut powers = [1.0; POWERS];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10.0;
        i += 1;
    }
    powers
};

/// 1, 0.1, 0.01, …: each is a tenth of the one before.
static DOWN: [f64; POWERS] = tenths_of(1.0);

/// 5, 0.5, 0.05, … in the same way.
static HALVES: [f64; POWERS] = tenths_of(5.0);

/// Up to this exponent powers of ten are exact, and five times as much.
const EXACT: usize = 22;

const fn tenths_of(first: f64) -> [f64; POWERS] {
    let mut tenths = [first; POWERS];
    let mut i = 1;
    while i < tenths.len() {
        tenths[i] = tenths[i - 1] / 10.0;
        i += 1;
    }
    tenths
}

/// `%f` or `%g`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `%f`: precision counts decimals.
    Fixed,
    /// `%g`: precision counts significant digits.
    General,
}

/// A formatted number of at most [`MAX_LEN`] characters.
pub struct Text {
    /// INVARIANT: `len <= MAX_LEN`.
    len: usize,
    buf: [u8; MAX_LEN],
}

impl Text {
    const fn new() -> Text {
        Text { len: 0, buf: [0; MAX_LEN] }
    }

    /// The characters.
    pub fn as_bytes(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    fn is_full(&self) -> bool {
        self.len == MAX_LEN
    }

    fn push(&mut self, c: u8) {
        if let Some(place) = self.buf.get_mut(self.len) {
            *place = c;
            self.len += 1;
        }
    }

    fn push_all(&mut self, text: &[u8]) {
        text.iter().for_each(|&c| self.push(c));
    }
}

/// Text of `value` with `precision`; a negative precision acts like 0.
pub fn text(value: f64, form: Form, precision: i32) -> Text {
    let mut out = Text::new();
    if value.is_nan() {
        out.push_all(b"nan");
        return out;
    }
    if value == 0.0 {
        out.push(b'0');
        return out;
    }
    if value < 0.0 {
        out.push(b'-');
    }
    let x = value.abs();
    let precision = precision.clamp(0, MAX_PRECISION);
    if x.is_infinite() {
        out.push_all(b"inf");
    } else if form == Form::Fixed {
        fixed(&mut out, x, precision);
    } else {
        general(&mut out, x, precision);
    }
    out
}

/// Half a unit in the place `precision` behind the leading digit of `x`. Tenths are counted from
/// `DOWN[first]` on: 1 for `%g`; 0.1 for `%f`, which never counts larger ones.
fn half_unit(x: f64, first: usize, precision: i32) -> f64 {
    let places = precision as usize;
    if first == 0 && x > 1.0 {
        let e = tens(x);
        return match places.checked_sub(e) {
            _ if e > EXACT => divided(5.0 * up(e), places),
            Some(below) => half(below),
            None => 5.0 * up(e - places),
        };
    }
    // An exact power of ten counts as one less here.
    let e = tenths(x, first, |power| x <= power);
    let first_half = 5.0 * down(e);
    // The same start leads to the same end.
    if first_half == half(e) { half(e + places) } else { divided(first_half, places) }
}

/// `half`, divided by ten `times`.
fn divided(mut half: f64, times: usize) -> f64 {
    for _ in 0..times {
        half /= 10.0;
        if half == 0.0 {
            break;
        }
    }
    half
}

/// Decimal exponent of `r`, and that power of ten.
fn exponent(r: f64) -> (i32, f64) {
    if r < 1.0 {
        let e = tenths(r, 0, |power| r < power);
        return (-(e as i32), down(e));
    }
    let e = tens(r);
    // What is just below a power of ten may have been rounded to it.
    if r < up(e) { (e as i32 - 1, up(e) / 10.0) } else { (e as i32, up(e)) }
}

/// 10 to the `e`.
fn up(e: usize) -> f64 {
    entry(&UP, e, |power| power * 10.0)
}

/// A tenth to the `e`.
fn down(e: usize) -> f64 {
    entry(&DOWN, e, |power| power / 10.0)
}

/// Half of it: 5, 0.5, …
fn half(e: usize) -> f64 {
    entry(&HALVES, e, |half| half / 10.0)
}

/// Entry `e` of a table of which each entry is a step from the one before.
fn entry(table: &[f64; POWERS], e: usize, step: fn(f64) -> f64) -> f64 {
    if let Some(&power) = table.get(e) {
        return power;
    }
    let mut power = table[POWERS - 1];
    for _ in POWERS..=e {
        let next = step(power);
        if next == power {
            break; // 0 or infinity.
        }
        power = next;
    }
    power
}

/// Index of the first power in [`UP`] of which `x`, at least 1, is less than tenfold.
fn tens(x: f64) -> usize {
    let mut e = decimal_places(binary_exponent(x));
    while x / up(e) >= 10.0 {
        e += 1;
    }
    e
}

/// Index of the first power in [`DOWN`], from `first` on, that is not `beyond` `x`, or that is 0.
/// `x` is at most 1.
fn tenths(x: f64, first: usize, beyond: impl Fn(f64) -> bool) -> usize {
    let mut e = decimal_places(-(binary_exponent(x) + 1)).max(first);
    while beyond(down(e)) && down(e) > 0.0 {
        e += 1;
    }
    e
}

/// Exponent of the largest power of two up to `x`; -1023 for all below the normal numbers.
fn binary_exponent(x: f64) -> i32 {
    (x.to_bits() >> 52 & 0x7ff) as i32 - 1023
}

/// Exponent of the largest power of ten up to 2 to the `e`, or one less; 0 if `e` is negative.
fn decimal_places(e: i32) -> usize {
    usize::try_from(e).map_or(0, |e| (e * 1233) >> 12)
}

/// Cuts the next digit, in units of `weight`, off the top of `rest`.
fn take_digit(rest: &mut f64, weight: f64) -> u8 {
    if weight <= 0.0 {
        return b'0';
    }
    let digit = (*rest / weight) as u8;
    *rest -= f64::from(digit) * weight;
    b'0' + digit.min(9)
}

/// Below this, digits are cut off without rounding: all at once is the same.
const INTEGERS: f64 = (1u64 << 53) as f64;

/// Integer part of `r`, at least one digit; leaves the fraction in `r`.
fn integer_part(out: &mut Text, r: &mut f64) {
    if *r < INTEGERS {
        let n = *r as u64;
        out.push_all(Digits::unsigned(n).as_bytes());
        *r -= n as f64;
        return;
    }
    let (e, mut weight) = exponent(*r);
    for _ in 0..=e {
        if out.is_full() {
            return;
        }
        out.push(take_digit(r, weight));
        weight /= 10.0;
    }
}

fn decimals(out: &mut Text, r: &mut f64, count: i32) {
    let count = usize::try_from(count).unwrap_or(0);
    for weight in (1..=count).map(down) {
        if out.is_full() {
            return;
        }
        out.push(take_digit(r, weight));
    }
}

fn fixed(out: &mut Text, x: f64, precision: i32) {
    let mut r = x + half_unit(x, 1, precision);
    integer_part(out, &mut r);
    out.push(b'.');
    decimals(out, &mut r, precision);
}

fn general(out: &mut Text, x: f64, precision: i32) {
    if !(1e-99..1e99).contains(&x) && general_extreme(out, x, precision) {
        return;
    }
    let r = x + half_unit(x, 0, precision);
    let (e, power) = exponent(r);
    if precision >= 2 && (e >= precision || e <= -precision) {
        scientific(out, x / power, e, precision);
    } else {
        plain(out, r, e, precision);
    }
}

/// `%g` of numbers whose exponent may need three digits: the scaled mantissa comes from the
/// shortest exact decimal text, because repeated multiplication has lost too much there.
/// Returns false if the number prints in plain form.
fn general_extreme(out: &mut Text, x: f64, precision: i32) -> bool {
    let mut shortest = Shortest { buf: [0; 32], len: 0 };
    let (mantissa, e) = match write!(shortest, "{x:e}").ok().and_then(|()| shortest.split()) {
        Some(parts) => parts,
        None => return false,
    };
    // Precisions 0 and 1 never use the exponent form, unless the sum would overflow.
    let overflows = precision < 2 && x >= 1e308;
    if !overflows && (precision < 2 || (e < precision && e > -precision)) {
        return false;
    }
    let precision = precision.max(1);
    let carries = mantissa + half_unit(mantissa, 0, precision) >= 10.0;
    let (mantissa, e) = if carries { (1.0, e + 1) } else { (mantissa, e) };
    if !overflows && e.abs() < precision {
        return false;
    }
    scientific(out, mantissa, e, precision);
    true
}

/// The text of `{:e}`, at most 24 characters.
struct Shortest {
    buf: [u8; 32],
    len: usize,
}

impl Shortest {
    fn split(&self) -> Option<(f64, i32)> {
        let text = core::str::from_utf8(self.buf.get(..self.len)?).ok()?;
        let (mantissa, exponent) = text.split_once('e')?;
        Some((mantissa.parse().ok()?, exponent.parse().ok()?))
    }
}

impl Write for Shortest {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        let end = self.len + s.len();
        let room = self.buf.get_mut(self.len..end).ok_or(core::fmt::Error)?;
        room.copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// `mantissa` by the `%g` rule, `e`, sign, at least two exponent digits; the mantissa gives way
/// when all of it would not fit.
fn scientific(out: &mut Text, mantissa: f64, e: i32, precision: i32) {
    let mut digits = Text::new();
    digits.push_all(out.as_bytes());
    let r = mantissa + half_unit(mantissa, 0, precision);
    plain(&mut digits, r, exponent(r).0, precision);
    let room = MAX_LEN - if e.abs() >= 100 { 5 } else { 4 };
    out.len = 0;
    out.push_all(digits.as_bytes().get(..room).unwrap_or(digits.as_bytes()));
    out.push(b'e');
    out.push(if e < 0 { b'-' } else { b'+' });
    let e = e.unsigned_abs();
    if e >= 100 {
        out.push(b'0' + (e / 100) as u8);
    }
    out.push(b'0' + (e / 10 % 10) as u8);
    out.push(b'0' + (e % 10) as u8);
}

fn plain(out: &mut Text, mut r: f64, e: i32, precision: i32) {
    integer_part(out, &mut r);
    let count = if e >= 0 { precision - (e + 1) } else { precision };
    if e >= 0 && count <= 0 || out.is_full() {
        return;
    }
    out.push(b'.');
    let point = out.len;
    decimals(out, &mut r, count);
    while out.len > point && out.buf.get(out.len - 1) == Some(&b'0') {
        out.len -= 1;
    }
    // Below 1 with precision 0 or 1 no digit may be left: the dot then stays.
    if out.len == point && e >= 0 {
        out.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// [`half_unit`] by the operations that the tables stand for.
    fn stepped_half_unit(x: f64, first: usize, precision: i32) -> f64 {
        let mut power = down(first);
        if first == 0 && x > 1.0 {
            while x / power >= 10.0 {
                power *= 10.0;
            }
        } else {
            while x <= power && power > 0.0 {
                power /= 10.0;
            }
        }
        (0..precision).fold(5.0 * power, |half, _| half / 10.0)
    }

    /// [`exponent`] in the same way.
    fn stepped_exponent(r: f64) -> (i32, f64) {
        let (mut e, mut power) = (0, 1.0);
        while r / power >= 10.0 {
            power *= 10.0;
            e += 1;
        }
        while r < power && power > 0.0 {
            power /= 10.0;
            e -= 1;
        }
        (e, power)
    }

    /// [`integer_part`] digit by digit.
    fn stepped_integer(mut r: f64) -> (String, f64) {
        let (e, mut weight) = stepped_exponent(r);
        let mut digits = String::new();
        for _ in 0..=e {
            digits.push(char::from(take_digit(&mut r, weight)));
            weight /= 10.0;
        }
        (digits, r)
    }

    proptest! {
        #[test]
        fn tables_give_what_steps_give(
            bits in 1..=f64::MAX.to_bits(),
            power in -323..=308,
            beside in -2..=2i64,
            precision in 0..=MAX_PRECISION,
        ) {
            let power: f64 = format!("1e{power}").parse().expect("a number");
            for x in [f64::from_bits(bits), f64::from_bits((power.to_bits() as i64 + beside).max(1) as u64)] {
                for precision in [precision, 6] {
                    for first in [0, 1] {
                        let stepped = stepped_half_unit(x, first, precision);
                        prop_assert_eq!(half_unit(x, first, precision), stepped, "{:e}", x);
                    }
                }
                prop_assert_eq!(exponent(x), stepped_exponent(x), "{:e}", x);
            }
        }

        #[test]
        fn integers_at_once_are_those_digit_by_digit(
            n in 1..1u64 << 53,
            shift in 0..53u32,
            tens in 1..16u32,
            below in 0..3u64,
        ) {
            let near = f64::from_bits((10f64.powi(tens as i32)).to_bits() - below);
            for x in [n as f64, n as f64 / (1u64 << shift) as f64, (n >> shift).max(1) as f64, near] {
                let (mut out, mut rest) = (Text::new(), x);
                integer_part(&mut out, &mut rest);
                if x >= 1.0 {
                    let (digits, stepped) = stepped_integer(x);
                    prop_assert_eq!((out.as_bytes(), rest), (digits.as_bytes(), stepped), "{:e}", x);
                }
            }
        }
    }

    #[track_caller]
    fn check(form: Form, cases: &[(i32, f64, &str)]) {
        for &(precision, value, want) in cases {
            let got = text(value, form, precision);
            assert_eq!(core::str::from_utf8(got.as_bytes()), Ok(want), "{precision} {value:e}");
        }
    }

    #[test]
    fn ch02_21_general() {
        check(
            Form::General,
            &[
                (6, 2500.0, "2500"),
                (6, 250000.0, "250000"),
                (6, 2500000.0, "2.5e+06"),
                (6, 999999.5, "1e+06"),
                (6, 0.00002, "0.00002"),
                (6, 0.000003, "3e-06"),
                (6, 0.0001239, "0.000123"),
                (6, 0.061380184, "0.06138"),
                (6, 0.00123456789, "0.001234"),
                (6, 6.5e123, "6.5e+123"),
                (3, 1234.0, "1.23e+03"),
                (3, 0.0456, "0.045"),
                (2, 9.96, "10"),
                (2, 10.5, "11"),
                (2, 0.07, "7e-02"),
                (7, 123456.7, "123456.7"),
                (10, 0.000012345, "0.000012345"),
                (1, 4321.0, "4821"),
                (0, 4321.0, "9321"),
                (1, 0.07, "0."),
                (0, 0.25, "0."),
                (-1, 2.6, "7"),
            ],
        );
    }

    #[test]
    fn ch02_22_fixed() {
        check(
            Form::Fixed,
            &[
                (6, 0.0, "0"),
                (2, 0.105, "0.10"),
                (2, 0.755, "0.75"),
                (2, 99.995, "100.00"),
                (1, 4158.95, "4159.0"),
                (1, -0.04, "-0.0"),
                (3, 0.0006, "0.000"),
                (2, 0.019, "0.01"),
                (2, 0.096, "0.09"),
                (2, 0.0196, "0.02"),
                (0, 7.5, "8."),
                (0, 0.3, "0."),
                (-1, 2.6, "3."),
            ],
        );
    }

    #[test]
    fn ch02_23_special_values() {
        for form in [Form::Fixed, Form::General] {
            let (inf, nan) = (f64::INFINITY, f64::NAN);
            check(form, &[(2, inf, "inf"), (0, -inf, "-inf"), (6, nan, "nan"), (2, -nan, "nan")]);
            check(form, &[(2, -0.0, "0")]);
        }
    }

    #[test]
    fn ch02_24_25_every_text_is_short_and_ends() {
        let values =
            [f64::MAX, 1e308, 2e40, 1e100, 1.0, 0.1, 1e-99, 1e-100, f64::MIN_POSITIVE, 5e-324];
        for value in values.iter().flat_map(|&v| [v, -v]) {
            for precision in [i32::MIN, -1, 0, 1, 2, 6, 17, 38, 39, 40, 400, i32::MAX] {
                for form in [Form::Fixed, Form::General] {
                    let got = text(value, form, precision);
                    let len = got.as_bytes().len();
                    assert!((1..=MAX_LEN).contains(&len), "{value:e} {precision}");
                }
            }
        }
        check(Form::General, &[(1, 1e308, "1e+308"), (1, f64::MAX, "2e+308")]);
    }

    #[test]
    fn ch02_weak_9_three_digit_exponents() {
        check(
            Form::General,
            &[
                (6, 7e100, "7e+100"),
                (6, -3.25e102, "-3.25e+102"),
                (6, 4e-207, "4e-207"),
                (6, 1e308, "1e+308"),
                (6, f64::MAX, "1.79769e+308"),
                (6, 5e-324, "5e-324"),
                (15, 1e115, "1e+115"),
                (6, 9.9999999e115, "1e+116"),
                (6, 9.9999999e-101, "1e-100"),
            ],
        );
    }
}
