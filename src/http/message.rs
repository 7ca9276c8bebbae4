//! A message as a handler is given it: `struct mg_http_message`.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::upload::Body;
use crate::abi::types::{mg_http_header, mg_http_message, mg_str};
use crate::options::MG_MAX_HTTP_HEADERS;

/// A message, whose members are read when they are asked for: the program may change them.
/// INVARIANT: during `'a` the struct and what its members point to are live (rules 1 and 4 of the
/// C edge).
#[derive(Clone, Copy)]
pub(crate) struct Message<'a>(NonNull<mg_http_message>, PhantomData<&'a [u8]>);

impl<'a> Message<'a> {
    /// The message at `hm`; `None` for NULL.
    ///
    /// # Safety
    /// Rules 1 and 4 of the C edge, for as long as the result and the slices it gives are used.
    pub(crate) unsafe fn from_ptr(hm: *mut mg_http_message) -> Option<Message<'a>> {
        NonNull::new(hm).map(|hm| Message(hm, PhantomData))
    }

    /// What the program gets.
    pub(crate) fn ptr(self) -> *mut mg_http_message {
        self.0.as_ptr()
    }

    pub(crate) fn method(self) -> &'a [u8] {
        // SAFETY: the type's invariant.
        unsafe { (*self.ptr()).method.bytes() }
    }

    pub(crate) fn uri(self) -> &'a [u8] {
        // SAFETY: the type's invariant.
        unsafe { (*self.ptr()).uri.bytes() }
    }

    pub(crate) fn query(self) -> &'a [u8] {
        // SAFETY: the type's invariant.
        unsafe { (*self.ptr()).query.bytes() }
    }

    pub(crate) fn proto(self) -> &'a [u8] {
        // SAFETY: the type's invariant.
        unsafe { (*self.ptr()).proto.bytes() }
    }

    /// First line, headers and blank line.
    pub(crate) fn head(self) -> &'a [u8] {
        // SAFETY: the type's invariant.
        unsafe { (*self.ptr()).head.bytes() }
    }

    pub(crate) fn body(self) -> &'a [u8] {
        // SAFETY: the type's invariant.
        unsafe { (*self.ptr()).body.bytes() }
    }

    /// Names and values of the listed headers.
    pub(crate) fn headers(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let at = move |i: usize| {
            // SAFETY: the type's invariant; `i` is an index of the array.
            let mg_http_header { name, value } = unsafe { (*self.ptr()).headers[i] };
            // SAFETY: the type's invariant.
            unsafe { (name.bytes(), value.bytes()) }
        };
        (0..MG_MAX_HTTP_HEADERS).map(at).take_while(|(name, _)| !name.is_empty())
    }

    /// Value of the first listed header called `name`, in any case.
    pub(crate) fn header(self, name: &[u8]) -> Option<&'a [u8]> {
        let mut headers = self.headers();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Where C finds the value of the first listed header called `name`.
    pub(crate) fn header_ptr(self, name: &[u8]) -> Option<*mut mg_str> {
        let i = self.headers().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        // SAFETY: the type's invariant; `i` is an index of the array.
        Some(unsafe { &raw mut (*self.ptr()).headers[i].value })
    }

    /// Where the body is, or will be.
    pub(crate) fn place_of_body(self) -> Body {
        // SAFETY: the type's invariant.
        let (head_len, body_len) = unsafe { ((*self.ptr()).head.len, (*self.ptr()).body.len) };
        Body { head_len, body_len, is_chunked: self.header(b"Transfer-Encoding").is_some() }
    }
}
