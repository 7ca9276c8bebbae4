// Chapter 05, 31..33, 52 and section 10, 2 and 20: options that can't be used. One
// ERROR whose text names the option, no byte in clear; the peer of a server gets a fatal alert.
// History: CVE-2025-65502 | empty, garbage and cut CA certificates are an error
// History: CVE-2024-42385 | no END, other bytes, a megabyte of `=`: an error
#include "tls_relay.h"

enum { MEGABYTE = 1000000, CLIENT = 1, SERVER = 2 };

struct row {
  const char *ca, *cert, *key, *name;
  int side;
  const char *option;  // named in the text
};

static char cut[2000], many_equals[MEGABYTE + 100], long_name[400], with_nul[3000];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  if (c->is_listening) return;
  record_in(&side->trace, ev, ev_data);
  if (ev == MG_EV_ERROR) {
    CHECK_INT(c->is_closing, 1);
    CHECK(strlen((char *)ev_data) <= 63);
  }
  if (ev == MG_EV_CONNECT || ev == MG_EV_ACCEPT) {
    mg_printf(c, "%s", "secret");
    mg_tls_init(c, &side->opts);
    mg_printf(c, "%s", "secret");
    CHECK(c->tls == NULL);
    CHECK_INT(c->is_tls_hs, 0);
  }
}

static void check_texts(const struct row *row, const struct tls_side *side) {
  if (strncmp(side->trace.error, "TLS ", 4) != 0) test_fail(__FILE__, __LINE__, "not: TLS ...");
  if (strncmp(side->trace.error + 4, row->option, strlen(row->option)) != 0 ||
      strlen(side->trace.error) < 15) {
    CHECK_TEXT(side->trace.error, row->option);
  }
}

static void check_server(const struct row *row) {
  struct tls_side side;
  struct mg_mgr mgr;
  struct mg_connection *listener;
  unsigned char alert[100];
  int fd;
  memset(&side, 0, sizeof(side));
  side.opts = tls_options(row->ca, row->cert, row->key, row->name);
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", on_event, &side);
  fd = plain_connect(listener);
  POLL_UNTIL(&mgr, has_closed(&side));
  CHECK_TEXT(side.trace.text, "OPEN ACCEPT ERROR CLOSE ");
  check_texts(row, &side);
  // Type alert, level fatal, internal_error.
  CHECK_INT(recv(fd, alert, sizeof(alert), 0), 7);
  CHECK_BYTES(alert, 7, "\x15\x03\x03\x00\x02\x02\x50", 7);
  CHECK_INT(recv(fd, alert, sizeof(alert), 0), 0);
  close(fd);
  mg_mgr_free(&mgr);
}

static void check_client(const struct row *row) {
  struct tls_side side;
  struct mg_mgr mgr;
  char byte, url[40];
  int listener = plain_socket(SOCK_STREAM), fd;
  CHECK_INT(listen(listener, 1), 0);
  snprintf(url, sizeof(url), "tls://127.0.0.1:%d", mg_ntohs(plain_port(listener)));
  memset(&side, 0, sizeof(side));
  side.opts = tls_options(row->ca, row->cert, row->key, row->name);
  mg_mgr_init(&mgr);
  mg_connect(&mgr, url, on_event, &side);
  POLL_UNTIL(&mgr, has_closed(&side));
  CHECK_TEXT(side.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
  check_texts(row, &side);
  fd = accept(listener, NULL, NULL);
  CHECK_INT(recv(fd, &byte, 1, 0), 0);
  close(fd);
  close(listener);
  mg_mgr_free(&mgr);
}

int main(void) {
  static const char junk[] = "this is\nnot PEM\n";
  static const char no_end[] = "-----BEGIN CERTIFICATE-----\nMIIB\n";
  static const char no_base64[] = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
  static const char small[] = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
  static const char der[] = "0\x82\x10\x10\n\n\n\n";
  static const char key_junk[] =
      "-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n";
  const struct row rows[] = {
      {junk, 0, 0, 0, CLIENT | SERVER, "ca"},
      {no_end, 0, 0, 0, CLIENT | SERVER, "ca"},
      {no_base64, 0, 0, 0, CLIENT | SERVER, "ca"},
      {small, 0, 0, 0, CLIENT | SERVER, "ca"},
      {der, 0, 0, 0, CLIENT | SERVER, "ca"},
      {"server.key", 0, 0, 0, CLIENT | SERVER, "ca"},
      {cut, 0, 0, 0, CLIENT | SERVER, "ca"},
      {many_equals, 0, 0, 0, CLIENT | SERVER, "ca"},
      {with_nul, 0, 0, 0, CLIENT | SERVER, "ca"},
      {0, junk, "server.key", 0, CLIENT | SERVER, "cert"},
      {0, no_end, "server.key", 0, CLIENT | SERVER, "cert"},
      {0, small, "server.key", 0, CLIENT | SERVER, "cert"},
      {0, der, "server.key", 0, CLIENT | SERVER, "cert"},
      {0, "server.key", "server.key", 0, CLIENT | SERVER, "cert"},
      {0, many_equals, "server.key", 0, CLIENT | SERVER, "cert"},
      {0, "server.crt", "", 0, CLIENT | SERVER, "cert"},
      {0, "server.crt", junk, 0, CLIENT | SERVER, "key"},
      {0, "server.crt", key_junk, 0, CLIENT | SERVER, "key"},
      {0, "server.crt", der, 0, CLIENT | SERVER, "key"},
      {0, "server.crt", "server.crt", 0, CLIENT | SERVER, "key"},
      {0, "server.crt", many_equals, 0, CLIENT | SERVER, "key"},
      {0, "server.crt", "server-encrypted.key", 0, CLIENT | SERVER, "key"},
      {0, "server.crt", "leaf.key", 0, CLIENT | SERVER, "key"},
      {0, "server.crt", "rsa.key", 0, CLIENT | SERVER, "key"},
      {0, 0, 0, "not a name", CLIENT, "name"},
      {0, 0, 0, long_name, CLIENT, "name"},
      {"root.crt", "server.crt", "server.key", long_name, CLIENT | SERVER, "name"},
  };
  // The second certificate of two is cut off.
  snprintf(cut, sizeof(cut), "%s%.200s", pki("root.crt").buf, pki("other.crt").buf);
  snprintf(many_equals, sizeof(many_equals), "-----BEGIN CERTIFICATE-----\n");
  memset(many_equals + strlen(many_equals), '=', MEGABYTE);
  memset(long_name, 'a', sizeof(long_name) - 1);
  snprintf(with_nul, sizeof(with_nul), "%s", pki("root.crt").buf);
  with_nul[300] = '\1';
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int before = test_failures;
    if (rows[i].side & SERVER) check_server(&rows[i]);
    if (rows[i].side & CLIENT) check_client(&rows[i]);
    if (test_failures != before) printf("row %d: %s\n", (int)i, rows[i].option);
  }
  return test_result();
}
