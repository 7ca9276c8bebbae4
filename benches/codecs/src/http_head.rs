//! Request heads.

use core::fmt;
use core::hint::black_box;

use divan::Bencher;
use mongoose::proto::http::head::{Head, HeadEnd, HeadScanner};

/// A request head and its name.
struct Request(&'static str, &'static [u8]);

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} bytes", self.0, self.1.len())
    }
}

const REQUESTS: [Request; 3] = [
    Request("small", include_bytes!("../heads/small")),
    Request("browser", include_bytes!("../heads/browser")),
    Request("30 headers", include_bytes!("../heads/headers")),
];

#[divan::bench(args = &REQUESTS)]
fn ours(bencher: Bencher, request: &Request) {
    let mut head = Head::default();
    bencher.bench_local(|| {
        let read = HeadScanner::new().read(&mut head, black_box(request.1));
        assert_eq!(read, (HeadEnd::Complete(request.1.len()), Ok(())));
        black_box(&head);
    });
}

#[divan::bench(args = &REQUESTS)]
fn httparse(bencher: Bencher, request: &Request) {
    bencher.bench_local(|| {
        let mut headers = [const { core::mem::MaybeUninit::uninit() }; 30];
        let mut parsed = httparse::Request::new(&mut []);
        let read = parsed.parse_with_uninit_headers(black_box(request.1), &mut headers);
        assert_eq!(read, Ok(httparse::Status::Complete(request.1.len())));
        black_box(&parsed);
    });
}
