//! Functions that a program may replace by its own: weak definitions in `src/shim/hook_*.c`.

use core::ffi::{c_char, c_long, c_void};

use super::protocol_types::mg_wifi_data;
use super::types::{mg_connection, mg_mgr, mg_tls_opts};

unsafe extern "C" {
    /// Returns `count * size` zeroed bytes aligned for any object, or NULL.
    ///
    /// All memory that programs see, and all large state of the library, comes from here; a program
    /// may define its own mg_calloc and mg_free.
    pub fn mg_calloc(count: usize, size: usize) -> *mut c_void;

    /// Releases memory that came from mg_calloc; NULL is fine.
    pub fn mg_free(ptr: *mut c_void);

    /// Fills `buf` with `len` unpredictable bytes; a program may define its own.
    ///
    /// Returns false if the system has none to give.
    pub fn mg_random(buf: *mut c_void, len: usize) -> bool;

    /// Milliseconds of a clock that never goes back; a program may define its own.
    pub fn mg_millis() -> u64;

    /// Starts TLS on `c`, as a client or as a server depending on who connected; the place for it is
    /// MG_EV_CONNECT or MG_EV_ACCEPT, or right behind mg_connect. MG_EV_TLS_HS tells that the
    /// handshake is complete; what was queued until then is sent encrypted. On a listener it does
    /// nothing.
    ///
    /// From then on `c->tls` is a `struct rustls_connection`: with rustls.h, which is installed beside
    /// this header, a program can ask it for protocol version, cipher suite, certificates and the
    /// like. Reading, writing and freeing it stay with the library.
    pub fn mg_tls_init(c: *mut mg_connection, opts: *const mg_tls_opts);

    /// Releases the TLS session of `c`.
    pub fn mg_tls_free(c: *mut mg_connection);

    /// Encrypts and sends; returns the bytes taken, MG_IO_WAIT or MG_IO_ERR.
    pub fn mg_tls_send(c: *mut mg_connection, buf: *const c_void, len: usize) -> c_long;

    /// Receives and decrypts; returns the bytes stored, MG_IO_WAIT or MG_IO_ERR.
    pub fn mg_tls_recv(c: *mut mg_connection, buf: *mut c_void, len: usize) -> c_long;

    /// Decrypted bytes that mg_tls_recv would return at once.
    pub fn mg_tls_pending(c: *mut mg_connection) -> usize;

    /// Sends encrypted bytes that wait in the TLS session.
    pub fn mg_tls_flush(c: *mut mg_connection);

    /// Goes on with the TLS handshake of `c`.
    pub fn mg_tls_handshake(c: *mut mg_connection);

    /// Prepares what all TLS sessions of a manager share.
    pub fn mg_tls_ctx_init(mgr: *mut mg_mgr);

    /// Releases what mg_tls_ctx_init made.
    pub fn mg_tls_ctx_free(mgr: *mut mg_mgr);

    /// Prepares for a firmware image of `new_firmware_size` bytes.
    pub fn mg_ota_begin(new_firmware_size: usize) -> bool;

    /// Stores the next piece of a firmware image.
    pub fn mg_ota_write(buf: *const c_void, len: usize) -> bool;

    /// Ends a firmware image: true if it can be started.
    pub fn mg_ota_end() -> bool;

    /// Stores the name of the device, `0` here, in `buf` of `len` bytes, NUL-terminated.
    pub fn mg_ota_device_id(buf: *mut c_char, len: usize);

    /// Called by every mg_mgr_poll after the timers, for programs that check for firmware from time to
    /// time with mg_ota_url_check. Does nothing here.
    pub fn mg_ota_poll(mgr: *mut mg_mgr);

    /// Scans for Wi-Fi networks. False: there is no driver.
    pub fn mg_wifi_scan() -> bool;

    /// Joins a Wi-Fi network. False: there is no driver.
    pub fn mg_wifi_connect(wifi: *mut mg_wifi_data) -> bool;

    /// Leaves the Wi-Fi network. False: there is no driver.
    pub fn mg_wifi_disconnect() -> bool;

    /// Becomes a Wi-Fi access point. False: there is no driver.
    pub fn mg_wifi_ap_start(wifi: *mut mg_wifi_data) -> bool;

    /// Ends being a Wi-Fi access point. False: there is no driver.
    pub fn mg_wifi_ap_stop() -> bool;
}
