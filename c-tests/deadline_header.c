// header_timeout_ms: 408 for a part of a header block, silence for nothing; trickling earns no time
// (chapter 08, 8.3 deadlines; checklist 4 and 12).
// History: 7.22-no-limits | heads have a deadline
#include "deadline.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static int errors, messages;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ERROR) errors++;
  if (ev == MG_EV_HTTP_MSG) messages++;
  reply_ok(c, ev, ev_data);
}

static void check_408(int fd) {
  const char *text = answer(&mgr, fd, 5000);
  CHECK(strncmp(text, "HTTP/1.1 408 ", 13) == 0);
  CHECK(strstr(text, "\r\nConnection: close\r\n") != NULL);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
}

// Sends a byte of `text` every two seconds for as long as it is taken; how long that was.
static int trickle(int fd, const char *text) {
  int ms = 0;
  char byte;
  for (; *text != '\0'; text++) {
    CHECK_INT(send(fd, text, 1, MSG_NOSIGNAL), 1);
    ms += time_until_answer(&mgr, fd, 2000);
    if (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0) break;
  }
  return ms;
}

int main(void) {
  int fd;
  struct mg_stats s;
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);

  // Nothing at all.
  fd = plain_connect(l);
  poll_times(&mgr, 3);
  CHECK_INT(stats_of(&mgr).now_reading_header, 1);
  CHECK_TIME(time_until_answer(&mgr, fd, 90000), 20000);
  CHECK(has_ended(fd));
  close(fd);
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_header, 1);
  CHECK_INT(s.rejected_408, 0);
  CHECK_INT(s.closed, 1);

  // A part, then silence: the time is that of the first byte.
  fd = plain_connect(l);
  pass(&mgr, 15000);
  plain_write(fd, "GET / HTTP/1.1\r\nHos");
  CHECK_TIME(time_until_answer(&mgr, fd, 90000), 20000);
  check_408(fd);
  CHECK_INT(stats_of(&mgr).timeout_header, 2);
  CHECK_INT(stats_of(&mgr).rejected_408, 1);

  // A byte now and then.
  fd = plain_connect(l);
  CHECK_TIME(trickle(fd, "GET /trickle HTTP/1.1\r\nX-Patience: endless\r\nX-More: x\r\n"), 20000);
  check_408(fd);
  CHECK_INT(stats_of(&mgr).timeout_header, 3);
  CHECK_INT(stats_of(&mgr).rejected_408, 2);

  // The second request of a connection, after a pause; and one that is served in time.
  fd = plain_connect(l);
  check_request(&mgr, fd, GET, OK);
  pass(&mgr, 60000);
  plain_write(fd, "GET / HTTP/1.1\r\n");
  pass(&mgr, 18000);
  check_request(&mgr, fd, "\r\n", OK);
  pass(&mgr, 60000);
  CHECK_TIME(trickle(fd, "GET /trickle HTTP/1.1\r\nX-Patience: endless\r\nX-More: x\r\n"), 20000);
  check_408(fd);
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_header, 4);
  CHECK_INT(s.rejected_408, 3);

  // A part of the next request came with the first one.
  fd = plain_connect(l);
  check_request(&mgr, fd, GET "GET / HT", OK);
  CHECK_TIME(time_until_answer(&mgr, fd, 90000), 20000);
  check_408(fd);

  // Switched off, and on again for those that are there.
  set_option(&mgr, "header_timeout_ms", "0");
  fd = plain_connect(l);
  plain_write(fd, "GET / HTTP/1.1\r\n");
  pass(&mgr, 200000);
  CHECK(is_waiting(&mgr, fd));
  set_option(&mgr, "header_timeout_ms", "300000");
  CHECK_TIME(time_until_answer(&mgr, fd, 150000), 100000);
  check_408(fd);

  s = stats_of(&mgr);
  CHECK_INT(s.timeout_header, 6);
  CHECK_INT(timeouts(&s), 6);
  CHECK_INT(s.rejected_408, 5);
  CHECK_INT(s.accepted, s.closed);
  CHECK_INT(s.requests, messages);
  CHECK_INT(errors, 0);
  mg_mgr_free(&mgr);
  return test_result();
}
