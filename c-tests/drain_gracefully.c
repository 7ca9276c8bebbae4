// Option drain: who waits at the door is let in and served, busy connections are served on and told
// to close, idle ones go, WebSocket peers get 1001 (chapter 08, 8.3 connections; issue 5, behind a
// proxy).
#include "clock.h"
#include "guarded.h"

#define UPGRADE                                                                  \
  "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define GOING_AWAY "\x88\x02\x03\xe9"

static struct mg_mgr mgr;
static struct mg_connection *l, *waiting;
static int listeners_closed;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CLOSE && c->is_listening) listeners_closed++;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_strcmp(hm->uri, mg_str("/ws")) == 0) {
    mg_ws_upgrade(c, hm, NULL);
  } else if (mg_strcmp(hm->uri, mg_str("/wait")) == 0) {
    waiting = c;
  } else {
    mg_http_reply(c, 200, "", "%M\n", mg_print_ip, &c->rem);
  }
}

static void start(void) {
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, on_event);
  listeners_closed = 0;
  waiting = NULL;
}

static void finish(void) {
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK_INT(stats_of(&mgr).accepted, stats_of(&mgr).closed);
  CHECK_INT(stats_of(&mgr).timeout_keep_alive + stats_of(&mgr).timeout_header, 0);
  CHECK_INT(listeners_closed, 1);
  mg_mgr_free(&mgr);
}

static int connect_to(unsigned short port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = loopback(port);
  CHECK_INT(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
  return fd;
}

// The response says that it is the last one, and so it is.
static void last_answer(int fd) {
  const char *text = answer(&mgr, fd, 5000);
  CHECK(text != NULL && strncmp(text, OK, strlen(OK)) == 0);
  CHECK(text != NULL && strstr(text, "Connection: close\r\n") != NULL);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
}

// More than are accepted in one visit wait in the backlog when draining begins.
static void backlog(void) {
  enum { MANY = 80 };
  int fds[MANY];
  start();
  unsigned short port = l->loc.port;
  for (int i = 0; i < MANY; i++) fds[i] = connect_to(port);
  set_option(&mgr, "drain", "on");
  poll_times(&mgr, 3);
  CHECK_INT(listeners_closed, 1);
  CHECK_INT(stats_of(&mgr).accepted, MANY);
  struct sockaddr_in to = loopback(port);
  int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK_INT(connect(late, (struct sockaddr *)&to, sizeof(to)), -1);
  CHECK_INT(errno, ECONNREFUSED);
  close(late);
  for (int i = 0; i < MANY; i++) plain_write(fds[i], GET);
  for (int i = 0; i < MANY; i++) last_answer(fds[i]);
  finish();
}

// A poll that may wait for long stops accepting at once.
static void at_once(void) {
  start();
  mg_mgr_poll(&mgr, 0);
  set_option(&mgr, "drain", "on");
  uint64_t begin = mg_millis();
  mg_mgr_poll(&mgr, 60000);
  CHECK(mg_millis() - begin < 30000);
  CHECK_INT(listeners_closed, 1);
  finish();
}

// Idle connections have a second, in which a request that is on its way arrives.
static void idle(void) {
  start();
  int used = connect_to(l->loc.port), quiet = connect_to(l->loc.port);
  int silent = connect_to(l->loc.port), late = connect_to(l->loc.port);
  check_request(&mgr, used, GET, OK);
  check_request(&mgr, quiet, GET, OK);
  check_request(&mgr, late, GET, OK);
  set_option(&mgr, "drain", "on");
  CHECK(is_waiting(&mgr, used) && is_waiting(&mgr, quiet) && is_waiting(&mgr, silent));
  plain_write(used, GET);
  last_answer(used);
  push_clock(1000);
  plain_write(late, GET);  // no poll has seen it when time is up
  last_answer(late);
  CHECK_TEXT(answer(&mgr, quiet, 5000), "");
  CHECK_TEXT(answer(&mgr, silent, 5000), "");
  close(quiet);
  close(silent);
  finish();
}

// What runs has all its time, and closes then: at once where the response could say so.
static void in_progress(void) {
  start();
  int slow = connect_to(l->loc.port), half = connect_to(l->loc.port);
  plain_write(slow, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  POLL_UNTIL(&mgr, waiting != NULL);
  plain_write(half, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  POLL_UNTIL(&mgr, stats_of(&mgr).now_reading_body == 1);
  set_option(&mgr, "drain", "on");
  push_clock(5000);
  CHECK(is_waiting(&mgr, slow) && is_waiting(&mgr, half));
  plain_write(half, "cd");
  last_answer(half);
  mg_http_reply(waiting, 200, "", "waited\n");
  const char *text = answer(&mgr, slow, 5000);
  CHECK(text != NULL && strstr(text, "waited\n") != NULL);
  push_clock(1000);
  if (text != NULL) CHECK_TEXT(answer(&mgr, slow, 5000), "");
  close(slow);
  finish();
}

static void websocket(void) {
  const char *text;
  start();
  int polite = connect_to(l->loc.port), rude = connect_to(l->loc.port);
  int late = connect_to(l->loc.port);
  check_request(&mgr, polite, UPGRADE, "HTTP/1.1 101 ");
  check_request(&mgr, rude, UPGRADE, "HTTP/1.1 101 ");
  check_request(&mgr, late, GET, OK);
  set_option(&mgr, "drain", "on");
  CHECK_TEXT(answer(&mgr, polite, 5000), GOING_AWAY);
  CHECK_TEXT(answer(&mgr, rude, 5000), GOING_AWAY);
  plain_write(late, UPGRADE);
  text = answer(&mgr, late, 5000);
  CHECK(text != NULL && strncmp(text, "HTTP/1.1 101 ", 13) == 0);
  CHECK(text != NULL && strstr(text, "\r\n\r\n" GOING_AWAY) != NULL);
  CHECK_INT(send(polite, "\x88\x82\0\0\0\0\x03\xe9", 8, MSG_NOSIGNAL), 8);
  CHECK_TEXT(answer(&mgr, polite, 5000), "");
  push_clock(9000);
  CHECK(is_waiting(&mgr, rude) && is_waiting(&mgr, late));
  push_clock(1000);
  CHECK_TEXT(answer(&mgr, rude, 5000), "");
  CHECK_TEXT(answer(&mgr, late, 5000), "");
  CHECK_INT(stats_of(&mgr).websocket_policy_closes, 0);
  close(polite);
  close(rude);
  close(late);
  finish();
}

// Keep-alive that ends with an upgrade leaves the WebSocket alone.
static void upgrade_as_last_request(void) {
  start();
  set_option(&mgr, "keep_alive_max_requests", "1");
  int fd = connect_to(l->loc.port);
  check_request(&mgr, fd, UPGRADE, "HTTP/1.1 101 ");
  CHECK(is_waiting(&mgr, fd));
  set_option(&mgr, "drain", "on");
  CHECK_TEXT(answer(&mgr, fd, 5000), GOING_AWAY);
  close(fd);
  finish();
}

// Those whose PROXY header comes after the door was closed are served, too.
static void proxy_header(void) {
  start();
  set_option(&mgr, "proxy_protocol", "on");
  set_option(&mgr, "trusted_proxies", "127.0.0.1");
  int fd = connect_to(l->loc.port), gone = connect_to(l->loc.port);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_connecting == 2);
  set_option(&mgr, "drain", "on");
  CHECK(is_waiting(&mgr, fd));
  CHECK(polls_during(&mgr, 300) < 40);
  CHECK_INT(listeners_closed, 0);
  plain_write(fd, "PROXY TCP4 192.0.2.7 192.0.2.1 7 80\r\n" GET);
  const char *text = answer(&mgr, fd, 5000);
  CHECK(text != NULL && strstr(text, "\r\n\r\n192.0.2.7\n") != NULL);
  if (text != NULL) CHECK_TEXT(answer(&mgr, fd, 5000), "");
  CHECK_INT(listeners_closed, 0);
  close(gone);
  POLL_UNTIL(&mgr, listeners_closed == 1);
  close(fd);
  finish();
}

int main(void) {
  backlog();
  at_once();
  idle();
  in_progress();
  websocket();
  upgrade_as_last_request();
  proxy_header();
  return test_result();
}
