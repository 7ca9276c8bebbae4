//! The program's variables: printed as JSON, set from JSON.

use core::ffi::{c_char, c_int};

use super::json;
use crate::abi::protocol_types::{mg_field, mg_val_type};

/// Values of `enum mg_val_type`.
mod kind {
    use super::mg_val_type;
    pub(super) const INT: mg_val_type = 0;
    pub(super) const UINT64: mg_val_type = 1;
    pub(super) const BOOL: mg_val_type = 2;
    pub(super) const DBL: mg_val_type = 3;
    pub(super) const STR: mg_val_type = 4;
    pub(super) const RAW: mg_val_type = 5;
}

/// A field of a set, as the program described it. INVARIANT: rule 1 of the C edge: while the field
/// is used, `value` is NULL or a variable of the type that the field names.
pub(crate) struct Field(mg_field);

impl Field {
    /// The field at `p`; `None` at the end of an array of fields.
    ///
    /// # Safety
    /// Rule 1 of the C edge for the field and its variable, while the result is used.
    pub(crate) unsafe fn read(p: *const mg_field) -> Option<Field> {
        // SAFETY: passed on. The struct is copied, because program code may change it.
        let field = unsafe { p.read() };
        (!field.name.is_null()).then_some(Field(field))
    }

    /// The key.
    pub(crate) fn name(&self) -> &[u8] {
        // SAFETY: rule 3 of the C edge; `read` has seen that it is not NULL.
        unsafe { crate::abi::mem::cstr(self.0.name) }.unwrap_or_default()
    }

    /// Appends the value.
    pub(crate) fn print(&self, out: &mut Vec<u8>) {
        if self.0.value.is_null() {
            out.extend(b"null");
            return;
        }
        match self.0.r#type {
            // SAFETY: the type's invariant, here and below.
            kind::INT => out.extend(unsafe { self.get::<c_int>() }.to_string().bytes()),
            // SAFETY: as above.
            kind::UINT64 => out.extend(unsafe { self.get::<u64>() }.to_string().bytes()),
            // A `bool` of the program may hold any byte.
            // SAFETY: as above.
            kind::BOOL => out.extend((unsafe { self.get::<u8>() } != 0).to_string().bytes()),
            // SAFETY: as above.
            kind::DBL => json::double(out, unsafe { self.get() }),
            kind::STR | kind::RAW => self.print_text(out),
            _ => out.extend(b"null"),
        }
    }

    /// Appends a text, as a JSON string or as it is.
    fn print_text(&self, out: &mut Vec<u8>) {
        // SAFETY: the type's invariant.
        let text = unsafe { self.text() };
        match self.0.r#type {
            kind::STR => json::string(out, text),
            _ if text.is_empty() => out.extend(b"null"),
            _ => out.extend(text),
        }
    }

    /// # Safety
    /// The variable is a `T`.
    unsafe fn get<T>(&self) -> T {
        // SAFETY: passed on.
        unsafe { self.0.value.cast::<T>().read_unaligned() }
    }

    /// The text up to its NUL or the end of the variable.
    ///
    /// # Safety
    /// The variable is a text.
    unsafe fn text(&self) -> &[u8] {
        let text: *const c_char = self.0.value.cast();
        // A read-only variable says nothing about its size.
        let limit = if self.0.value_size == 0 { usize::MAX } else { self.0.value_size };
        // SAFETY: the text ends with a NUL or with the variable.
        unsafe { crate::abi::mem::bytes(text.cast(), libc::strnlen(text, limit)) }
    }

    /// Sets the variable from the member of the object `json` that has the field's name; a raw field
    /// takes all of `json`. False, with the variable unchanged, if there is no suitable value, it
    /// does not fit, or the field is read-only.
    pub(crate) fn store(&self, json: &[u8]) -> bool {
        if self.0.value.is_null() || self.0.value_size == 0 {
            return false;
        }
        if self.0.r#type == kind::RAW {
            return self.store_text(json);
        }
        let Some(token) = json::member(json, self.name()) else { return false };
        match self.0.r#type {
            kind::INT => self.put(json::int(token)),
            kind::UINT64 => self.put(json::uint64(token)),
            kind::BOOL => self.put(json::boolean(token)),
            kind::DBL => self.put(crate::text::json::to_double(token)),
            kind::STR => json::text(token).is_some_and(|text| self.store_text(&text)),
            _ => false,
        }
    }

    /// Sets a variable that is as big as its type says.
    fn put<T>(&self, value: Option<T>) -> bool {
        let value = value.filter(|_| self.0.value_size == size_of::<T>());
        let is_there = value.is_some();
        if let Some(value) = value {
            // SAFETY: the type's invariant: a writable variable of `value_size` bytes.
            unsafe { self.0.value.cast::<T>().write_unaligned(value) };
        }
        is_there
    }

    fn store_text(&self, text: &[u8]) -> bool {
        let fits = text.len() < self.0.value_size;
        if fits {
            // SAFETY: the type's invariant: a writable variable with room for the text and a NUL.
            unsafe {
                let to = self.0.value.cast::<u8>();
                to.copy_from(text.as_ptr(), text.len());
                to.add(text.len()).write(0);
            }
        }
        fits
    }

    /// True for a text with this name.
    pub(crate) fn is_text_named(&self, name: &[u8]) -> bool {
        self.0.r#type == kind::STR && self.name() == name && !self.0.value.is_null()
    }

    /// Stores as much of `text` as fits, if the variable may be written.
    pub(crate) fn store_cut(&self, text: &[u8]) {
        let room = self.0.value_size.saturating_sub(1);
        self.store_text(text.get(..room).unwrap_or(text));
    }

    /// Stores a size, as far as the type can say it.
    pub(crate) fn store_size(&self, size: u64) {
        match self.0.r#type {
            _ if self.0.value.is_null() => false,
            kind::UINT64 => self.put(Some(size)),
            kind::INT => self.put(Some(c_int::try_from(size).unwrap_or(c_int::MAX))),
            _ => false,
        };
    }
}

#[cfg(test)]
mod tests {
    use core::ffi::{CStr, c_void};

    use super::*;

    fn field<T>(name: &'static CStr, kind: mg_val_type, value: &mut T, size: usize) -> Field {
        let value: *mut T = value;
        let value = value.cast::<c_void>();
        Field(mg_field { name: name.as_ptr(), r#type: kind, value, value_size: size })
    }

    fn printed(field: &Field) -> String {
        let mut out = Vec::new();
        field.print(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// ch06_18 to ch06_20: each type prints what it stored, and refuses what is not its own.
    #[test]
    fn ch06_18_20_types() {
        let (mut int, mut wide, mut flag, mut number) = (1i32, 2u64, 0u8, 0.5f64);
        let fields = [
            (field(c"v", kind::INT, &mut int, 4), "-7", "-7"),
            (field(c"v", kind::UINT64, &mut wide, 8), "12345678901", "12345678901"),
            (field(c"v", kind::BOOL, &mut flag, 1), "true", "true"),
            (field(c"v", kind::DBL, &mut number, 8), "3.14159", "3.14"),
        ];
        for (field, value, want) in &fields {
            for wrong in [r#"{"v":"x"}"#, r#"{"v":null}"#, r#"{"w":1}"#, "{}", "5", ""] {
                let before = printed(field);
                assert!(!field.store(wrong.as_bytes()), "{wrong}");
                assert_eq!(printed(field), before);
            }
            assert!(field.store(format!("{{\"v\":{value}}}").as_bytes()));
            assert_eq!(printed(field), *want);
        }
    }

    /// ch06_19: size 0, and any size that is not the type's, is read-only.
    #[test]
    fn ch06_19_read_only() {
        let mut int = 1i32;
        for size in [0, 1, 2, 8] {
            assert!(!field(c"v", kind::INT, &mut int, size).store(br#"{"v":5}"#));
        }
        let mut text = *b"abc\0";
        let fixed = field(c"v", kind::STR, &mut text, 0);
        assert!(!fixed.store(br#"{"v":"x"}"#));
        assert_eq!(printed(&fixed), "\"abc\"");
        fixed.store_cut(b"zz");
        assert_eq!(printed(&fixed), "\"abc\"");
    }

    /// ch06_21 and weak spot 19: what does not fit is refused, and leaves the old text alone.
    #[test]
    fn ch06_w19_texts() {
        let mut text = *b"old\0####";
        let name = field(c"name", kind::STR, &mut text, 8);
        assert!(!name.store(br#"{"name":"12345678"}"#));
        assert!(!name.store(br#"{"name":"a\q"}"#));
        assert_eq!(printed(&name), "\"old\"");
        assert!(name.store(br#"{"name":"1234567"}"#));
        assert_eq!(printed(&name), "\"1234567\"");
        assert!(name.store(br#"{"name":""}"#));
        assert_eq!(printed(&name), "\"\"");
        name.store_cut(b"123456789");
        assert_eq!(printed(&name), "\"1234567\"");
        text.fill(b'x');
        assert_eq!(printed(&field(c"name", kind::STR, &mut text, 8)), "\"xxxxxxxx\"", "no NUL");
    }

    /// Raw fields take the whole value of their set, and never print nothing.
    #[test]
    fn ch06_w19_raw() {
        let mut text = [0u8; 16];
        let raw = field(c"any", kind::RAW, &mut text, 16);
        assert_eq!(printed(&raw), "null");
        assert!(raw.store(br#"{"a":[1,2]}"#));
        assert_eq!(printed(&raw), r#"{"a":[1,2]}"#);
        assert!(!raw.store(br#"{"a":[1,2,3,4]}x"#));
        assert_eq!(printed(&raw), r#"{"a":[1,2]}"#);
    }

    #[test]
    fn ch06_39_sizes_of_files() {
        let (mut int, mut wide) = (0i32, 0u64);
        let small = field(c"size", kind::INT, &mut int, 4);
        small.store_size(10);
        assert_eq!(printed(&small), "10");
        small.store_size(1 << 40);
        assert_eq!(printed(&small), "2147483647");
        let big = field(c"size", kind::UINT64, &mut wide, 8);
        big.store_size(1 << 40);
        assert_eq!(printed(&big), "1099511627776");
    }

    #[test]
    fn unknown_types_and_missing_variables_are_null() {
        let mut int = 5i32;
        assert_eq!(printed(&field(c"v", 77, &mut int, 4)), "null");
        let none = mg_field {
            name: c"v".as_ptr(),
            r#type: kind::INT,
            value: core::ptr::null_mut(),
            value_size: 4,
        };
        assert_eq!(printed(&Field(none)), "null");
    }
}
