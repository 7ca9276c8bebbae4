// mg_set_request_handler and mg_disable_http_endpoint (chapter 08).
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static char seen[300];
static char own_data[] = "own", a_data[] = "A", b_data[] = "B";

// Notes who was told of what.
static void note(struct mg_connection *c, const char *who, int ev) {
  if (ev != MG_EV_HTTP_HDRS && ev != MG_EV_HTTP_MSG && ev != MG_EV_WS_OPEN) return;
  strcat(seen, who), strcat(seen, (const char *)c->fn_data);
  strcat(seen, ev == MG_EV_HTTP_HDRS ? "h " : ev == MG_EV_HTTP_MSG ? "m " : "w ");
}

static void own(struct mg_connection *c, int ev, void *ev_data) {
  note(c, "own:", ev);
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "own");
  if (ev == MG_EV_WS_MSG) strcat(seen, "own:"), strcat(seen, (char *)c->fn_data), strcat(seen, "=");
  (void)ev_data;
}

static void routed(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  note(c, "route:", ev);
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    mg_http_reply(c, 200, "", "%s", (char *)c->fn_data);
  }
}

static void check_ask(const char *line, int status, const char *who) {
  seen[0] = '\0';
  test_check_int(__FILE__, __LINE__, line, status_of(&mgr, l, line, ""), status);
  test_check_text(__FILE__, __LINE__, line, seen, who);
}

static void methods_and_order(void) {
  const char *text;
  mg_set_request_handler(&mgr, "GET,POST /api/#", routed, a_data);
  mg_set_request_handler(&mgr, "/api/x", routed, b_data);
  mg_set_request_handler(&mgr, "PUT /only", routed, b_data);
  check_ask("GET /api/y?q=1", 200, "route:Ah route:Am ");
  check_ask("GET /api/x", 200, "route:Ah route:Am ");
  check_ask("DELETE /api/x", 200, "route:Bh route:Bm ");
  check_ask("GET /other", 200, "own:ownh own:ownm ");
  check_ask("DELETE /api/y", 405, "");
  text = ask(&mgr, l, "GET /only HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_INT(status_in(text), 405);
  check_has(text, "\r\nAllow: PUT, OPTIONS\r\n");
  text = ask(&mgr, l, "OPTIONS /api/y HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_INT(status_in(text), 204);
  check_has(text, "\r\nAllow: GET, POST, OPTIONS\r\n");
  CHECK_INT(stats_of(&mgr).rejected_405, 2);
}

static void replaced_and_removed(void) {
  mg_set_request_handler(&mgr, "GET,POST /api/#", routed, b_data);
  check_ask("GET /api/y", 200, "route:Bh route:Bm ");
  mg_set_request_handler(&mgr, "GET,POST /api/#", NULL, NULL);
  check_ask("GET /api/y", 200, "own:ownh own:ownm ");
  mg_set_request_handler(&mgr, NULL, routed, NULL);
  mg_set_request_handler(&mgr, "", routed, NULL);
  mg_set_request_handler(NULL, "/x", routed, NULL);
  check_ask("GET /", 200, "own:ownh own:ownm ");
}

// Requests of one connection go here and there; a body in pieces stays where it belongs.
static void one_connection(void) {
  int fd = plain_connect(l);
  seen[0] = '\0';
  mg_set_request_handler(&mgr, "/a", routed, a_data);
  plain_write(fd,
              "GET /a HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"
              "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nx");
  POLL_UNTIL(&mgr, strstr(seen, "own:ownm route:Ah ") != NULL);
  plain_write(fd, "yz");
  POLL_UNTIL(&mgr, strstr(seen, "own:ownm route:Ah route:Ah route:Am ") != NULL);
  CHECK_TEXT(seen, "route:Ah route:Am own:ownh own:ownm route:Ah route:Ah route:Am ");
  close(fd);
}

// Events other than the request go to the connection's own handler.
static void upgrade(void) {
  int fd = plain_connect(l);
  mg_set_request_handler(&mgr, "/ws", routed, a_data);
  seen[0] = '\0';
  check_request(&mgr, fd,
                "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                "HTTP/1.1 101 ");
  CHECK(strncmp(seen, "route:Ah route:Am own:", 22) == 0);
  CHECK_INT(send(fd, "\x81\x82\0\0\0\0hi", 8, MSG_NOSIGNAL), 8);
  POLL_UNTIL(&mgr, strstr(seen, "own:own=") != NULL);
  close(fd);
}

static void disabled(void) {
  mg_disable_http_endpoint(&mgr, "/a");
  mg_disable_http_endpoint(&mgr, "POST /form/#");
  check_ask("GET /a", 404, "");
  check_ask("POST /form/x", 404, "");
  check_ask("GET /form/x", 200, "own:ownh own:ownm ");
  mg_disable_http_endpoint(&mgr, NULL);
  mg_disable_http_endpoint(NULL, "/");
  CHECK_INT(stats_of(&mgr).rejected_404, 2);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = mg_http_listen(&mgr, "http://127.0.0.1:0", own, own_data);
  methods_and_order();
  replaced_and_removed();
  one_connection();
  upgrade();
  disabled();
  mg_mgr_free(&mgr);
  return test_result();
}
