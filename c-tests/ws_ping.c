// websocket_ping_ms on a clock that the test pushes: a quiet peer is pinged twice and then closed;
// one that answers, or sends, stays.
#include "clock.h"
#include "guarded.h"
#include "ws.h"

enum { INTERVAL = 10000 };

static struct mg_mgr mgr;
static struct ws_log server;
static int calls;
static bool may_act = true;

static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  CHECK_INT(event->action, MG_GUARD_TIMEOUT);
  CHECK_TEXT(event->option, "websocket_ping_ms");
  calls++;
  (void)c, (void)fn_data;
  return may_act;
}

static int open_ws(struct mg_connection *listener) {
  int fd = plain_connect(listener);
  plain_write(fd, WS_REQUEST);
  CHECK(strncmp(answer(&mgr, fd, 5000), "HTTP/1.1 101 ", 13) == 0);
  return fd;
}

// Lets the interval pass, and expects a PING.
static void check_ping(int fd) {
  push_clock(INTERVAL - 2000);
  CHECK(is_waiting(&mgr, fd));
  push_clock(2001);
  const char *text = answer(&mgr, fd, 2000);
  CHECK(text != NULL && memcmp(text, "\x89\0", 3) == 0);
}

int main(void) {
  struct mg_connection *listener;
  int fd;
  mg_mgr_init(&mgr);
  mg_set_guard_handler(&mgr, on_guard, NULL);
  listener = ws_listen(&mgr, &server);
  // Off by default: ten times any deadline passes in quiet.
  fd = open_ws(listener);
  push_clock(1000000);
  CHECK(is_waiting(&mgr, fd));
  set_option(&mgr, "websocket_ping_ms", "10000");
  // It holds for connections that are there already. What comes resets the count.
  push_clock(INTERVAL + 1);
  CHECK(memcmp(answer(&mgr, fd, 2000), "\x89\0", 3) == 0);
  CHECK_INT(send(fd, "\x8a\x80\0\0\0\0", 6, MSG_NOSIGNAL), 6);
  POLL_UNTIL(&mgr, strstr(server.text, "CTL 8a ") != NULL);
  for (int i = 0; i < 3; i++) {
    check_ping(fd);
    server.text[0] = '\0';
    CHECK_INT(send(fd, "\x8a\x80\0\0\0\0", 6, MSG_NOSIGNAL), 6);
    POLL_UNTIL(&mgr, strstr(server.text, "CTL 8a ") != NULL);
  }
  check_ping(fd);
  check_ping(fd);
  CHECK_INT(send(fd, "\x81\x80\0\0\0\0", 6, MSG_NOSIGNAL), 6);
  POLL_UNTIL(&mgr, strstr(server.text, "MSG 81 ") != NULL);
  CHECK_INT(calls, 0);
  // Two unanswered ones, and it is over.
  check_ping(fd);
  check_ping(fd);
  may_act = false;
  push_clock(INTERVAL + 1);
  CHECK(is_waiting(&mgr, fd));
  CHECK_INT(calls, 1);
  may_act = true;
  for (int i = 0; i < 3 && calls == 1; i++) {
    push_clock(INTERVAL + 1);
    poll_times(&mgr, 3);
  }
  CHECK_INT(calls, 2);
  while (answer(&mgr, fd, 2000)[0] != '\0') {
  }
  POLL_UNTIL(&mgr, server.c == NULL);
  CHECK_INT(stats_of(&mgr).timeout_websocket, 1);
  CHECK_INT(stats_of(&mgr).now_websocket, 0);
  close(fd);
  mg_mgr_free(&mgr);
  return test_result();
}
