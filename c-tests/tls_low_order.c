// Key shares that are X25519 points of low order, from a client and from a server: the handshake ends
// with an error, because anybody would know the secret.
// History: a9df523f-x25519 | each point of low order ends the handshake, on both sides
#include "tls_client_hello.h"

enum { SHARE = 32, GOOD = 0, ILLEGAL_PARAMETER = 47 };

// In hexadecimal; the first one is the base point, which is good.
static const char *const points[] = {
    "0900000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
};

static unsigned char point[SHARE];
static unsigned char hello[4000];
static size_t hello_len;

static void set_point(size_t i) {
  for (size_t k = 0; k < SHARE; k++) {
    unsigned byte = 0;
    CHECK_INT(sscanf(points[i] + 2 * k, "%2x", &byte), 1);
    point[k] = (unsigned char)byte;
  }
}

// Where the X25519 share of the ClientHello is.
static unsigned char *share(void) {
  for (size_t at = 0; at + 4 + SHARE <= hello_len; at++) {
    if (memcmp(hello + at, "\x00\x1d\x00\x20", 4) == 0) return hello + at + 4;
  }
  test_fail(__FILE__, __LINE__, "no X25519 share");
  exit(1);
}

// A client of ours says hello; a ServerHello with the point answers it.
static void to_client(size_t i) {
  static struct bytes answer;
  static const struct hello honest;
  struct tls_side client;
  struct mg_mgr mgr;
  char url[40];
  size_t record, message;
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
  hello_len = (size_t)n;
  answer.len = 0, answer.hello = &honest, answer.fields = 100;
  put(&answer, HANDSHAKE, 1), put(&answer, 0x0303, 2);
  record = part_begin(&answer, 2);
  put(&answer, 2, 1);
  message = part_begin(&answer, 3);
  put(&answer, 0x0303, 2);
  for (unsigned k = 0; k < 32; k++) put(&answer, k * 37, 1);
  for (size_t k = 0; k < 33; k++) put(&answer, hello[43 + k], 1);  // the client's session id
  put(&answer, 0x1301, 2), put(&answer, 0, 1);                     // AES_128_GCM_SHA256
  put(&answer, 6 + 8 + SHARE, 2);
  put(&answer, 43, 2), put(&answer, 0x00020304, 4);
  put(&answer, 51, 2), put(&answer, 4 + SHARE, 2), put(&answer, 0x001d0020, 4);
  for (size_t k = 0; k < SHARE; k++) put(&answer, point[k], 1);
  part_end(&answer, message, 3);
  part_end(&answer, record, 2);
  CHECK_INT(send(fd, answer.buf, answer.len, MSG_NOSIGNAL), answer.len);
  if (i == GOOD) {
    for (int k = 0; k < 20; k++) mg_mgr_poll(&mgr, 1);
    CHECK(!has_closed(&client));
  } else {
    POLL_UNTIL(&mgr, has_closed(&client));
    CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
  }
  mg_mgr_free(&mgr);
  close(fd);
  close(listener);
}

// The hello of before, with the point in it, goes to a server of ours.
static void to_server(size_t i) {
  static struct attack a;
  attack_begin(&a);
  memcpy(share(), point, SHARE);
  attack_send(&a, hello, hello_len);
  if (i == GOOD) {
    POLL_UNTIL(&a.mgr, attack_listen(&a) && a.answered > 100);
    CHECK_INT(a.answer[0], HANDSHAKE);
    CHECK_INT(a.answer[5], 2);
  } else {
    POLL_UNTIL(&a.mgr, has_closed(&a.server));
    attack_listen(&a);
    CHECK_TEXT(a.server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
    CHECK_INT(attack_alert(&a), ILLEGAL_PARAMETER);
  }
  attack_end(&a);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
    int before = test_failures;
    set_point(i);
    to_client(i);
    to_server(i);
    if (test_failures != before) printf("%s\n", points[i]);
  }
  return test_result();
}
