// Options that hold for every TLS session of a manager, whoever sets it up: least version, cipher
// suites, pinned keys, resumption; and what is counted (chapter 08, 8.3 and 8.4).
#include "guarded.h"
#include "tls.h"

// Of rustls-ffi; c->tls is a rustls_connection.
enum { TLS_1_2 = 0x303, TLS_1_3 = 0x304 };
uint16_t rustls_connection_get_protocol_version(const void *connection);
uint16_t rustls_connection_get_negotiated_ciphersuite(const void *connection);

// The server is in one manager and the client in another, so that options hold for one side.
static struct mg_mgr near, far;
static struct tls_side client, server;
static struct mg_connection *listener;
static int protocol, suite;

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  tls_echo(c, ev, ev_data);
  if (ev == MG_EV_TLS_HS) {
    protocol = rustls_connection_get_protocol_version(c->tls);
    suite = rustls_connection_get_negotiated_ciphersuite(c->tls);
  }
}

static void start(void) {
  mg_mgr_init(&near);
  mg_mgr_init(&far);
  memset(&server, 0, sizeof(server));
  server.opts = tls_options("", "server.crt", "server.key", "");
  listener = mg_listen(&far, "tls://127.0.0.1:0", on_server, &server);
}

static void stop(void) {
  mg_mgr_free(&near);
  mg_mgr_free(&far);
}

static bool converse(struct mg_tls_opts opts) {
  struct mg_connection *c;
  memset(&client, 0, sizeof(client));
  server.trace.text[0] = server.trace.error[0] = '\0';
  client.opts = opts;
  protocol = suite = 0;
  c = mg_connect(&near, url_to("tls", listener), tls_hello, &client);
  POLL_UNTIL(&near, (mg_mgr_poll(&far, 0), client.count == 5 || has_closed(&client)));
  if (client.count == 5) c->is_draining = 1;
  POLL_UNTIL(&near, (mg_mgr_poll(&far, 0), has_closed(&client) && has_closed(&server)));
  return client.count == 5;
}

static struct mg_tls_opts usual(void) {
  return tls_options("root.crt", "", "", "host.test");
}

static void versions(void) {
  start();
  CHECK(converse(usual()));
  CHECK_INT(protocol, TLS_1_3);
  set_option(&far, "ssl_cipher_suite", "ECDHE-ECDSA-AES128-GCM-SHA256");
  CHECK(converse(usual()));
  CHECK_INT(protocol, TLS_1_2);
  CHECK_INT(suite, 0xc02b);
  set_option(&near, "ssl_protocol_version", "1.3");
  CHECK(!converse(usual()));
  set_option(&far, "ssl_cipher_suite", "");
  CHECK(converse(usual()));
  CHECK_INT(protocol, TLS_1_3);
  stop();
  start();
  set_option(&far, "ssl_protocol_version", "1.3");
  set_option(&near, "ssl_cipher_suite", "ECDHE-ECDSA-AES256-GCM-SHA384");
  CHECK(!converse(usual()));
  set_option(&far, "ssl_protocol_version", NULL);
  CHECK(converse(usual()));
  CHECK_INT(suite, 0xc02c);
  set_option(&near, "ssl_cipher_suite",
             "ECDHE-ECDSA-AES256-GCM-SHA384:TLS_CHACHA20_POLY1305_SHA256");
  CHECK(converse(usual()));
  CHECK_INT(suite, 0x1303);
  stop();
}

// The pin of a key of the test PKI.
static void pin_of(const char *name, char *pin) {
  char command[700];
  FILE *fp;
  snprintf(command, sizeof(command),
           "openssl pkey -in %s/%s -pubout -outform DER | openssl dgst -sha256 -binary | base64",
           getenv("TEST_PKI"), name);
  fp = popen(command, "r");
  CHECK(fp != NULL && fscanf(fp, "%44s", pin) == 1);
  if (fp != NULL) pclose(fp);
}

static void pins(void) {
  char right[45], wrong[45], both[100];
  const char *const text = "TLS: key is not pinned";
  start();
  pin_of("server.key", right);
  pin_of("root.key", wrong);
  snprintf(both, sizeof(both), "%s, %s", wrong, right);
  set_option(&near, "ssl_pinned_keys", right);
  CHECK(converse(usual()));
  CHECK(converse(tls_options("", "", "", "")));
  // It holds beside verification, not instead of it.
  CHECK(!converse(tls_options("other.crt", "", "", "host.test")));
  CHECK(!converse(tls_options("root.crt", "", "", "elsewhere.test")));
  // The key of an authority is not the server's, and an earlier session does not help.
  set_option(&near, "ssl_pinned_keys", wrong);
  CHECK(!converse(usual()));
  CHECK_TEXT(client.trace.error, text);
  CHECK(!converse(tls_options("", "", "", "host.test")));
  CHECK_TEXT(client.trace.error, text);
  {
    struct mg_tls_opts skips = usual();
    skips.skip_verification = true;
    CHECK(!converse(skips));
    CHECK_TEXT(client.trace.error, text);
  }
  set_option(&near, "ssl_pinned_keys", both);
  CHECK(converse(usual()));
  set_option(&near, "ssl_pinned_keys", NULL);
  CHECK(converse(usual()));
  // A server does not look at its own clients' keys.
  set_option(&far, "ssl_pinned_keys", wrong);
  CHECK(converse(usual()));
  stop();
}

static void sessions(void) {
  for (int version = 2; version <= 3; version++) {
    uint64_t resumed;
    start();
    if (version == 2) set_option(&far, "ssl_cipher_suite", "ECDHE-ECDSA-AES128-GCM-SHA256");
    CHECK(converse(usual()) && converse(usual()) && converse(usual()));
    CHECK_INT(stats_of(&far).tls_handshakes_ok, 3);
    CHECK_INT(stats_of(&near).tls_handshakes_ok, 3);
    CHECK_INT(stats_of(&far).tls_handshakes_resumed, 2);
    CHECK_INT(stats_of(&near).tls_handshakes_resumed, 2);
    set_option(&far, "ssl_session_cache", "0");
    resumed = stats_of(&far).tls_handshakes_resumed;
    CHECK(converse(usual()) && converse(usual()) && converse(usual()));
    CHECK_INT(stats_of(&far).tls_handshakes_resumed, resumed);
    set_option(&far, "ssl_session_cache", "1024");
    set_option(&near, "ssl_session_cache", "0");
    CHECK(converse(usual()) && converse(usual()));
    CHECK_INT(stats_of(&far).tls_handshakes_resumed, resumed);
    set_option(&near, "ssl_session_cache", "1");
    CHECK(converse(usual()) && converse(usual()));
    CHECK_INT(stats_of(&far).tls_handshakes_resumed, resumed + 1);
    CHECK_INT(stats_of(&far).tls_handshakes_failed + stats_of(&near).tls_handshakes_failed, 0);
    stop();
  }
}

static void failures(void) {
  struct mg_stats s;
  int fd;
  start();
  // The server learns of it, too.
  set_option(&near, "ssl_protocol_version", "1.3");
  set_option(&far, "ssl_cipher_suite", "ECDHE-ECDSA-AES128-GCM-SHA256");
  CHECK(!converse(usual()));
  CHECK_INT(stats_of(&far).tls_handshakes_failed, 1);
  CHECK_INT(stats_of(&near).tls_handshakes_failed, 1);
  // Garbage, and a peer that leaves.
  fd = plain_connect(listener);
  plain_write(fd, "GET / HTTP/1.1\r\n\r\n");
  while (answer(&far, fd, 5000)[0] != '\0') {
  }
  close(fd);
  POLL_UNTIL(&far, stats_of(&far).tls_handshakes_failed == 2);
  fd = plain_connect(listener);
  POLL_UNTIL(&far, stats_of(&far).now_handshaking == 1);
  close(fd);
  POLL_UNTIL(&far, stats_of(&far).tls_handshakes_failed == 3);
  // Options that are of no use.
  server.opts.key = pki("root.key");
  CHECK(!converse(usual()));
  s = stats_of(&far);
  CHECK_INT(s.tls_handshakes_failed, 4);
  CHECK_INT(s.tls_handshakes_ok + s.tls_handshakes_resumed, 0);
  CHECK_INT(s.now_accepted, 0);
  stop();
}

int main(void) {
  versions();
  pins();
  sessions();
  failures();
  return test_result();
}
