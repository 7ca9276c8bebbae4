//! Sets of fields: asking the program, loading, printing, storing.

use core::ffi::c_int;
use core::ptr::NonNull;

use super::account::Handle;
use super::values::Field;
use super::{files, json};
use crate::abi::mem::cstr;
use crate::abi::protocol_types::{mg_dash_op, mg_dash_user, mg_field_set};

/// Values of `enum mg_dash_op`.
pub(crate) mod op {
    use super::mg_dash_op;
    pub(crate) const READ: mg_dash_op = 0;
    pub(crate) const WRITE: mg_dash_op = 1;
    pub(crate) const DELETE: mg_dash_op = 2;
    pub(crate) const ADD: mg_dash_op = 3;
}

/// The index that asks for the number of elements.
const ASK_SIZE: c_int = -1;

/// A set. INVARIANT: rule 1 of the C edge: the program keeps it while the dashboard is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Set(NonNull<mg_field_set>);

impl Set {
    /// The set at `p`; `None` for NULL.
    ///
    /// # Safety
    /// Rule 1 of the C edge, while the result is used.
    pub(crate) unsafe fn from_ptr(p: *mut mg_field_set) -> Option<Set> {
        NonNull::new(p).map(Set)
    }

    /// A copy of the struct, because program code may change it.
    fn get(self) -> mg_field_set {
        // SAFETY: the type's invariant.
        unsafe { self.0.read() }
    }

    pub(crate) fn next(self) -> Option<Set> {
        NonNull::new(self.get().next).map(Set)
    }

    pub(crate) fn as_ptr(self) -> *mut mg_field_set {
        self.0.as_ptr()
    }

    pub(crate) fn name(self) -> Vec<u8> {
        // SAFETY: rule 3 of the C edge.
        unsafe { cstr(self.get().name) }.unwrap_or_default().to_vec()
    }

    pub(crate) fn is_array(self) -> bool {
        !self.get().index.is_null()
    }

    pub(crate) fn has_callback(self) -> bool {
        self.get().r#fn.is_some()
    }

    /// True if its elements are files.
    pub(crate) fn has_files(self) -> bool {
        self.get().get_dir.is_some()
    }

    /// The directory of `user`, without a NUL; `None` if the program refuses.
    ///
    /// # Safety
    /// Rule 1 of the C edge for `user`.
    pub(crate) unsafe fn directory(self, user: *const mg_dash_user) -> Option<Vec<u8>> {
        let mut dir = [0u8; 256];
        // SAFETY: rule 7 of the C edge; `dir` is as many writable bytes.
        let done = unsafe { self.get().get_dir?(user, dir.as_mut_ptr().cast(), dir.len()) };
        let len = memchr::memchr(0, &dir).unwrap_or(dir.len() - 1);
        done.then(|| dir[..len].to_vec())
    }

    /// `*set->index`; 0 for a simple set.
    pub(crate) fn index(self) -> c_int {
        let index = self.get().index;
        // SAFETY: the type's invariant: NULL or the program's variable.
        if index.is_null() { 0 } else { unsafe { index.read() } }
    }

    pub(crate) fn set_index(self, value: c_int) {
        let index = self.get().index;
        if !index.is_null() {
            // SAFETY: the type's invariant: the program's variable.
            unsafe { index.write(value) };
        }
    }

    /// Asks the program to do `op` for `user`; true without a callback.
    pub(crate) fn call(self, op: mg_dash_op, user: &Handle) -> bool {
        // SAFETY: rule 7 of the C edge; `user` outlives the call.
        self.get().r#fn.is_none_or(|f| unsafe { f(op, user.as_ptr()) })
    }

    /// Loads the variables, of an array those of element `*index`, or its size if that is negative.
    pub(crate) fn load(self, user: &Handle) -> bool {
        if self.has_callback() {
            self.call(op::READ, user)
        } else if self.has_files() {
            // SAFETY: `user` is live.
            unsafe { files::read_entry(self, user.as_ptr()) }
        } else {
            !self.is_array()
        }
    }

    /// Number of elements of an array. `*index` is as before afterwards.
    pub(crate) fn size(self, user: &Handle) -> Option<c_int> {
        let before = self.index();
        self.set_index(ASK_SIZE);
        let done = self.load(user);
        let size = self.index();
        self.set_index(before);
        done.then_some(size)
    }

    /// Text of element `at`; `None` if there is none. `*index` is as before afterwards.
    pub(crate) fn element(self, at: c_int, user: &Handle) -> Option<Vec<u8>> {
        let before = self.index();
        self.set_index(at);
        let is_there = self.load(user) && self.index() >= 0;
        let text = is_there.then(|| self.object());
        self.set_index(before);
        text
    }

    /// The fields as a JSON object, with what is in the variables now.
    pub(crate) fn object(self) -> Vec<u8> {
        let mut out = vec![b'{'];
        for field in self.fields() {
            json::key(&mut out, field.name());
            field.print(&mut out);
        }
        out.push(b'}');
        out
    }

    /// Stores what the object `json` has for this set. Returns the number of fields.
    pub(crate) fn store(self, json: &[u8]) -> usize {
        self.fields().filter(|field| field.store(json)).count()
    }

    /// The fields in order.
    pub(crate) fn fields(self) -> impl Iterator<Item = Field> {
        let mut next = self.get().fields;
        core::iter::from_fn(move || {
            if next.is_null() {
                return None;
            }
            // SAFETY: the type's invariant: an array that ends in an entry without a name, which is
            // not walked past.
            let field = unsafe { Field::read(next) };
            next = if field.is_some() { next.wrapping_add(1) } else { core::ptr::null_mut() };
            field
        })
    }
}
