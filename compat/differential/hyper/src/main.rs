//! Prints every request that hyper sees complete, as compat/differential/peers.py describes.
//!
//! A thread per connection, and blocking reads and writes: a future is polled until it is ready.

use std::convert::Infallible;
use std::future::Future;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};

struct Blocking(TcpStream);

impl Read for Blocking {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut to: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut piece = [0; 16384];
        let room = to.remaining().min(piece.len());
        Poll::Ready(self.0.read(&mut piece[..room]).map(|len| to.put_slice(&piece[..len])))
    }
}

impl Write for Blocking {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Left to the end of `serve`, when all is printed.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".into();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn answer(
    port: u16,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = head.uri.to_string();
    let (method, target) = (hex(head.method.as_str().as_bytes()), hex(target.as_bytes()));
    println!("request - {} {port} {method} {target}", hex(&body));
    Ok(Response::new(Empty::new()))
}

fn serve(stream: TcpStream) -> io::Result<()> {
    let port = stream.peer_addr()?.port();
    let service = service_fn(|request| answer(port, request));
    let io = Blocking(stream.try_clone()?);
    match block_on(http1::Builder::new().half_close(true).serve_connection(io, service)) {
        Err(error) if error.is_incomplete_message() || error.is_body_write_aborted() => {
            println!("partial {port}");
        }
        Err(error) => println!("refused {port} {error:?}"),
        Ok(()) => {}
    }
    Ok(())
}

fn main() -> Result<Infallible, io::Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("port {}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept()?;
        std::thread::spawn(move || serve(stream));
    }
}
