// min_body_rate and request_timeout_ms, for bodies that are collected, decoded and stored (chapter
// 08, 8.3 deadlines).
// History: 7.22-no-limits | bodies have a least rate
#include "deadline.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static char upload_end[50];

static void on_upload(struct mg_connection *c, const char *error) {
  snprintf(upload_end, sizeof(upload_end), "%s", error == NULL ? "ok" : error);
  if (error == NULL) mg_http_reply(c, 200, "", "stored\n");
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/up"), NULL)) {
    mg_http_start_upload(c, hm, mg_str("x"), mg_str(getenv("TEST_DIR")), &mg_fs_posix, on_upload);
  } else {
    reply_ok(c, ev, ev_data);
  }
}

static int start(const char *request) {
  int fd = plain_connect(l);
  plain_write(fd, request);
  poll_times(&mgr, 3);
  CHECK_INT(stats_of(&mgr).now_reading_body, 1);
  return fd;
}

// Sends `piece` every second until an answer comes or `limit` milliseconds are over.
static int feed(int fd, const char *piece, int limit) {
  int ms = 0;
  char byte;
  while (ms < limit && recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0) {
    plain_write(fd, piece);
    ms += time_until_answer(&mgr, fd, 1000);
  }
  return ms;
}

static void check_408(int fd) {
  const char *text = answer(&mgr, fd, 5000);
  CHECK(strncmp(text, "HTTP/1.1 408 ", 13) == 0);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  CHECK_INT(stats_of(&mgr).now_accepted, 0);
}

#define KNOWN "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
#define CHUNKED "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
#define STORED "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"

// A hundred bytes, alone and as a chunk.
static char piece[101], chunk[120];

static void rate(void) {
  static const struct {
    const char *request, *piece;
  } kinds[] = {{KNOWN, piece}, {CHUNKED, chunk}, {STORED, piece}};
  for (uint64_t i = 0; i < 3; i++) {
    // Nothing.
    int fd = start(kinds[i].request);
    CHECK_TIME(time_until_answer(&mgr, fd, 90000), 10000);
    check_408(fd);
    // Too slow: t seconds bring 100 t bytes, which earn 100 t / 240 seconds behind the grace.
    fd = start(kinds[i].request);
    int ms = feed(fd, kinds[i].piece, 90000);
    CHECK(ms >= 15000 && ms <= 20000);
    check_408(fd);
    CHECK_INT(stats_of(&mgr).timeout_body, 2 * (i + 1));
    CHECK_INT(stats_of(&mgr).rejected_408, 2 * (i + 1));
  }
  CHECK_TEXT(upload_end, "connection closed");
  // Switched off.
  set_option(&mgr, "min_body_rate", "0");
  int fd = start(KNOWN);
  CHECK_INT(time_until_answer(&mgr, fd, 300000), 300000);
  set_option(&mgr, "min_body_rate", NULL);
  poll_times(&mgr, 3);
  check_408(fd);
  CHECK_INT(stats_of(&mgr).timeout_body, 7);
  // Fast ones are served, also after a quiet beginning.
  fd = start("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  pass(&mgr, 9000);
  check_request(&mgr, fd, "abc", OK);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
}

// From the first byte to the last, however fast they come.
static void whole_request(void) {
  static const char *const requests[] = {KNOWN, STORED};
  set_option(&mgr, "request_timeout_ms", "30000");
  for (uint64_t i = 0; i < 2; i++) {
    int fd = plain_connect(l);
    plain_write(fd, "P");
    pass(&mgr, 10000);
    plain_write(fd, requests[i] + 1);
    for (int n = 0; n < 4; n++) plain_write(fd, piece);
    poll_times(&mgr, 3);
    for (int n = 0; n < 8; n++) plain_write(fd, piece), feed(fd, piece, 1000);
    CHECK_TIME(feed(fd,
                    "0123456789012345678901234567890123456789012345678901234567890123456789"
                    "0123456789012345678901234567890123456789012345678901234567890123456789"
                    "0123456789012345678901234567890123456789012345678901234567890123456789"
                    "0123456789012345678901234567890123456789012345678901234567890123456789",
                    90000),
               12000);
    check_408(fd);
    CHECK_INT(stats_of(&mgr).timeout_request, i + 1);
  }
  // The time of the second request is its own, and that of the handler is nobody's.
  int fd = plain_connect(l);
  check_request(&mgr, fd, GET, OK);
  pass(&mgr, 25000);
  plain_write(fd, "G");
  pass(&mgr, 15000);
  check_request(&mgr, fd, &GET[1], OK);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK_INT(stats_of(&mgr).timeout_request, 2);
}

int main(void) {
  struct mg_stats s;
  memset(piece, 'x', 100);
  snprintf(chunk, sizeof(chunk), "64\r\n%s\r\n", piece);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  rate();
  whole_request();
  s = stats_of(&mgr);
  CHECK_INT(timeouts(&s), 9);
  CHECK_INT(s.rejected_408, 9);
  CHECK_INT(s.recv_bytes + s.send_bytes, 0);
  mg_mgr_free(&mgr);
  return test_result();
}
