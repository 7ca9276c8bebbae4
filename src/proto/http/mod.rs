//! HTTP/1.1 messages (RFC 9110, RFC 9112), as lenient and as strict as Mongoose programs expect.

pub mod chunked;
pub mod creds;
pub mod etag;
pub mod form;
pub mod forwarded;
pub mod head;
pub mod header_var;
pub mod listing;
pub mod mapping;
pub mod mime;
pub mod multipart;
pub mod range;
pub mod ssi;
pub mod status;
