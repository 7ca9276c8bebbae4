// request_rate, and whom it counts for: priority_list and trusted_proxies (chapter 08).
#include "clock.h"
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;

static int get(const char *headers) {
  return status_of(&mgr, l, "GET /", headers);
}

static void start(const char *rate) {
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, reply_ok);
  set_option(&mgr, "request_rate", rate);
}

static void one_address(void) {
  const char *text;
  int fd;
  start("1/3");
  for (int i = 0; i < 3; i++) CHECK_INT(get(""), 200);
  text = ask(&mgr, l, GET);
  CHECK_INT(status_in(text), 429);
  check_has(text, "\r\nRetry-After: 1\r\n");
  // The connection stays, and counts no more than another one.
  fd = plain_connect(l);
  check_request(&mgr, fd, GET, "HTTP/1.1 429 ");
  push_clock(1100);
  mg_mgr_poll(&mgr, 0);
  check_request(&mgr, fd, GET, OK);
  check_request(&mgr, fd, GET, "HTTP/1.1 429 ");
  close(fd);
  CHECK_INT(stats_of(&mgr).rejected_429, 3);
  set_option(&mgr, "priority_list", "127.0.0.0/8");
  for (int i = 0; i < 10; i++) CHECK_INT(get(""), 200);
  set_option(&mgr, "priority_list", NULL);
  set_option(&mgr, "request_rate", NULL);
  for (int i = 0; i < 10; i++) CHECK_INT(get(""), 200);
  check_refused(&mgr, "request_rate", "-1");
  check_refused(&mgr, "request_rate", "1/0");
  mg_mgr_free(&mgr);
}

// Only a trusted proxy's word counts, and of a list only what it appended itself.
static void behind_a_proxy(void) {
  start("1/2");
  for (int i = 0; i < 2; i++) CHECK_INT(get("X-Forwarded-For: 192.0.2.1\r\n"), 200);
  CHECK_INT(get("X-Forwarded-For: 192.0.2.2\r\n"), 429);
  set_option(&mgr, "trusted_proxies", "127.0.0.1");
  for (int i = 0; i < 2; i++) CHECK_INT(get("X-Forwarded-For: 192.0.2.1\r\n"), 200);
  CHECK_INT(get("X-Forwarded-For: 192.0.2.1\r\n"), 429);
  CHECK_INT(get("X-Forwarded-For: 198.51.100.9, 192.0.2.1\r\n"), 429);
  CHECK_INT(get("X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-For: 192.0.2.1\r\n"), 429);
  CHECK_INT(get("X-Forwarded-For: 192.0.2.1, 198.51.100.9\r\n"), 200);
  CHECK_INT(get("Forwarded: for=192.0.2.1\r\n"), 429);
  CHECK_INT(get("Forwarded: for=\"[2001:db8::1]:4711\"\r\n"), 200);
  CHECK_INT(get("Forwarded: for=\"[2001:db8::2]\"\r\n"), 200);
  CHECK_INT(get("X-Forwarded-For: 2001:db8::3\r\n"), 429);
  set_option(&mgr, "priority_list", "192.0.2.1");
  CHECK_INT(get("X-Forwarded-For: 192.0.2.1\r\n"), 200);
  mg_mgr_free(&mgr);
}

// Behind more headers than are listed in hm->headers it counts all the same.
static void hidden_header(void) {
  char headers[1000] = "";
  start("1/1");
  set_option(&mgr, "trusted_proxies", "127.0.0.1");
  for (int i = 0; i < 60; i++) strcat(headers, "X: y\r\n");
  strcat(headers, "X-Forwarded-For: 192.0.2.5\r\n");
  CHECK_INT(get(headers), 200);
  CHECK_INT(get(headers), 429);
  CHECK_INT(get("X-Forwarded-For: 192.0.2.5\r\n"), 429);
  CHECK_INT(get(""), 200);
  mg_mgr_free(&mgr);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  one_address();
  behind_a_proxy();
  hidden_header();
  return test_result();
}
