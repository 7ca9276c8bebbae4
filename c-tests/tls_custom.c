// Chapter 01, 57: a program's own mg_tls_* family (MG_TLS_CUSTOM) replaces the library's (design
// section 4). This one flips bits, after a handshake of one byte each way. What is queued in CONNECT
// is sent after TLS_HS.
// cflags: -DMG_TLS=MG_TLS_CUSTOM
#include "event.h"

enum { HELLO = 0x48, KEY = 0x5a };

struct session {
  bool hello_sent, hello_seen;
};

static int sessions, contexts;

void mg_tls_ctx_init(struct mg_mgr *mgr) {
  contexts++;
  mgr->tls_ctx = &contexts;
}

void mg_tls_ctx_free(struct mg_mgr *mgr) {
  CHECK_PTR(mgr->tls_ctx, &contexts);
  mgr->tls_ctx = NULL;
  contexts--;
}

void mg_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts) {
  (void)opts;
  c->tls = calloc(1, sizeof(struct session));
  sessions++;
  c->is_tls = c->is_tls_hs = 1;
}

void mg_tls_free(struct mg_connection *c) {
  if (c->tls != NULL) sessions--;
  free(c->tls);
  c->tls = NULL;
}

void mg_tls_handshake(struct mg_connection *c) {
  struct session *s = (struct session *)c->tls;
  unsigned char hello = HELLO;
  if (!s->hello_sent) s->hello_sent = mg_io_send(c, &hello, 1) == 1;
  if (!s->hello_seen && mg_io_recv(c, &hello, 1) == 1) {
    CHECK_INT(hello, HELLO);
    s->hello_seen = true;
  }
  if (s->hello_sent && s->hello_seen) {
    c->is_tls_hs = 0;
    mg_call(c, MG_EV_TLS_HS, NULL);
  }
}

long mg_tls_send(struct mg_connection *c, const void *buf, size_t len) {
  unsigned char flipped[4096];
  if (len > sizeof(flipped)) len = sizeof(flipped);
  for (size_t i = 0; i < len; i++) flipped[i] = ((const unsigned char *)buf)[i] ^ KEY;
  return mg_io_send(c, flipped, len);
}

long mg_tls_recv(struct mg_connection *c, void *buf, size_t len) {
  long n = mg_io_recv(c, buf, len < 1000 ? len : 1000);  // "records" of 1000 bytes
  for (long i = 0; i < n; i++) ((unsigned char *)buf)[i] ^= KEY;
  return n;
}

size_t mg_tls_pending(struct mg_connection *c) {
  (void)c;
  return 0;
}

void mg_tls_flush(struct mg_connection *c) {
  (void)c;
}

static struct trace trace;
static size_t received;
static bool full;
static char block[50000];

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    struct mg_tls_opts opts;
    memset(&opts, 0, sizeof(opts));
    mg_tls_init(c, &opts);
  } else if (ev == MG_EV_READ) {
    CHECK(*(long *)ev_data <= 1000);
    CHECK_INT(c->recv.buf[c->recv.len - 1], 'x');
    CHECK(!c->is_full);
    if (received == 0) c->is_full = 1, full = true;
    received += c->recv.len;
    c->recv.len = 0;
  }
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    struct mg_tls_opts opts;
    memset(&opts, 0, sizeof(opts));
    CHECK_INT(c->is_tls, 1);
    mg_tls_init(c, &opts);
    memset(block, 'x', sizeof(block));
    mg_send(c, block, sizeof(block));
  }
  if (ev == MG_EV_WRITE) CHECK_INT(c->is_tls_hs, 0);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server, *client;
  mg_mgr_init(&mgr);
  CHECK_INT(contexts, 1);
  server = mg_listen(&mgr, "tls://127.0.0.1:0", on_server, NULL);
  client = mg_connect(&mgr, url_to("tls", server), on_client, &trace);
  POLL_UNTIL(&mgr, full);
  // A full connection gets nothing, though much is buffered, and polls sleep (section 20, 23).
  CHECK(polls_during(&mgr, 200) < 100);
  CHECK_INT(received, 1000);
  mgr.conns->is_full = 0;
  POLL_UNTIL(&mgr, received == 50000);
  CHECK(strncmp(trace.text, "OPEN RESOLVE CONNECT TLS_HS WRITE ", 34) == 0);
  CHECK_INT(trace.written, 50000);
  CHECK_INT(sessions, 2);
  // The end of the stream comes after everything that was buffered.
  mg_iobuf_add(&client->send, client->send.len, block, 5000);
  client->is_draining = 1;
  POLL_UNTIL(&mgr, mgr.conns == server);
  CHECK_INT(received, 55000);
  CHECK_INT(sessions, 0);
  mg_mgr_free(&mgr);
  CHECK_INT(contexts, 0);
  return test_result();
}
