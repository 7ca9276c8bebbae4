// allowed_methods, require_host, strict_http, malformed_reply and keep_alive_max_requests
// (chapter 08).
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;

static void check_status(const char *request, int status) {
  int got = status_in(ask(&mgr, l, request));
  test_check_int(__FILE__, __LINE__, request, got, status);
}

static void methods(void) {
  const char *text;
  set_option(&mgr, "allowed_methods", "GET,HEAD");
  CHECK_INT(status_of(&mgr, l, "GET /", ""), 200);
  CHECK_INT(status_of(&mgr, l, "HEAD /", ""), 200);
  text = ask(&mgr, l, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_INT(status_in(text), 405);
  check_has(text, "\r\nAllow: GET,HEAD\r\n");
  CHECK_INT(status_of(&mgr, l, "get /", ""), 405);
  CHECK_INT(stats_of(&mgr).rejected_405, 2);
  // A refused request without body costs nobody the connection; the body of one is not awaited.
  {
    int fd = plain_connect(l);
    check_request(&mgr, fd, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ");
    check_request(&mgr, fd, GET, OK);
    check_request(&mgr, fd, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
                  "HTTP/1.1 405 ");
    CHECK_TEXT(answer(&mgr, fd, 5000), "");
    close(fd);
  }
  set_option(&mgr, "allowed_methods", NULL);
  CHECK_INT(status_of(&mgr, l, "DELETE /", ""), 200);
}

static void host(void) {
  check_status("GET / HTTP/1.1\r\n\r\n", 200);
  set_option(&mgr, "require_host", "on");
  check_status("GET / HTTP/1.1\r\n\r\n", 0);
  check_status("GET / HTTP/1.0\r\n\r\n", 200);
  check_status(GET, 200);
  set_option(&mgr, "require_host", NULL);
}

static void strictness(void) {
  static const struct {
    const char *request;
    int strict, loose;
  } rows[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 0, 200},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: \177\r\n\r\n", 0, 200},
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 0, 0},
      {"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 0},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 0, 0},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n", 0, 0},
      {"GET / HTTP/1.1\nHost: a\n\n", 200, 200},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    check_status(rows[i].request, rows[i].strict);
    set_option(&mgr, "strict_http", "off");
    check_status(rows[i].request, rows[i].loose);
    set_option(&mgr, "strict_http", NULL);
  }
}

static void malformed(void) {
  static const char *const requests[] = {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                                         "G\001T / HTTP/1.1\r\n\r\n", "\026\003\001\002\001"};
  uint64_t before = stats_of(&mgr).malformed;
  for (size_t i = 0; i < 3; i++) {
    const char *text;
    CHECK_TEXT(ask(&mgr, l, requests[i]), "");
    set_option(&mgr, "malformed_reply", "400");
    text = ask(&mgr, l, requests[i]);
    CHECK_INT(status_in(text), 400);
    check_has(text, "\r\nConnection: close\r\n");
    set_option(&mgr, "malformed_reply", NULL);
  }
  CHECK_INT(stats_of(&mgr).malformed - before, 6);
  CHECK_INT(stats_of(&mgr).rejected_400, 3);
}

static void last_request(void) {
  int fd = plain_connect(l);
  const char *text;
  set_option(&mgr, "keep_alive_max_requests", "3");
  for (int i = 0; i < 2; i++) {
    plain_write(fd, GET);
    text = answer(&mgr, fd, 5000);
    CHECK_INT(status_in(text), 200);
    CHECK(strstr(text, "Connection:") == NULL);
  }
  plain_write(fd, GET GET);
  text = answer(&mgr, fd, 5000);
  CHECK_INT(status_in(text), 200);
  check_has(text, "\r\nConnection: close\r\n");
  CHECK(strstr(text + 1, OK) == NULL);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  set_option(&mgr, "keep_alive_max_requests", NULL);
}

int main(void) {
  static const char *const bad[][2] = {{"require_host", "perhaps"},
                                       {"strict_http", "2"},
                                       {"malformed_reply", "404"},
                                       {"keep_alive_max_requests", "-1"},
                                       {"allowed_methods", "GET\n"}};
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, reply_ok);
  methods();
  host();
  strictness();
  malformed();
  last_request();
  for (size_t i = 0; i < 5; i++) check_refused(&mgr, bad[i][0], bad[i][1]);
  mg_mgr_free(&mgr);
  return test_result();
}
