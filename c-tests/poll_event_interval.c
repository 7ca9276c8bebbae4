// poll_event_interval_ms: between two rounds quiet connections are left alone, and everything else
// goes on: requests, new connections, what one handler sends to others, timers, wake-up, deadlines.
#include "clock.h"
#include "guarded.h"

static int s_polls;                    // MG_EV_POLL of accepted connections
static struct mg_connection *s_quiet;  // the first accepted connection

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT && s_quiet == NULL) s_quiet = c;
  if (ev == MG_EV_POLL && c->is_accepted) s_polls++;
  if (ev == MG_EV_CLOSE && c == s_quiet) s_quiet = NULL;
  if (ev == MG_EV_WAKEUP) mg_printf(c, "awake\n");
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (mg_match(hm->uri, mg_str("/tell"), NULL) && s_quiet != NULL) mg_printf(s_quiet, "told\n");
    mg_http_reply(c, 200, "", "ok\n");
  }
}

static void on_timer(void *arg) {
  mg_printf(*(struct mg_connection **)arg, "timer\n");
}

static void expect(struct mg_mgr *mgr, int fd, const char *text) {
  const char *got = answer(mgr, fd, 10000);
  CHECK(got != NULL && strstr(got, text) != NULL);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  int quiet, busy, late;
  uint64_t began;
  mg_mgr_init(&mgr);
  CHECK(mg_wakeup_init(&mgr));
  listener = http_listener(&mgr, on_event);
  set_option(&mgr, "io_timeout_ms", "0");
  quiet = plain_connect(listener);
  POLL_UNTIL(&mgr, s_quiet != NULL);
  busy = plain_connect(listener);
  plain_write(busy, "GET / HTTP/1.1\r\n\r\n");
  expect(&mgr, busy, "200 OK");
  s_polls = 0;
  poll_times(&mgr, 10);
  CHECK_INT(s_polls, 20);  // Two connections.

  set_option(&mgr, "poll_event_interval_ms", "3600000");
  poll_times(&mgr, 3);
  s_polls = 0;
  poll_times(&mgr, 100);
  CHECK_INT(s_polls, 0);
  plain_write(busy, "GET / HTTP/1.1\r\n\r\n");
  expect(&mgr, busy, "200 OK");
  poll_times(&mgr, 3);
  CHECK(s_polls >= 1 && s_polls <= 3);  // Those of the connection that asked.

  // From a handler, a timer and another thread's place to one that is quiet.
  plain_write(busy, "GET /tell HTTP/1.1\r\n\r\n");
  expect(&mgr, busy, "200 OK");
  expect(&mgr, quiet, "told");
  mg_timer_add(&mgr, 1, MG_TIMER_AUTODELETE, on_timer, &s_quiet);
  expect(&mgr, quiet, "timer");
  CHECK(mg_wakeup(&mgr, s_quiet->id, "x", 1));
  expect(&mgr, quiet, "awake");

  // A new connection, and a pipelined request.
  late = plain_connect(listener);
  plain_write(late, "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  expect(&mgr, late, "ok\nHTTP/1.1 200 OK");
  // A client of the same manager, whose requests come from the loop itself.
  CHECK(mg_http_connect(&mgr, url_to("http", listener), ignore_events, NULL) != NULL);

  // A poll waits as long as it may, and no longer than it should.
  began = mg_millis();
  poll_times(&mgr, 5);
  mg_mgr_poll(&mgr, 50);
  CHECK(mg_millis() - began >= 40);
  CHECK(polls_during(&mgr, 300) < 50);

  // A flag set from elsewhere is noticed in the next round.
  s_quiet->is_closing = 1;
  poll_times(&mgr, 10);
  CHECK(s_quiet != NULL);
  push_clock(3600000);
  s_polls = 0;
  mg_mgr_poll(&mgr, 0);
  CHECK(s_quiet == NULL);
  CHECK(s_polls >= 2);
  CHECK_TEXT(answer(&mgr, quiet, 10000), "");

  // Deadlines are kept between rounds.
  set_option(&mgr, "keep_alive_timeout_ms", "1000");
  poll_times(&mgr, 2);
  push_clock(1001);
  CHECK_TEXT(answer(&mgr, late, 10000), "");

  // Off again.
  set_option(&mgr, "poll_event_interval_ms", "0");
  late = plain_connect(listener);
  s_polls = 0;
  POLL_UNTIL(&mgr, s_polls >= 10);
  mg_mgr_free(&mgr);
  close(quiet), close(busy), close(late);
  return test_result();
}
