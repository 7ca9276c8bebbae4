// Certificate messages whose inner lengths are wrong, from a server and from a client, in TLS 1.2,
// where they are not encrypted: ERROR before anything is verified, and never READ.
// History: CVE-2026-52061 | inner lengths past the message are an error, on both sides
#include "tls_client_hello.h"

enum { CERTIFICATE = 1, LIST, MESSAGE };  // length fields, innermost first

// Which length lies, by how much, and whether the receiver finds out without more input.
static const struct {
  int field, by;
  bool found_out;
} rows[] = {
    {0, 0, false},
    {CERTIFICATE, 1, true},
    {CERTIFICATE, -1, true},
    {CERTIFICATE, 0x10000, true},
    {CERTIFICATE, 0xfff000, true},
    {LIST, 1, true},
    {LIST, -1, true},
    {LIST, 0xfff000, true},
    {MESSAGE, -1, true},
    {MESSAGE, -4, true},
    {MESSAGE, 0xfff000, true},
    {MESSAGE, 1, false},  // more may come
};

static struct bytes flight;
static struct hello lie;

static void put_certificate(void) {
  struct mg_str der = pki("server.crt.der");
  size_t record, message, list, certificate;
  put(&flight, HANDSHAKE, 1), put(&flight, 0x0303, 2);
  record = part_begin(&flight, 2);
  put(&flight, 11, 1);
  message = part_begin(&flight, 3);
  list = part_begin(&flight, 3);
  certificate = part_begin(&flight, 3);
  for (size_t i = 0; i < der.len; i++) put(&flight, (unsigned char)der.buf[i], 1);
  flight.fields = 0;
  part_end(&flight, certificate, 3);
  part_end(&flight, list, 3);
  part_end(&flight, message, 3);
  part_end(&flight, record, 2);
}

// A ServerHello for TLS 1.2 with ECDHE_ECDSA_WITH_AES_128_GCM_SHA256.
static void put_server_hello(void) {
  size_t record, message;
  flight.fields = 100;  // all true
  put(&flight, HANDSHAKE, 1), put(&flight, 0x0303, 2);
  record = part_begin(&flight, 2);
  put(&flight, 2, 1);
  message = part_begin(&flight, 3);
  put(&flight, 0x0303, 2);
  for (unsigned i = 0; i < 32; i++) put(&flight, i * 37, 1);
  put(&flight, 0, 1), put(&flight, 0xc02b, 2), put(&flight, 0, 1);
  put(&flight, 4, 2), put(&flight, 23, 2), put(&flight, 0, 2);  // extended_master_secret
  part_end(&flight, message, 3);
  part_end(&flight, record, 2);
}

static void flight_begin(size_t row) {
  memset(&lie, 0, sizeof(lie));
  lie.lie_at = rows[row].field, lie.lie_by = rows[row].by;
  flight.len = 0, flight.hello = &lie;
}

// The receiver has found out by itself, or waits until the stream ends.
static void check_end(struct mg_mgr *mgr, const struct tls_side *side, int fd, bool found_out) {
  if (found_out) {
    POLL_UNTIL(mgr, has_closed(side));
    CHECK(strstr(side->trace.text, "ERROR CLOSE ") != NULL);
  } else {
    for (int i = 0; i < 20; i++) mg_mgr_poll(mgr, 1);
    CHECK(!has_closed(side));
    shutdown(fd, SHUT_WR);
    POLL_UNTIL(mgr, has_closed(side));
  }
  CHECK(strstr(side->trace.text, "TLS_HS") == NULL);
  CHECK_INT(side->count, 0);
}

static void to_client(size_t row) {
  struct tls_side client;
  struct mg_mgr mgr;
  char url[40], hello[2000];
  long n = 0;
  int listener = plain_socket(SOCK_STREAM), fd;
  CHECK_INT(listen(listener, 1), 0);
  snprintf(url, sizeof(url), "tls://127.0.0.1:%d", mg_ntohs(plain_port(listener)));
  memset(&client, 0, sizeof(client));
  client.opts = tls_options("root.crt", "", "", "host.test");
  mg_mgr_init(&mgr);
  mg_connect(&mgr, url, tls_hello, &client);
  fd = accept(listener, NULL, NULL);
  POLL_UNTIL(&mgr, n > 0 || (n = plain_recv_now(fd, hello, sizeof(hello))) > 0);
  flight_begin(row);
  put_server_hello();
  put_certificate();
  CHECK_INT(send(fd, flight.buf, flight.len, MSG_NOSIGNAL), flight.len);
  check_end(&mgr, &client, fd, rows[row].found_out);
  mg_mgr_free(&mgr);
  close(fd);
  close(listener);
}

// The server wants a certificate; the client that sends it is made by hand.
static void to_server(size_t row) {
  static const struct hello honest = {0x0303, 0, 0, 9, NULL, 0, 0};
  static struct attack a;
  static struct bytes hello;
  attack_begin(&a);
  a.server.opts.ca = pki("root.crt");
  hello_make(&hello, &honest);
  attack_send(&a, hello.buf, hello.len);
  POLL_UNTIL(&a.mgr, attack_listen(&a) && a.answered > 9 &&
                         memcmp(a.answer + a.answered - 4, "\xe\0\0", 4) == 0);  // ServerHelloDone
  flight_begin(row);
  put_certificate();
  attack_send(&a, flight.buf, flight.len);
  check_end(&a.mgr, &a.server, a.fd, rows[row].found_out);
  attack_end(&a);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int before = test_failures;
    to_client(i);
    to_server(i);
    if (test_failures != before) printf("row %d\n", (int)i);
  }
  return test_result();
}
