//! BSD sockets: every socket made here is non-blocking and close-on-exec.

use core::ffi::{c_int, c_void};
use core::mem::{MaybeUninit, size_of, zeroed};
use std::io;

use super::{cvt, cvt_len, retry};
use crate::abi::types::{mg_addr, mg_addr_bytes};

/// Longest UDP payload.
pub(crate) const MAX_DATAGRAM: usize = 65535;

/// A socket address in the form the kernel takes.
pub(crate) struct SockAddr {
    storage: libc::sockaddr_storage,
    len: libc::socklen_t,
}

impl SockAddr {
    fn empty() -> SockAddr {
        // SAFETY: all-zero bytes are a valid `sockaddr_storage` (AF_UNSPEC).
        let storage = unsafe { zeroed() };
        SockAddr { storage, len: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }

    /// The kernel's form of `addr`.
    pub(crate) fn from_addr(addr: &mg_addr) -> SockAddr {
        let mut sa = SockAddr::empty();
        // SAFETY: every member of the union is plain bytes, all of them initialised.
        let ip = unsafe { addr.addr.ip };
        if addr.is_ip6 {
            // SAFETY: `sockaddr_storage` is large and aligned enough for a `sockaddr_in6`.
            let sin6 = unsafe { &mut *(&raw mut sa.storage).cast::<libc::sockaddr_in6>() };
            sin6.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            sin6.sin6_port = addr.port;
            sin6.sin6_addr.s6_addr = ip;
            sin6.sin6_scope_id = u32::from(addr.scope_id);
            sa.len = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
        } else {
            // SAFETY: `sockaddr_storage` is large and aligned enough for a `sockaddr_in`.
            let sin = unsafe { &mut *(&raw mut sa.storage).cast::<libc::sockaddr_in>() };
            sin.sin_family = libc::AF_INET as libc::sa_family_t;
            sin.sin_port = addr.port;
            sin.sin_addr.s_addr = u32::from_ne_bytes([ip[0], ip[1], ip[2], ip[3]]);
            sa.len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        }
        sa
    }

    /// The address as C programs see it; `None` for families other than IPv4 and IPv6.
    pub(crate) fn to_addr(&self) -> Option<mg_addr> {
        let mut ip = [0u8; 16];
        match c_int::from(self.storage.ss_family) {
            libc::AF_INET => {
                // SAFETY: the family says that the storage holds a `sockaddr_in`.
                let sin = unsafe { &*(&raw const self.storage).cast::<libc::sockaddr_in>() };
                ip[..4].copy_from_slice(&sin.sin_addr.s_addr.to_ne_bytes());
                let port = sin.sin_port;
                Some(mg_addr { addr: mg_addr_bytes { ip }, port, scope_id: 0, is_ip6: false })
            }
            libc::AF_INET6 => {
                // SAFETY: the family says that the storage holds a `sockaddr_in6`.
                let sin6 = unsafe { &*(&raw const self.storage).cast::<libc::sockaddr_in6>() };
                ip = sin6.sin6_addr.s6_addr;
                let port = sin6.sin6_port;
                let scope_id = sin6.sin6_scope_id as u8;
                Some(mg_addr { addr: mg_addr_bytes { ip }, port, scope_id, is_ip6: true })
            }
            _ => None,
        }
    }

    fn ptr(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    fn ptr_mut(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }
}

fn set_int(fd: c_int, level: c_int, name: c_int, value: c_int) -> io::Result<()> {
    let ptr: *const c_int = &value;
    let len = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: `value` is a readable int of the stated size.
    cvt(unsafe { libc::setsockopt(fd, level, name, ptr.cast(), len) }).map(drop)
}

fn open(is_ip6: bool, is_udp: bool) -> io::Result<c_int> {
    let family = if is_ip6 { libc::AF_INET6 } else { libc::AF_INET };
    let kind = if is_udp { libc::SOCK_DGRAM } else { libc::SOCK_STREAM };
    // SAFETY: no pointers are involved.
    cvt(unsafe { libc::socket(family, kind | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC, 0) })
}

/// Opens a socket for an outgoing connection or for datagrams to `rem`; not bound, not connected.
pub(crate) fn open_client(rem: &mg_addr, is_udp: bool) -> io::Result<c_int> {
    let fd = open(rem.is_ip6, is_udp)?;
    if !is_udp {
        set_stream_options(fd);
    }
    Ok(fd)
}

/// Options of every TCP connection; a kernel that refuses one of them is no reason to fail.
pub(crate) fn set_stream_options(fd: c_int) {
    let _ = set_int(fd, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1);
    let _ = set_int(fd, libc::SOL_SOCKET, libc::SO_KEEPALIVE, 1);
}

/// Opens a bound socket, for TCP a listening one. `v6_only` refuses IPv4-mapped peers;
/// `shares_port` lets other sockets listen on the same port.
pub(crate) fn listen(
    addr: &mg_addr,
    is_udp: bool,
    backlog: c_int,
    v6_only: bool,
    shares_port: bool,
) -> io::Result<c_int> {
    let fd = open(addr.is_ip6, is_udp)?;
    let result = match shares_port {
        true => set_int(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1),
        false => Ok(()),
    }
    .and_then(|()| bind_and_listen(fd, addr, is_udp, backlog, v6_only));
    if result.is_err() {
        close(fd);
    }
    result.map(|()| fd)
}

fn bind_and_listen(
    fd: c_int,
    addr: &mg_addr,
    is_udp: bool,
    backlog: c_int,
    v6_only: bool,
) -> io::Result<()> {
    set_int(fd, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    if addr.is_ip6 {
        set_int(fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, c_int::from(v6_only))?;
    }
    let sa = SockAddr::from_addr(addr);
    // SAFETY: `sa` holds `sa.len` bytes of address.
    cvt(unsafe { libc::bind(fd, sa.ptr(), sa.len) })?;
    if !is_udp {
        // SAFETY: no pointers are involved.
        cvt(unsafe { libc::listen(fd, backlog) })?;
    }
    Ok(())
}

/// Starts connecting; `Ok(true)` if the connection is established at once, `Ok(false)` if it is
/// under way.
pub(crate) fn connect(fd: c_int, rem: &mg_addr) -> io::Result<bool> {
    let sa = SockAddr::from_addr(rem);
    // SAFETY: `sa` holds `sa.len` bytes of address.
    match cvt(unsafe { libc::connect(fd, sa.ptr(), sa.len) }) {
        Ok(_) => Ok(true),
        Err(e) => match e.raw_os_error() {
            Some(libc::EINPROGRESS | libc::EINTR) => Ok(false),
            _ => Err(e),
        },
    }
}

/// Error pending on `fd` (`SO_ERROR`), which is thereby cleared; 0 = none.
pub(crate) fn take_error(fd: c_int) -> c_int {
    let mut error: c_int = 0;
    let mut len = size_of::<c_int>() as libc::socklen_t;
    let ptr: *mut c_int = &mut error;
    // SAFETY: `error` is a writable int of the stated size.
    let result = cvt(unsafe {
        libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_ERROR, ptr.cast(), &mut len)
    });
    match result {
        Ok(_) => error,
        Err(e) => e.raw_os_error().unwrap_or(libc::EBADF),
    }
}

/// Accepts one peer: its descriptor and address (`None` for families other than IP).
pub(crate) fn accept(fd: c_int) -> io::Result<(c_int, Option<mg_addr>)> {
    let mut sa = SockAddr::empty();
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    let peer = retry(|| {
        sa.len = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        let ptr = sa.ptr_mut();
        // SAFETY: `sa` has `sa.len` writable bytes.
        cvt(unsafe { libc::accept4(fd, ptr, &mut sa.len, flags) })
    })?;
    Ok((peer, sa.to_addr()))
}

/// Local address of `fd`; `None` if it has none that is IP.
pub(crate) fn local_addr(fd: c_int) -> Option<mg_addr> {
    let mut sa = SockAddr::empty();
    let ptr = sa.ptr_mut();
    // SAFETY: `sa` has `sa.len` writable bytes.
    cvt(unsafe { libc::getsockname(fd, ptr, &mut sa.len) }).ok()?;
    sa.to_addr()
}

/// Receives from a stream into `buf` without blocking, whatever the mode of `fd`. 0 = end.
pub(crate) fn recv(fd: c_int, buf: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
    retry(|| {
        let ptr = buf.as_mut_ptr().cast::<c_void>();
        // SAFETY: `buf` is writable for its length.
        cvt_len(unsafe { libc::recv(fd, ptr, buf.len(), libc::MSG_DONTWAIT) })
    })
}

/// Receives without taking anything from the socket.
pub(crate) fn peek(fd: c_int, buf: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
    // SAFETY: the kernel writes at most `buf.len()` bytes to `buf`.
    cvt_len(unsafe { libc::recv(fd, buf.as_mut_ptr().cast(), buf.len(), libc::MSG_PEEK) })
}

/// Takes `len` bytes that [`peek`] saw, and forgets them.
pub(crate) fn take(fd: c_int, mut len: usize) {
    let mut bytes = [MaybeUninit::<u8>::uninit(); 1024];
    while len > 0 {
        let room = len.min(bytes.len());
        match recv(fd, &mut bytes[..room]) {
            Ok(n) if n > 0 => len -= n,
            _ => return,
        }
    }
}

/// Receives one datagram and its sender.
pub(crate) fn recv_from(
    fd: c_int,
    buf: &mut [MaybeUninit<u8>],
) -> io::Result<(&[u8], Option<mg_addr>)> {
    let mut sa = SockAddr::empty();
    let n = retry(|| {
        sa.len = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        let ptr = buf.as_mut_ptr().cast::<c_void>();
        let addr = sa.ptr_mut();
        // SAFETY: `buf` and `sa` are writable for the stated lengths.
        cvt_len(unsafe {
            libc::recvfrom(fd, ptr, buf.len(), libc::MSG_DONTWAIT, addr, &mut sa.len)
        })
    })?;
    // SAFETY: the kernel initialised the first `n` bytes.
    let payload = unsafe { core::slice::from_raw_parts(buf.as_ptr().cast::<u8>(), n) };
    Ok((payload, sa.to_addr()))
}

/// Sends on a stream without blocking and without SIGPIPE.
pub(crate) fn send(fd: c_int, buf: &[u8]) -> io::Result<usize> {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: `buf` is readable for its length.
    retry(|| cvt_len(unsafe { libc::send(fd, buf.as_ptr().cast(), buf.len(), flags) }))
}

/// Sends `count` slices on a stream, one behind the other, without blocking and without SIGPIPE.
///
/// # Safety
/// `slices` points to `count` of them, and each is readable.
#[cfg(feature = "tls")]
pub(crate) unsafe fn send_slices(
    fd: c_int,
    slices: *const libc::iovec,
    count: usize,
) -> io::Result<usize> {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: all-zero bytes are a valid `msghdr`.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = slices.cast_mut();
    message.msg_iovlen = count.min(libc::UIO_MAXIOV as usize) as _;
    // SAFETY: the caller promises readable slices; sendmsg does not write to them.
    retry(|| cvt_len(unsafe { libc::sendmsg(fd, &message, flags) }))
}

/// Sends one datagram to `to`.
pub(crate) fn send_to(fd: c_int, buf: &[u8], to: &mg_addr) -> io::Result<usize> {
    let sa = SockAddr::from_addr(to);
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    retry(|| {
        let ptr = buf.as_ptr().cast();
        // SAFETY: `buf` and `sa` are readable for the stated lengths.
        cvt_len(unsafe { libc::sendto(fd, ptr, buf.len(), flags, sa.ptr(), sa.len) })
    })
}

/// Sends up to `count` bytes of `file` from `offset` on; `offset` moves by what was sent.
/// 0 = the file has ended.
pub(crate) fn send_file(
    fd: c_int,
    file: c_int,
    offset: &mut i64,
    count: usize,
) -> io::Result<usize> {
    retry(|| {
        // SAFETY: `offset` is a writable off_t.
        cvt_len(unsafe { libc::sendfile(fd, file, offset, count) })
    })
}

/// Reads from a file at `offset`; 0 = end or error.
///
/// # Safety
/// `buf` has `len` writable bytes.
pub(crate) unsafe fn read_at(fd: c_int, buf: *mut u8, len: usize, offset: u64) -> usize {
    let Ok(offset) = libc::off_t::try_from(offset) else { return 0 };
    // SAFETY: passed on.
    retry(|| cvt_len(unsafe { libc::pread(fd, buf.cast(), len, offset) })).unwrap_or(0)
}

/// True if input of a stream has arrived, also if an error came behind it.
pub(crate) fn has_input(fd: c_int) -> bool {
    let mut n: c_int = 0;
    // SAFETY: `n` is a valid place for the count.
    unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut n) == 0 && n > 0 }
}

/// True if a read, or an accept, would not have to wait.
pub(crate) fn is_readable(fd: c_int) -> bool {
    let mut entry = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: `entry` is one valid entry.
    unsafe { libc::poll(&raw mut entry, 1, 0) > 0 }
}

/// Most reads that [`discard_input`] does.
const MAX_DISCARDS: usize = 64;

/// What [`discard_input`] came upon.
pub(crate) struct Discarded {
    /// Bytes thrown away.
    pub(crate) bytes: usize,
    /// The stream is at its end, or broken.
    pub(crate) ended: bool,
}

/// Throws away the input of a stream that has arrived, up to a bound, without blocking.
pub(crate) fn discard_input(fd: c_int) -> Discarded {
    let mut buf = [MaybeUninit::<u8>::uninit(); 16384];
    let mut bytes = 0;
    for _ in 0..MAX_DISCARDS {
        match recv(fd, &mut buf) {
            Ok(0) => return Discarded { bytes, ended: true },
            Ok(n) => bytes += n,
            Err(e) => return Discarded { bytes, ended: !would_block(&e) },
        }
    }
    Discarded { bytes, ended: false }
}

/// Bytes of output that the kernel holds because the peer has not acknowledged them; 0 where it does
/// not tell.
pub(crate) fn unacknowledged(fd: c_int) -> usize {
    let mut bytes: c_int = 0;
    // SAFETY: `bytes` is a valid place for the count.
    let result = unsafe { libc::ioctl(fd, libc::TIOCOUTQ, &raw mut bytes) };
    if result == 0 { usize::try_from(bytes).unwrap_or(0) } else { 0 }
}

/// Tells the peer that nothing more will come.
pub(crate) fn shut_output(fd: c_int) {
    // SAFETY: no pointers are involved. A failure means that there is nobody left to tell.
    unsafe { libc::shutdown(fd, libc::SHUT_WR) };
}

/// Closes `fd`. Errors are of no use to anybody here.
pub(crate) fn close(fd: c_int) {
    // SAFETY: no pointers are involved; the caller owns the descriptor.
    unsafe { libc::close(fd) };
}

/// Joins the IPv4 multicast group `group` (network order) on the default interface.
pub(crate) fn join_group(fd: c_int, group: [u8; 4]) -> io::Result<()> {
    let request = libc::ip_mreq {
        imr_multiaddr: libc::in_addr { s_addr: u32::from_ne_bytes(group) },
        imr_interface: libc::in_addr { s_addr: libc::INADDR_ANY },
    };
    let ptr: *const libc::ip_mreq = &request;
    let len = size_of::<libc::ip_mreq>() as libc::socklen_t;
    // SAFETY: `request` is a readable ip_mreq of the stated size.
    let result =
        unsafe { libc::setsockopt(fd, libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP, ptr.cast(), len) };
    cvt(result).map(drop)
}

/// Local address the system would use to reach `to`; no packet is sent.
pub(crate) fn route_source(to: &mg_addr) -> Result<mg_addr, RouteError> {
    let fd = open(to.is_ip6, true).map_err(RouteError::Socket)?;
    let connected = connect(fd, to).map_err(RouteError::Connect);
    let source = connected.map(|_| local_addr(fd));
    close(fd);
    source?.ok_or_else(|| RouteError::Connect(io::ErrorKind::AddrNotAvailable.into()))
}

/// Why [`route_source`] failed.
pub(crate) enum RouteError {
    /// No socket could be opened.
    Socket(io::Error),
    /// The address cannot be reached.
    Connect(io::Error),
}

/// Makes writing to a connection that the peer has reset an error instead of a deadly signal.
pub(crate) fn ignore_sigpipe() {
    // SAFETY: SIG_IGN is a valid disposition for SIGPIPE.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

/// True for the errors that mean "not now".
pub(crate) fn would_block(e: &io::Error) -> bool {
    matches!(e.raw_os_error(), Some(libc::EAGAIN | libc::EINPROGRESS))
}

/// True for the errors that mean that `fd` itself can't be used any more.
pub(crate) fn is_unusable(e: &io::Error) -> bool {
    matches!(e.raw_os_error(), Some(libc::EBADF | libc::ENOTSOCK))
}
