// Helpers of the TLS tests: the certificates of tools/test-pki, and a client and a server in one
// manager that talk to each other.
#ifndef TLS_TEST_H
#define TLS_TEST_H

#include "event.h"

// The file of that name in the test PKI; NULL or "" gives an empty string, a text with a newline
// is the content itself. Kept until the program ends.
static inline struct mg_str pki(const char *name) {
  static struct {
    char name[40];
    struct mg_str content;
  } files[80];
  char path[500];
  if (name == NULL || name[0] == '\0') return mg_str("");
  if (strchr(name, '\n') != NULL) return mg_str(name);
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    if (strcmp(files[i].name, name) == 0) return files[i].content;
    if (files[i].name[0] != '\0') continue;
    snprintf(path, sizeof(path), "%s/%s", getenv("TEST_PKI"), name);
    snprintf(files[i].name, sizeof(files[i].name), "%s", name);
    files[i].content = mg_file_read(&mg_fs_posix, path);
    if (files[i].content.buf == NULL) test_fail(__FILE__, __LINE__, path);
    return files[i].content;
  }
  test_fail(__FILE__, __LINE__, "too many files");
  return mg_str("");
}

// Options with the named files.
static inline struct mg_tls_opts tls_options(const char *ca, const char *cert, const char *key,
                                             const char *name) {
  struct mg_tls_opts opts;
  memset(&opts, 0, sizeof(opts));
  opts.ca = pki(ca);
  opts.cert = pki(cert);
  opts.key = pki(key);
  if (name != NULL) opts.name = mg_str(name);
  return opts;
}

// One side of a conversation.
struct tls_side {
  struct mg_tls_opts opts;
  struct trace trace;
  char received[100];  // the beginning of what arrived
  size_t count;        // bytes that arrived
};

static inline void tls_read(struct mg_connection *c, struct tls_side *side) {
  size_t room = sizeof(side->received) - 1 - side->count;
  if (side->count < sizeof(side->received) - 1) {
    memcpy(side->received + side->count, c->recv.buf, c->recv.len < room ? c->recv.len : room);
  }
  side->count += c->recv.len;
}

// A server that echoes. c->fn_data is its struct tls_side.
static inline void tls_echo(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (!c->is_listening) record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &side->opts);
  if (ev == MG_EV_READ) {
    tls_read(c, side);
    mg_send(c, c->recv.buf, c->recv.len);
    c->recv.len = 0;
  }
}

// A client that says "hello" in CONNECT, right behind mg_tls_init.
static inline void tls_hello(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    mg_tls_init(c, &side->opts);
    mg_send(c, "hello", 5);
  }
  if (ev == MG_EV_READ) {
    tls_read(c, side);
    c->recv.len = 0;
  }
}

// True once the connection of that side has ended.
static inline bool has_closed(const struct tls_side *side) {
  return strstr(side->trace.text, "CLOSE ") != NULL;
}

// Lets the client say hello to the echo server. True if the echo arrived; false if both sides
// closed without.
static inline bool tls_converse(struct tls_side *client, struct tls_side *server) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", tls_echo, server);
  mg_connect(&mgr, url_to("tls", listener), tls_hello, client);
  POLL_UNTIL(&mgr, client->count >= 5 || (has_closed(client) && has_closed(server)));
  mg_mgr_free(&mgr);
  return client->count == 5 && strcmp(client->received, "hello") == 0;
}

#endif  // TLS_TEST_H
