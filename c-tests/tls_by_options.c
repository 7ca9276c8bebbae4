// TLS by options alone: a listener whose program never calls mg_tls_init, client certificates, what
// is refused, renewal (chapter 08, 8.3 and checklist 10).
#include "guarded.h"
#include "tls.h"

static struct mg_mgr mgr;

static const char *pki_path(const char *name) {
  static char path[500];
  snprintf(path, sizeof(path), "%s/%s", getenv("TEST_PKI"), name);
  return path;
}

static void set_file(const char *option, const char *name) {
  set_option(&mgr, option, pki_path(name));
}

static void check_refused(const char *option, const char *value, const char *why) {
  char before[600], after[600];
  const char *said;
  CHECK(mg_get_option(&mgr, option, before, sizeof(before)) == before);
  said = mg_set_option(&mgr, option, value);
  CHECK_TEXT(said == NULL ? "(accepted)" : said, why);
  CHECK(mg_get_option(&mgr, option, after, sizeof(after)) == after);
  CHECK_TEXT(after, before);
}

// An echo server, and a client that sets its side up in CONNECT.
static void echo(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (!c->is_listening) record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_READ) tls_read(c, side), mg_send(c, c->recv.buf, c->recv.len), c->recv.len = 0;
}

static struct tls_side client, server;

// True if the client hears its echo, false if the connection ends before.
static bool converse(struct mg_connection *listener, struct mg_tls_opts opts) {
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = opts;
  struct mg_connection *c = mg_connect(&mgr, url_to("tls", listener), tls_hello, &client);
  POLL_UNTIL(&mgr, client.count >= 5 || has_closed(&client));
  if (!has_closed(&client)) c->is_closing = 1;
  POLL_UNTIL(&mgr, has_closed(&client) && stats_of(&mgr).now_accepted == 0);
  return client.count == 5;
}

static bool trusts(struct mg_connection *listener, const char *ca) {
  return converse(listener, tls_options(ca, "", "", "host.test"));
}

static struct mg_connection *start(const char *scheme) {
  char url[50];
  mg_mgr_init(&mgr);
  snprintf(url, sizeof(url), "%s://127.0.0.1:0", scheme);
  return mg_listen(&mgr, url, echo, &server);
}

static void listeners(void) {
  const char *const schemes[] = {"https", "wss", "tls", "mqtts", "ssl"};
  for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
    struct mg_connection *listener = start(schemes[i]);
    set_file("ssl_certificate", "server.crt");
    set_file("ssl_key", "server.key");
    CHECK(trusts(listener, "root.crt"));
    CHECK_TEXT(server.received, "hello");
    CHECK(strncmp(server.trace.text, "OPEN ACCEPT TLS_HS READ ", 24) == 0);
    CHECK(!trusts(listener, "other.crt"));
    mg_mgr_free(&mgr);
  }
  // Plain ones stay plain, and one that the program sets up stays the program's.
  {
    struct mg_connection *listener = start("tcp");
    int fd;
    set_file("ssl_certificate", "server.crt");
    set_file("ssl_key", "server.key");
    fd = plain_connect(listener);
    plain_write(fd, "plain");
    CHECK_TEXT(answer(&mgr, fd, 5000), "plain");
    close(fd);
    POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
    memset(&server, 0, sizeof(server));
    server.opts = tls_options("", "self-leaf.crt", "self-leaf.key", "");
    listener = mg_listen(&mgr, "tls://127.0.0.1:0", tls_echo, &server);
    memset(&client, 0, sizeof(client));
    client.opts = tls_options("self-leaf.crt", "", "", "host.test");
    mg_connect(&mgr, url_to("tls", listener), tls_hello, &client);
    POLL_UNTIL(&mgr, client.count == 5);
    mg_mgr_free(&mgr);
  }
}

// Either may come first; what is half there refuses everybody.
static void order_and_renewal(void) {
  struct mg_connection *listener = start("tls");
  set_file("ssl_certificate", "server.crt");
  CHECK(!trusts(listener, "root.crt"));
  CHECK_TEXT(server.trace.error, "TLS: ssl_key is not set");
  CHECK(client.trace.error[0] != '\0');
  set_file("ssl_key", "server.key");
  CHECK(trusts(listener, "root.crt"));
  // New names: the old pair serves until the new one is complete.
  check_refused("ssl_key", pki_path("self-leaf.key"),
                "the private key does not belong to the certificate");
  check_refused("ssl_certificate", pki_path("self-leaf.crt"),
                "the private key does not belong to the certificate");
  CHECK(trusts(listener, "root.crt"));
  set_option(&mgr, "ssl_key", NULL);
  set_file("ssl_certificate", "self-leaf.crt");
  CHECK(trusts(listener, "root.crt"));
  set_file("ssl_key", "self-leaf.key");
  CHECK(trusts(listener, "self-leaf.crt"));
  CHECK(!trusts(listener, "root.crt"));
  // Emptied, and the key first.
  set_option(&mgr, "ssl_certificate", "");
  set_option(&mgr, "ssl_key", "");
  set_file("ssl_key", "server.key");
  set_file("ssl_certificate", "server.crt");
  CHECK(trusts(listener, "root.crt"));
  mg_mgr_free(&mgr);
}

static void copy(const char *to, const char *a, const char *b) {
  struct mg_str first = pki(a), second = pki(b);
  FILE *fp = fopen(to, "w");
  CHECK(fp != NULL);
  fwrite(first.buf, 1, first.len, fp);
  fwrite(second.buf, 1, second.len, fp);
  fclose(fp);
}

// Certificate and key in one file, which is read again when its name is set again.
static void one_file(void) {
  char path[600];
  struct mg_connection *listener = start("tls");
  snprintf(path, sizeof(path), "%s/both.pem", getenv("TEST_DIR"));
  copy(path, "server.crt", "server.key");
  set_option(&mgr, "ssl_certificate", path);
  CHECK(trusts(listener, "root.crt"));
  copy(path, "self-leaf.key", "self-leaf.crt");
  CHECK(trusts(listener, "root.crt"));
  set_option(&mgr, "ssl_certificate", path);
  CHECK(trusts(listener, "self-leaf.crt"));
  CHECK(!trusts(listener, "root.crt"));
  copy(path, "self-leaf.key", "server.crt");
  check_refused("ssl_certificate", path, "the private key does not belong to the certificate");
  CHECK(trusts(listener, "self-leaf.crt"));
  mg_mgr_free(&mgr);
}

static void refused(void) {
  char directory[500];
  start("tls");
  snprintf(directory, sizeof(directory), "%s", getenv("TEST_PKI"));
  for (int i = 0; i < 3; i++) {
    const char *const options[] = {"ssl_certificate", "ssl_key", "ssl_ca_certificate"};
    check_refused(options[i], "/no/such/file", "the file can't be read");
    check_refused(options[i], directory, "the file can't be read");
    check_refused(options[i], "/dev/zero", "the file can't be read");
    check_refused(options[i], "/dev/null", "the file can't be read");
  }
  check_refused("ssl_certificate", pki_path("server.key"), "there is no certificate in the file");
  check_refused("ssl_ca_certificate", pki_path("server.key"),
                "there is no certificate in the file");
  check_refused("ssl_key", pki_path("server.crt"), "there is no private key in the file");
  check_refused("ssl_key", pki_path("server-encrypted.key"), "encrypted keys are not supported");
  check_refused("ssl_protocol_version", "1.1", "SSL, TLS 1.0 and TLS 1.1 do not exist here");
  check_refused("ssl_protocol_version", "SSLv3", "SSL, TLS 1.0 and TLS 1.1 do not exist here");
  check_refused("ssl_cipher_suite", "ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA",
                "a cipher suite is weak and not offered (the log names it)");
  check_refused("ssl_cipher_suite", "ROT13", "a cipher suite is unknown (the log names it)");
  set_option(&mgr, "ssl_protocol_version", "1.3");
  check_refused("ssl_cipher_suite", "ECDHE-RSA-AES128-GCM-SHA256",
                "no cipher suite remains for the least protocol version");
  set_option(&mgr, "ssl_protocol_version", "1.2");
  check_refused("ssl_pinned_keys", "x",
                "a pinned key is not the SHA-256 of a public key in base64");
  check_refused("ssl_verify_peer", "maybe",
                "the value is none of the words that this option knows");
  mg_mgr_free(&mgr);
}

static void client_certificates(void) {
  struct mg_connection *listener = start("tls");
  struct mg_tls_opts none = tls_options("root.crt", "", "", "host.test");
  struct mg_tls_opts good = tls_options("root.crt", "client.crt", "client.key", "host.test");
  struct mg_tls_opts bad =
      tls_options("root.crt", "client-other.crt", "client-other.key", "host.test");
  set_file("ssl_certificate", "server.crt");
  set_file("ssl_key", "server.key");
  set_file("ssl_ca_certificate", "root.crt");
  CHECK(converse(listener, none) && converse(listener, good) && converse(listener, bad));
  set_option(&mgr, "ssl_verify_peer", "required");
  CHECK(!converse(listener, none) && converse(listener, good) && !converse(listener, bad));
  set_option(&mgr, "ssl_verify_peer", "optional");
  CHECK(converse(listener, none) && converse(listener, good) && !converse(listener, bad));
  set_option(&mgr, "ssl_verify_peer", "required");
  CHECK(!converse(listener, none) && converse(listener, good));
  // Without authorities nobody could be verified.
  set_option(&mgr, "ssl_ca_certificate", NULL);
  CHECK(!converse(listener, good));
  CHECK_TEXT(server.trace.error, "TLS: ssl_ca_certificate is not set");
  set_option(&mgr, "ssl_verify_peer", "off");
  CHECK(converse(listener, none));
  mg_mgr_free(&mgr);
}

int main(void) {
  listeners();
  order_and_renewal();
  one_file();
  refused();
  client_certificates();
  return test_result();
}
