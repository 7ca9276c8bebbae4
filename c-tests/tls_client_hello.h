// ClientHello messages by hand (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2), for servers that
// must not be taken in by them.
#ifndef TLS_CLIENT_HELLO_H
#define TLS_CLIENT_HELLO_H

#include "tls_relay.h"

struct hello {
  int version;         // legacy_version
  int supported;       // the one in supported_versions; 0: no such extension
  int session_id;      // its length
  int sni;             // length of the server name; -1: no such extension
  const char *alpn;    // contents of the ALPN extension, with lengths; NULL: none
  int lie_at, lie_by;  // added to the length field number lie_at, from 1
};

struct bytes {
  unsigned char buf[70000];
  size_t len;
  int fields;  // length fields so far
  const struct hello *hello;
};

static inline void put(struct bytes *b, unsigned value, int size) {
  while (size-- > 0) b->buf[b->len++] = (unsigned char)(value >> (8 * size));
}

// Begins a part with a length field of `size` bytes; returns what part_end needs.
static inline size_t part_begin(struct bytes *b, int size) {
  put(b, 0, size);
  return b->len;
}

static inline void part_end(struct bytes *b, size_t begin, int size) {
  size_t end = b->len, len = end - begin;
  if (++b->fields == b->hello->lie_at) len += (size_t)b->hello->lie_by;
  b->len = begin - (size_t)size;
  put(b, (unsigned)len, size);
  b->len = end;
}

static inline void put_extensions(struct bytes *b) {
  const struct hello *h = b->hello;
  size_t part, inner;
  if (h->sni >= 0) {
    put(b, 0, 2);
    part = part_begin(b, 2);
    inner = part_begin(b, 2);
    put(b, 0, 1);
    put(b, (unsigned)h->sni, 2);
    for (int i = 0; i < h->sni; i++) put(b, 'a', 1);
    part_end(b, inner, 2);
    part_end(b, part, 2);
  }
  put(b, 10, 2);  // supported_groups: secp256r1
  put(b, 0x00040002, 4), put(b, 0x0017, 2);
  put(b, 13, 2);  // signature_algorithms: ecdsa_secp256r1_sha256
  put(b, 0x00040002, 4), put(b, 0x0403, 2);
  put(b, 23, 2), put(b, 0, 2);  // extended_master_secret
  if (h->alpn != NULL) {
    put(b, 16, 2);
    part = part_begin(b, 2);
    inner = part_begin(b, 2);
    for (const char *p = h->alpn; *p != '\0'; p++) put(b, (unsigned char)*p, 1);
    part_end(b, inner, 2);
    part_end(b, part, 2);
  }
  if (h->supported != 0) {
    put(b, 43, 2);
    put(b, 0x000302, 3), put(b, (unsigned)h->supported, 2);
  }
}

// One record with a ClientHello.
static inline void hello_make(struct bytes *b, const struct hello *h) {
  size_t record, message, part;
  b->len = 0;
  b->fields = 0;
  b->hello = h;
  put(b, HANDSHAKE, 1), put(b, 0x0301, 2);
  record = part_begin(b, 2);
  put(b, 1, 1);
  message = part_begin(b, 3);
  put(b, (unsigned)h->version, 2);
  for (int i = 0; i < 32; i++) put(b, (unsigned)i * 37, 1);
  part = part_begin(b, 1);
  for (int i = 0; i < h->session_id; i++) put(b, 's', 1);
  part_end(b, part, 1);
  part = part_begin(b, 2);
  put(b, 0xc02b, 2);  // ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  put(b, 0xc009, 2);  // ECDHE_ECDSA_WITH_AES_128_CBC_SHA, for old versions
  part_end(b, part, 2);
  put(b, 0x0100, 2);  // no compression
  part = part_begin(b, 2);
  put_extensions(b);
  part_end(b, part, 2);
  part_end(b, message, 3);
  part_end(b, record, 2);
}

// The TLS echo server, and one raw connection to it.
struct attack {
  struct mg_mgr mgr;
  struct tls_side server;
  int fd;
  unsigned char answer[20000];
  size_t answered;
};

static inline void attack_begin(struct attack *a) {
  struct mg_connection *listener;
  memset(a, 0, sizeof(*a));
  a->server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&a->mgr);
  listener = mg_listen(&a->mgr, "tls://127.0.0.1:0", tls_echo, &a->server);
  a->fd = plain_connect(listener);
}

// Sends, from the beginning or behind what was sent before; the server may have closed.
static inline void attack_send(struct attack *a, const void *p, size_t len) {
  const char *rest = (const char *)p;
  while (len > 0) {
    long n = send(a->fd, rest, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) rest += n, len -= (size_t)n;
    if (n < 0 && errno != EAGAIN) break;
    mg_mgr_poll(&a->mgr, 0);
  }
}

// Takes what the server sent. Returns true, for use in conditions.
static inline bool attack_listen(struct attack *a) {
  long n = plain_recv_now(a->fd, a->answer + a->answered, sizeof(a->answer) - a->answered);
  if (n > 0) a->answered += (size_t)n;
  return true;
}

// The description of the fatal alert that the server sent in clear; -1 if there was none.
static inline int attack_alert(const struct attack *a) {
  for (size_t at = 0; a->answered - at >= 7;) {
    const unsigned char *p = a->answer + at;
    size_t len = (size_t)p[3] << 8 | p[4];
    if (p[0] == ALERT && len == 2 && p[5] == 2) return p[6];
    if (len > a->answered - at - 5) break;
    at += 5 + len;
  }
  return -1;
}

static inline void attack_end(struct attack *a) {
  close(a->fd);
  mg_mgr_free(&a->mgr);
}

#endif  // TLS_CLIENT_HELLO_H
