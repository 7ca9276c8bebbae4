// Chapter 06, checklist 54 and 55, weak spots 40 to 42 and 44: what a check for firmware asks, what it
// reports, and that it is over afterwards.
#include "ota_peer.h"

static char image[5000];
static size_t begun, stored, odd_pieces;
static int ended;
static bool fails_begin, fails_write, fails_end;

bool mg_ota_begin(size_t size) {
  begun = size, stored = odd_pieces = 0, ended = 0;
  return !fails_begin;
}

bool mg_ota_write(const void *buf, size_t len) {
  if (fails_write || stored + len > sizeof(image)) return false;
  if (len % 512 != 0) odd_pieces++;
  memcpy(image + stored, buf, len);
  stored += len;
  return true;
}

bool mg_ota_end(void) {
  ended++;
  return !fails_end;
}

// The server closes its end.
static void hang_up(struct ota_peer *p) {
  close(p->fd);
  p->fd = -1;
}

// What the peer gets until the end, beside the request.
static void expect_silence(struct ota_peer *p) {
  char buf[100];
  CHECK_INT(recv(p->fd, buf, sizeof(buf), 0), 0);
}

// A check whose metadata are `body`.
static void bad(struct ota_peer *p, int status, const char *body, const char *want) {
  ota_start(p);
  ota_peer_answer(p, status, strlen(body), body);
  ota_expect(want);
}

static void metadata(struct ota_peer *p) {
  char want[200];
  // The request, byte for byte.
  ota_start(p);
  CHECK_TEXT(p->request,
             "GET /meta?arch=1&version=1.0.0&id=0&interval=60&boot=0 HTTP/1.1\r\n"
             "Host: 127.0.0.1\r\nConnection: close\r\n\r\n");
  // There is one check at a time.
  mg_ota_url_check(&ota_mgr, p->url, ota_report);
  CHECK_TEXT(ota_told, "OTA already in progress\n");
  ota_told[0] = '\0';
  ota_peer_answer(p, 200, 44, "{\"version\":\"1.0.0\",\"url\":\"http://h/\",\"size\":1}");
  ota_expect("Bad metadata: {\"version\":\"1.0.0\",\"url\":\"http://h/\",\"size\":\n");

  bad(p, 200, "{\"version\":\"1.0.0\",\"url\":\"http://h/\",\"size\":1}", "Same version\n");
  bad(p, 404, "{\"version\":\"1.0.0\",\"url\":\"http://h/\",\"size\":1}",
      "Bad metadata: {\"version\":\"1.0.0\",\"url\":\"http://h/\",\"size\":1}\n");
  bad(p, 200, "", "Bad metadata: \n");
  bad(p, 200, "%s%n", "Bad metadata: %s%n\n");
  bad(p, 200, "{\"version\":\"2\",\"url\":\"\",\"size\":1}",
      "Bad metadata: {\"version\":\"2\",\"url\":\"\",\"size\":1}\n");
  char body[201];
  memset(body, 'x', 200);
  body[200] = '\0';
  snprintf(want, sizeof(want), "Bad metadata: %.85s\n", body);
  bad(p, 200, body, want);

  // The separator, and the cut at 255 bytes.
  char url[400];
  snprintf(url, sizeof(url), "%s?%0300d", p->url, 0);
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, url, ota_report);
  ota_peer_take(p);
  CHECK(strstr(p->request, "000&arch=1&version=") != NULL);
  CHECK_INT(strstr(p->request, "&arch") - strchr(p->request, '/'), 255 - strlen(p->url) + 5);
  // Closing without an answer is one.
  hang_up(p);
  ota_expect("connection closed\n");

  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, "", ota_report);
  mg_ota_url_check(&ota_mgr, NULL, ota_report);
  mg_ota_url_check(NULL, p->url, ota_report);
  mg_ota_url_check(&ota_mgr, "", NULL);
  CHECK_TEXT(ota_told, "Failed to connect\nFailed to connect\nFailed to connect\n");
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, "http://127.0.0.1:99999/", ota_report);
  ota_expect("invalid port\n");
  // Plain text never goes to a TLS port.
  ota_told[0] = '\0';
  snprintf(url, sizeof(url), "https%s", p->url + 4);
  mg_ota_url_check(&ota_mgr, url, ota_report);
  unsigned char first = 0;
  if (p->fd >= 0) hang_up(p);
  POLL_UNTIL(&ota_mgr, p->fd >= 0 || (p->fd = accept(p->listener, NULL, NULL)) >= 0);
  POLL_UNTIL(&ota_mgr, first != 0 || plain_recv_now(p->fd, &first, 1) > 0);
  CHECK_INT(first, 22);  // a handshake record
  hang_up(p);
  POLL_UNTIL(&ota_mgr, ota_told[0] != '\0');
  CHECK(strstr(ota_told, "NULL") == NULL);
}

static void firmware(struct ota_peer *p) {
  char body[1401];
  for (size_t i = 0; i < 1400; i++) body[i] = (char)('a' + i % 26);
  body[1400] = '\0';

  ota_start(p);
  ota_offer(p, 1400, "");
  ota_peer_take(p);
  CHECK_TEXT(p->request, "GET /fw HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  body[1000] = '\0';
  ota_peer_answer(p, 200, 1400, body);
  for (int i = 0; i < 5; i++) mg_mgr_poll(&ota_mgr, 10);
  CHECK_INT(begun, 1400);
  CHECK_INT(stored, 512);
  CHECK_TEXT(ota_told, "");
  body[1000] = (char)('a' + 1000 % 26);
  ota_peer_say(p, body + 1000);
  ota_expect("NULL\n");
  CHECK_BYTES(image, stored, body, 1400);
  CHECK_INT(odd_pieces, 1);
  CHECK_INT(ended, 1);
  expect_silence(p);

  // Another answer than announced.
  ota_start(p);
  ota_offer(p, 10, "");
  ota_peer_take(p);
  ota_peer_answer(p, 200, 9, "123456789");
  ota_expect("Bad HTTP response: status 200, size 9 vs 10\n");
  ota_start(p);
  ota_offer(p, 10, "");
  ota_peer_take(p);
  ota_peer_answer(p, 503, 10, "0123456789");
  ota_expect("Bad HTTP response: status 503, size 10 vs 10\n");
  ota_start(p);
  ota_offer(p, 10, "");
  ota_peer_take(p);
  ota_peer_say(p,
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
  ota_expect("Bad HTTP response: status 200, size 0 vs 10\n");

  // Closing early, before the head and in the image.
  ota_start(p);
  ota_offer(p, 1400, "");
  ota_peer_take(p);
  hang_up(p);
  ota_expect("connection closed\n");
  ota_start(p);
  ota_offer(p, 1400, "");
  ota_peer_take(p);
  ota_peer_answer(p, 200, 1400, "0123456789");
  hang_up(p);
  ota_expect("connection closed\n");

  // What the updater says.
  bool *const failures[] = {&fails_begin, &fails_write, &fails_end};
  const char *const texts[] = {"ota begin failed\n", "write error\n", "OTA finalize failed\n"};
  for (size_t i = 0; i < 3; i++) {
    *failures[i] = true;
    ota_start(p);
    ota_offer(p, 10, "");
    ota_peer_take(p);
    ota_peer_answer(p, 200, 10, "0123456789");
    ota_expect(texts[i]);
    *failures[i] = false;
  }

  // A server that is not there.
  ota_start(p);
  const char *gone = "{\"version\":\"2\",\"url\":\"http://127.0.0.1:1/fw\",\"size\":1}";
  ota_peer_answer(p, 200, strlen(gone), gone);
  ota_expect("socket error\n");
}

#define SHA256_OF_DIGITS "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"

static void digest(struct ota_peer *p) {
  ota_start(p);
  ota_offer(p, 10, ",\"sha256\":\"" SHA256_OF_DIGITS "\"");
  ota_peer_take(p);
  ota_peer_answer(p, 200, 10, "0123456789");
  ota_expect("NULL\n");
  CHECK_INT(ended, 1);
  ota_start(p);
  ota_offer(p, 10, ",\"sha256\":\"" SHA256_OF_DIGITS "\"");
  ota_peer_take(p);
  ota_peer_answer(p, 200, 10, "0123456780");
  ota_expect("sha256 mismatch\n");
  CHECK_INT(ended, 0);
}

int main(void) {
  struct ota_peer peer;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&ota_mgr);
  ota_peer_open(&peer);
  metadata(&peer);
  firmware(&peer);
  digest(&peer);

  // A manager that goes in the middle.
  ota_start(&peer);
  mg_mgr_free(&ota_mgr);
  CHECK_TEXT(ota_told, "connection closed\n");
  close(peer.listener);
  if (peer.fd >= 0) close(peer.fd);
  return test_result();
}
