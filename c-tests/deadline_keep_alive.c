// keep_alive_timeout_ms: the time between two requests, and nothing else (chapter 08, 8.3 deadlines).
// History: 7.22-no-limits | idle connections have a deadline
#include "deadline.h"

static struct mg_mgr mgr;
static struct mg_connection *l, *held;
static int errors;

// "/held" is answered later.
static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ERROR) errors++;
  if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/held"), NULL)) {
    held = c;
  } else {
    reply_ok(c, ev, ev_data);
  }
}

static void check_closed(int fd, int ms) {
  CHECK_TIME(time_until_answer(&mgr, fd, 400000), ms);
  CHECK(has_ended(fd));
  close(fd);
}

int main(void) {
  int fd;
  struct mg_stats s;
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  fd = plain_connect(l);
  check_request(&mgr, fd, GET, OK);
  CHECK_INT(stats_of(&mgr).now_keep_alive_idle, 1);
  check_closed(fd, 75000);
  CHECK_INT(stats_of(&mgr).timeout_keep_alive, 1);
  CHECK_INT(stats_of(&mgr).now_keep_alive_idle, 0);

  // Each request starts it again, and it counts from the end of the response.
  fd = plain_connect(l);
  for (int i = 0; i < 4; i++) {
    check_request(&mgr, fd, GET, OK);
    pass(&mgr, 70000);
  }
  plain_write(fd, "GET /held HTTP/1.1\r\n\r\n");
  pass(&mgr, 200000);
  CHECK_INT(stats_of(&mgr).now_in_handler, 1);
  mg_http_reply(held, 200, "", "late\n");
  CHECK(strncmp(answer(&mgr, fd, 5000), OK, strlen(OK)) == 0);
  check_closed(fd, 75000);
  CHECK_INT(stats_of(&mgr).timeout_keep_alive, 2);

  // Set while connections are there; 0 switches it off.
  fd = plain_connect(l), check_request(&mgr, fd, GET, OK);
  set_option(&mgr, "keep_alive_timeout_ms", "3000");
  check_closed(fd, 3000);
  fd = plain_connect(l), check_request(&mgr, fd, GET, OK);
  set_option(&mgr, "keep_alive_timeout_ms", "0");
  CHECK_INT(time_until_answer(&mgr, fd, 200000), 200000);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);

  s = stats_of(&mgr);
  CHECK_INT(s.timeout_keep_alive, 3);
  CHECK_INT(timeouts(&s), 3);
  CHECK_INT(s.rejected_408, 0);
  CHECK_INT(errors, 0);
  CHECK_INT(s.accepted, s.closed);
  mg_mgr_free(&mgr);
  return test_result();
}
