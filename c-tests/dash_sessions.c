// Chapter 06, checklist 28 and 40, section 9, 11, 13, 14 and 21: how sessions end.
#include "dash.h"

static uint64_t now = 1000000;

uint64_t mg_millis(void) {
  return now;
}

static int authenticate(char *user, size_t len, const char *pass) {
  (void)user, (void)len;
  return strlen(pass) == 1 ? atoi(pass) : 0;
}

static bool open_websocket(struct peer *p, struct mg_connection *l, const char *token) {
  char field[100];
  mg_snprintf(field, sizeof(field), "Cookie: access_token=%s\r\n", token);
  return dash_websocket(p, l, field);
}

static bool is_in(struct mg_connection *l, const char *token) {
  return dash_as(l, token, "GET", "/api/get").status == 200;
}

int main(void) {
  struct mg_dash dash, second;
  struct peer ws, ws2;
  char tokens[12][21], token[21];
  memset(&dash, 0, sizeof(dash));
  memset(&second, 0, sizeof(second));
  dash.authenticate = second.authenticate = authenticate;
  struct mg_connection *l = peer_serve(mg_dash_ev_handler, &dash);
  struct mg_connection *l2 = peer_serve(mg_dash_ev_handler, &second);

  // 28: use prolongs a session; without it it ends, also if nobody asks.
  dash.session_auto_expiration_seconds = 10;
  CHECK_INT(dash_login(l, "a", "1", token), 200);
  CHECK(open_websocket(&ws, l, token));
  now += 9000;
  CHECK(is_in(l, token));
  now += 10000;
  peer_settle(&ws);
  CHECK(!ws.closed);
  now += 1;
  CHECK_FRAME(&ws, "{\"method\":\"logout\"}");
  CHECK(peer_wait_closed(&ws));
  CHECK(!is_in(l, token));
  peer_close(&ws);

  // 13: long times do not wrap, negative ones stand for an hour.
  dash.session_auto_expiration_seconds = 5000000;
  CHECK_INT(dash_login(l, "a", "1", token), 200);
  now += 4999999000u;
  CHECK(is_in(l, token));
  dash.session_auto_expiration_seconds = -5;
  CHECK(is_in(l, token));
  now += 3600000;
  CHECK(is_in(l, token));
  now += 3600001;
  CHECK(!is_in(l, token));

  // 11: the eleventh is let in, and the one of least use for the program goes.
  dash.session_auto_expiration_seconds = 0;
  for (int i = 0; i < 11; i++) {
    char name[20];
    mg_snprintf(name, sizeof(name), "user%d", i);
    now++;
    CHECK_INT(dash_login(l, name, i == 3 ? "1" : "9", tokens[i]), 200);
  }
  for (int i = 0; i < 11; i++) CHECK_INT(is_in(l, tokens[i]), i != 3);

  // 21, 40: sessions belong to one dashboard, and end with its listener.
  CHECK(!is_in(l2, tokens[0]));
  CHECK_INT(dash_login(l2, "b", "2", token), 200);
  CHECK(open_websocket(&ws2, l2, token));
  CHECK(open_websocket(&ws, l, tokens[0]));
  l->is_closing = 1;
  CHECK(peer_wait_closed(&ws));
  l = peer_serve(mg_dash_ev_handler, &dash);
  for (int i = 0; i < 11; i++) CHECK(!is_in(l, tokens[i]));
  CHECK(is_in(l2, token));
  CHECK(!ws2.closed);

  peer_close(&ws);
  peer_close(&ws2);
  peer_end();

  // And with the manager, also if nobody told the dashboard.
  l2 = peer_serve(mg_dash_ev_handler, &second);
  CHECK(!is_in(l2, token));
  peer_end();
  return test_result();
}
