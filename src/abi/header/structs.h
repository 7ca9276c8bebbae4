// Structures that Rust cannot describe as C sees them: bit-fields, anonymous unions, volatile
// members, enumerations. Each block replaces the one that cbindgen makes of the Rust type with the
// same name; `compat/` proves that both have the same layout.

// Single-producer, single-consumer queue of messages in caller-owned storage.
struct mg_queue {
  // Storage.
  char *buf;
  // Bytes of storage.
  size_t size;
  // Reader's offset.
  volatile size_t tail;
  // Writer's offset.
  volatile size_t head;
};

// A network address.
struct mg_addr {
  // Address bytes in network order; IPv4 uses the first four.
  union {
    uint8_t ip[16];
    uint32_t ip4;
    uint64_t ip6[2];
  } addr;
  // Port in network order.
  uint16_t port;
  // IPv6 zone index, 0 if none.
  uint8_t scope_id;
  // True for IPv6.
  bool is_ip6;
};

// Writing end of the wake-up channel.
union mg_pipe {
  // Descriptor, -1 while wake-up is not initialised.
  MG_SOCKET_TYPE fd;
  // Unused on Unix.
  void *q;
};

// A connection.
struct mg_connection {
  // Next older connection.
  struct mg_connection *next;
  // Owner.
  struct mg_mgr *mgr;
  // Local address.
  struct mg_addr loc;
  // Remote address.
  struct mg_addr rem;
  // Descriptor as an integer in a pointer; -1 = none.
  void *fd;
  // Unique per manager.
  unsigned long id;
  // Input buffer.
  struct mg_iobuf recv;
  // Output buffer.
  struct mg_iobuf send;
  // Profiling data, used with MG_ENABLE_PROFILE only.
  struct mg_iobuf prof;
  // Undecrypted TLS input.
  struct mg_iobuf rtls;
  // The program's handler.
  mg_event_handler_t fn;
  // The program's pointer.
  void *fn_data;
  // Protocol handler.
  mg_event_handler_t pfn;
  // Protocol handler's pointer.
  void *pfn_data;
  // Scratch space for the program.
  char data[MG_DATA_SIZE];
  // TLS session, or NULL.
  void *tls;
  // It listens.
  unsigned is_listening : 1;
  // It was made by mg_connect.
  unsigned is_client : 1;
  // It was accepted from a listener.
  unsigned is_accepted : 1;
  // Its host name is being resolved.
  unsigned is_resolving : 1;
  // Unused with sockets.
  unsigned is_arplooking : 1;
  // Its non-blocking connect is under way.
  unsigned is_connecting : 1;
  // It speaks TLS.
  unsigned is_tls : 1;
  // Its TLS handshake is under way.
  unsigned is_tls_hs : 1;
  // UDP.
  unsigned is_udp : 1;
  // It was upgraded to WebSocket.
  unsigned is_websocket : 1;
  // It speaks MQTT 5.
  unsigned is_mqtt5 : 1;
  // Set it to log all traffic.
  unsigned is_hexdumping : 1;
  // Set it to send what is queued, then close.
  unsigned is_draining : 1;
  // Set it to close at once.
  unsigned is_closing : 1;
  // Set it to stop reading.
  unsigned is_full : 1;
  // The last TLS write was incomplete.
  unsigned is_tls_throttled : 1;
  // A response is still being made.
  unsigned is_resp : 1;
  // There is something to read.
  unsigned is_readable : 1;
  // There is room to write.
  unsigned is_writable : 1;
};

// A Modbus request, `ev_data` of MG_EV_MODBUS_REQ.
struct mg_modbus_req {
  // Function code.
  uint8_t func;
  // Set by the handler to answer with an exception.
  uint8_t error;
  // First address.
  uint16_t addr;
  // Values to read into or write from: `bits` for functions 1, 2, 5 and 15, else `regs`.
  union {
    bool *bits;
    uint16_t *regs;
  } u;
  // Number of values.
  uint16_t len;
};

// A variable shown on the dashboard.
struct mg_field {
  // JSON key; NULL ends an array of fields.
  const char *name;
  // Type of the variable.
  enum mg_val_type type;
  // The variable.
  void *value;
  // Bytes of the variable; 0 = read-only.
  size_t value_size;
};

// A named group of dashboard variables.
struct mg_field_set {
  // Name in URLs.
  const char *name;
  // Array that ends in an entry without a name.
  struct mg_field *fields;
  // Called before a read and after a write, or NULL.
  bool (*fn)(enum mg_dash_op op, struct mg_dash_user *user);
  // Row number of a table, or NULL.
  int *index;
  // Directory of the files of this set, or NULL.
  bool (*get_dir)(const struct mg_dash_user *user, char *buf, size_t len);
  // Next set.
  struct mg_field_set *next;
};

// One network found by a Wi-Fi scan.
struct mg_wifi_scan_bss_data {
  // Name.
  struct mg_str SSID;
  // MAC address of the access point, 6 bytes.
  char *BSSID;
  // Signal strength in dBm.
  int16_t RSSI;
  // MG_WIFI_SECURITY_* bits.
  uint8_t security;
  // Channel.
  uint8_t channel;
  // MG_WIFI_BAND_*.
  unsigned band : 2;
  // 802.11n.
  unsigned has_n : 1;
  // 802.11ac.
  unsigned has_ac : 1;
  // 802.11ax.
  unsigned has_ax : 1;
};
