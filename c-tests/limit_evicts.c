// full_policy evict: who goes first, and who never goes (chapter 08, checklist 1).
#include "clock.h"
#include "guarded.h"

static struct mg_mgr mgr;
static int evictions;
static bool spare;

static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  CHECK(fn_data == &mgr);
  CHECK(c != NULL);
  if (event->action == MG_GUARD_EVICT) {
    evictions++;
    CHECK_TEXT(event->option, "max_connections");
    CHECK_INT(event->peer.port, c->rem.port);
    return !spare;
  }
  return true;
}

// "/hold" is answered by nobody.
static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
      mg_ws_upgrade(c, hm, NULL);
    } else if (!mg_match(hm->uri, mg_str("/hold"), NULL)) {
      mg_http_reply(c, 200, "", "ok\n");
    }
  }
}

#define WS                                                                       \
  "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// True if the connection of this peer has not been closed.
static bool is_kept(int fd) {
  char byte;
  poll_times(&mgr, 2);
  return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

int main(void) {
  struct mg_connection *l;
  int idle, older_idle, headless, body, held, ws, fresh, next;
  mg_mgr_init(&mgr);
  set_option(&mgr, "max_connections", "6");
  mg_set_guard_handler(&mgr, on_guard, &mgr);
  l = http_listener(&mgr, serve);
  older_idle = plain_connect(l), check_request(&mgr, older_idle, GET, OK);
  push_clock(10);
  idle = plain_connect(l), check_request(&mgr, idle, GET, OK);
  held = plain_connect(l), plain_write(held, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  ws = plain_connect(l), check_request(&mgr, ws, WS, "HTTP/1.1 101 ");
  body = plain_connect(l), plain_write(body, "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx");
  headless = plain_connect(l), plain_write(headless, "GET / HT");
  POLL_UNTIL(&mgr, stats_of(&mgr).now_in_handler == 1 && stats_of(&mgr).now_reading_header == 1);
  CHECK_INT(stats_of(&mgr).now_reading_body, 1);
  CHECK_INT(stats_of(&mgr).now_keep_alive_idle, 2);
  CHECK_INT(stats_of(&mgr).now_websocket, 1);

  // The unfinished ones are young: the connection idle longest goes.
  fresh = plain_connect(l), check_request(&mgr, fresh, GET, OK);
  CHECK(!is_kept(older_idle) && is_kept(idle) && is_kept(headless) && is_kept(body));

  // Then the ones that never completed a request: without a head first.
  push_clock(1500);
  next = plain_connect(l), check_request(&mgr, next, GET, OK);
  CHECK(!is_kept(headless) && is_kept(body) && is_kept(idle));
  close(next);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 5);
  next = plain_connect(l), check_request(&mgr, next, GET, OK);
  close(headless);
  headless = plain_connect(l);
  push_clock(300);
  check_request(&mgr, headless, GET, OK);
  CHECK(!is_kept(body) && is_kept(idle));
  CHECK_INT(evictions, 3);
  CHECK_INT(stats_of(&mgr).evicted, 3);

  // Spared ones stay, and the newcomer goes.
  spare = true;
  close(body);
  body = plain_connect(l);
  CHECK(strncmp(answer(&mgr, body, 5000), "HTTP/1.1 503 ", 13) == 0);
  CHECK(is_kept(idle));
  CHECK_INT(stats_of(&mgr).refused_full, 1);
  spare = false;
  close(body);
  body = plain_connect(l), check_request(&mgr, body, GET, OK);
  CHECK(!is_kept(idle));

  // Those on priority_list never go. With nobody left the newcomer waits, and nothing spins.
  set_option(&mgr, "priority_list", "127.0.0.0/8");
  close(idle);
  idle = plain_connect(l);
  plain_write(idle, GET);
  push_clock(5000);
  CHECK(is_waiting(&mgr, idle));
  CHECK(polls_during(&mgr, 500) < 40);
  set_option(&mgr, "priority_list", NULL);
  push_clock(300);
  CHECK(strncmp(answer(&mgr, idle, 5000), OK, strlen(OK)) == 0);

  // The program's request and the WebSocket were never touched.
  CHECK(is_kept(held) && is_kept(ws));
  CHECK(stats_of(&mgr).now_max <= 6);
  close(idle), close(body), close(headless), close(next), close(fresh), close(held), close(ws);
  close(older_idle);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  mg_mgr_free(&mgr);
  return test_result();
}
