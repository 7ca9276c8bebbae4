// A relay between a client and a server of the TLS tests: it sees what goes over the wire, and can
// cut it in pieces, hold it back, change it or end it.
#ifndef TLS_RELAY_H
#define TLS_RELAY_H

#include "tls.h"

#include <poll.h>

// Directions.
enum { TO_SERVER = 0, TO_CLIENT = 1 };

// Record types (RFC 8446 section 5.1).
enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23 };

struct relay {
  int listener;    // where the client connects
  int fd[2];       // fd[d]: where the bytes of direction d come from, -1 before and after
  uint16_t port;   // of the server, network order
  size_t piece;    // most bytes moved at once, per direction; 0 for no limit
  bool hold[2];    // nothing is moved in that direction
  bool keep_open;  // the end of one connection does not end the other
  size_t flip_at;  // of the bytes to the server, this one gets a bit changed; 0: none
  size_t moved[2];
  unsigned char seen[2][40000];  // the beginning of what was moved
};

static inline void relay_open(struct relay *r, const struct mg_connection *listener) {
  memset(r, 0, sizeof(*r));
  r->port = listener->loc.port;
  r->fd[0] = r->fd[1] = -1;
  r->listener = plain_socket(SOCK_STREAM);
  CHECK_INT(listen(r->listener, 1), 0);
}

static inline const char *relay_url(const struct relay *r) {
  static char url[64];
  snprintf(url, sizeof(url), "tls://127.0.0.1:%d", mg_ntohs(plain_port(r->listener)));
  return url;
}

static inline void relay_cut(struct relay *r, int direction) {
  if (r->fd[direction] >= 0) close(r->fd[direction]);
  r->fd[direction] = -1;
}

static inline void relay_close(struct relay *r) {
  relay_cut(r, TO_SERVER);
  relay_cut(r, TO_CLIENT);
  close(r->listener);
}

// Takes the client and connects to the server.
static inline void relay_begin(struct relay *r) {
  struct pollfd waiting = {r->listener, POLLIN, 0};
  struct sockaddr_in sin = loopback(r->port);
  if (poll(&waiting, 1, 0) != 1) return;
  r->fd[TO_SERVER] = accept(r->listener, NULL, NULL);
  r->fd[TO_CLIENT] = plain_socket(SOCK_STREAM);
  CHECK_INT(connect(r->fd[TO_CLIENT], (struct sockaddr *)&sin, sizeof(sin)), 0);
  for (int d = 0; d < 2; d++) {
    int on = 1;
    setsockopt(r->fd[d], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
}

static inline void relay_note(struct relay *r, int direction, const unsigned char *p, size_t len) {
  size_t at = r->moved[direction], room = at < 40000 ? 40000 - at : 0;
  if (room > 0) memcpy(r->seen[direction] + at, p, len < room ? len : room);
  r->moved[direction] += len;
}

static inline void relay_move(struct relay *r, int direction) {
  static unsigned char buf[16384];
  size_t most = r->piece == 0 || r->piece > sizeof(buf) ? sizeof(buf) : r->piece;
  long n;
  if (r->fd[direction] < 0 || r->hold[direction]) return;
  n = plain_recv_now(r->fd[direction], buf, most);
  if (n == 0 && r->keep_open) {
    r->hold[direction] = true;
  } else if (n == 0) {
    relay_cut(r, TO_SERVER);
    relay_cut(r, TO_CLIENT);
  } else if (n > 0) {
    size_t at = r->moved[TO_SERVER];
    if (direction == TO_SERVER && r->flip_at > at && r->flip_at <= at + (size_t)n) {
      buf[r->flip_at - at - 1] ^= 1;
    }
    relay_note(r, direction, buf, (size_t)n);
    (void)!send(r->fd[!direction], buf, (size_t)n, MSG_NOSIGNAL);
  }
}

// Moves what is there now, a piece in each direction. Returns true, for use in conditions.
static inline bool relay_step(struct relay *r) {
  if (r->fd[TO_SERVER] < 0 && r->fd[TO_CLIENT] < 0) relay_begin(r);
  relay_move(r, TO_SERVER);
  relay_move(r, TO_CLIENT);
  return true;
}

// The number of records of that type seen in that direction; the length of the last one goes to
// *last.
static inline int relay_records(const struct relay *r, int direction, int type, size_t *last) {
  const unsigned char *p = r->seen[direction];
  size_t at = 0, end = r->moved[direction] < 40000 ? r->moved[direction] : 40000;
  int count = 0;
  while (end - at >= 5) {
    size_t len = (size_t)p[at + 3] << 8 | p[at + 4];
    if (p[at] == type) {
      count++;
      if (last != NULL) *last = len;
    }
    if (len > end - at - 5) break;
    at += len + 5;
  }
  return count;
}

// True if the text was seen in that direction.
static inline bool relay_saw(const struct relay *r, int direction, const char *text) {
  size_t end = r->moved[direction] < 40000 ? r->moved[direction] : 40000;
  size_t len = strlen(text);
  for (size_t at = 0; at + len <= end; at++) {
    if (memcmp(r->seen[direction] + at, text, len) == 0) return true;
  }
  return false;
}

// A manager with the echo server and a client, which talk through a relay.
struct relayed {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  struct tls_side client, server;
  struct relay relay;
};

// Nobody verifies anybody.
static inline void relayed_begin(struct relayed *t, mg_event_handler_t client) {
  memset(&t->client, 0, sizeof(t->client));
  memset(&t->server, 0, sizeof(t->server));
  t->server.opts = tls_options("", "server.crt", "server.key", "");
  mg_mgr_init(&t->mgr);
  t->listener = mg_listen(&t->mgr, "tls://127.0.0.1:0", tls_echo, &t->server);
  relay_open(&t->relay, t->listener);
  mg_connect(&t->mgr, relay_url(&t->relay), client, &t->client);
}

// The connection of that side; NULL if there is none.
static inline struct mg_connection *relayed_end(struct relayed *t, const struct tls_side *side) {
  for (struct mg_connection *c = t->mgr.conns; c != NULL; c = c->next) {
    if (c->fn_data == side && !c->is_listening) return c;
  }
  return NULL;
}

static inline void relayed_end_all(struct relayed *t) {
  mg_mgr_free(&t->mgr);
  relay_close(&t->relay);
}

// Polls with the relay at work until the condition holds.
#define RELAY_UNTIL(t, condition) POLL_UNTIL(&(t)->mgr, (relay_step(&(t)->relay), (condition)))

#endif  // TLS_RELAY_H
