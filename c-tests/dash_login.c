// Chapter 06, checklist 22 to 25, section 9, 7, 8, 10, 11, 15 and 21: who is let in, as whom, and for
// how long.
#include "dash.h"

#define LONG_NAME "a-name-of-more-than-thirty-one-characters"

static int calls;
static bool pretend_tls;

// The password says the level, whoever it is.
static int authenticate(char *user, size_t len, const char *pass) {
  CHECK_INT(len, 100);
  calls++;
  if (strcmp(pass, "bad\r\nX-Evil: 1") == 0) mg_snprintf(user, len, "evil\"\n");
  if (strcmp(pass, "bad\r\nX-Evil: 1") == 0) return 3;
  return strncmp(pass, "level", 5) == 0 ? atoi(pass + 5) : 0;
}

static int level;
static struct mg_field fields[] = {{"level", MG_VAL_INT, &level, 0}, {NULL, MG_VAL_INT, NULL, 0}};

static bool on_set(enum mg_dash_op op, struct mg_dash_user *u) {
  (void)op;
  level = u->level;
  return true;
}

static struct mg_field_set set = {"me", fields, on_set, NULL, NULL, NULL};

// A second manager of the same dashboard.
static struct mg_mgr second;

static void poll_second(void *arg) {
  (void)arg;
  mg_mgr_poll(&second, 0);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (pretend_tls && ev == MG_EV_HTTP_HDRS) c->is_tls = 1;
  mg_dash_ev_handler(c, ev, ev_data);
  if (ev == MG_EV_HTTP_HDRS) c->is_tls = 0;
}

int main(void) {
  struct mg_dash dash;
  struct peer ws, other, away;
  char root[21], view[21], again[21];
  memset(&dash, 0, sizeof(dash));
  dash.authenticate = authenticate;
  MG_DASH_ADD_FIELD_SET(&dash, &set);
  struct mg_connection *l = peer_serve(on_event, &dash);

  // 7: the name of somebody else does not give his level, nor his token.
  CHECK_INT(dash_login(l, "root", "level9", root), 200);
  CHECK_INT(dash_login(l, "root", "level1", view), 200);
  CHECK_INT(strlen(root), 20);
  CHECK(strcmp(root, view) != 0);
  CHECK_ANSWER(dash_as(l, root, "GET", "/api/get/me"), 200, "{\"level\":9}\n");
  CHECK_ANSWER(dash_as(l, view, "GET", "/api/get/me"), 200, "{\"level\":1}\n");
  CHECK_INT(dash_login(l, "root", "level9", again), 200);
  CHECK_TEXT(again, root);

  // 8: a password in a cookie or a query lets in, but is never the token.
  struct answer a = dash_ask(l, "GET /api/login?access_token=level5 HTTP/1.1");
  CHECK_INT(a.status, 200);
  CHECK(strstr(a.head, "access_token=level5") == NULL);
  a = dash_as(l, "level5", "GET", "/api/login");
  CHECK_INT(a.status, 200);
  CHECK(strstr(a.head, "access_token=level5") == NULL);
  CHECK_ANSWER(dash_as(l, "level5", "GET", "/api/get/me"), 200, "{\"level\":5}\n");

  // 15: other cookies are no tokens, and nothing of a request is reflected in a header.
  a = dash_ask(l, "GET /api/get/me HTTP/1.1\r\nCookie: xaccess_token=%s", root);
  CHECK_INT(a.status, 403);
  a = dash_ask(l, "GET /api/get/me HTTP/1.1\r\nCookie: a=1; access_token=%s; b=2", root);
  CHECK_INT(a.status, 200);
  a = dash_ask(l, "GET /api/login?access_token=bad%%0d%%0aX-Evil:%%201 HTTP/1.1");
  CHECK(strstr(a.head, "X-Evil") == NULL);
  CHECK_BODY(a, "{\"user\":\"evil\\\"\\n\",\"level\":3}\n");

  // 24: what is no token.
  CHECK_INT(dash_as(l, "zzzzzzzzzzzzzzzzzzzz", "GET", "/api/get").status, 403);
  CHECK_INT(dash_as(l, "", "GET", "/api/get").status, 403);
  a = dash_ask(l, "GET /api/get HTTP/1.1\r\nAuthorization: Bearer %s", root);
  CHECK_INT(a.status, 403);
  a = dash_ask(l, "GET /api/get/me HTTP/1.1\r\nAuthorization: Bearer level2");
  CHECK_BODY(a, "{\"level\":2}\n");

  // 25
  pretend_tls = true;
  a = dash_as(l, root, "GET", "/api/login");
  CHECK(strstr(a.head, "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400\r\n") != NULL);
  pretend_tls = false;
  a = dash_as(l, root, "GET", "/api/login");
  CHECK(strstr(a.head, "Secure") == NULL);

  // 11: a name that does not fit has one session too.
  CHECK_INT(dash_login(l, LONG_NAME, "level4", view), 200);
  CHECK_INT(dash_login(l, LONG_NAME, "level4", again), 200);
  CHECK_TEXT(again, view);

  // 10: logout ends this session and its WebSockets, and no other.
  char field[100];
  mg_snprintf(field, sizeof(field), "Cookie: access_token=%s\r\n", root);
  CHECK(dash_websocket(&ws, l, field));
  mg_mgr_init(&second);
  struct mg_connection *l2 = mg_http_listen(&second, "http://127.0.0.1:0", on_event, &dash);
  mg_timer_add(&peer_mgr, 1, MG_TIMER_REPEAT, poll_second, NULL);
  CHECK(dash_websocket(&away, l2, field));
  mg_snprintf(field, sizeof(field), "Cookie: access_token=%s\r\n", view);
  CHECK(dash_websocket(&other, l, field));
  struct peer p;
  peer_open(&p, l);
  mg_snprintf(field, sizeof(field), "GET /api/logout HTTP/1.1\r\nCookie: access_token=%s\r\n\r\n",
              root);
  peer_say(&p, field);
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 401);
  CHECK_BODY(a, "Unauthorized\n");
  peer_drop(&p, a.head_len + a.body_len);
  CHECK_FRAME(&ws, "{\"method\":\"logout\"}");
  CHECK(peer_wait_closed(&ws));
  // 21: those of another manager find out by themselves.
  CHECK_FRAME(&away, "{\"method\":\"logout\"}");
  CHECK(peer_wait_closed(&away));
  peer_say(&p, "GET /api/hi HTTP/1.1\r\n\r\n");
  CHECK_ANSWER(peer_answer(&p, true), 200, "hi\n");
  CHECK(strncmp(p.buf, "HTTP/1.1 200", 12) == 0);
  calls = 0;
  CHECK_INT(dash_as(l, root, "GET", "/api/get").status, 403);
  CHECK_INT(calls, 1);
  CHECK_INT(dash_as(l, view, "GET", "/api/get").status, 200);
  CHECK_INT(calls, 1);
  peer_settle(&other);
  CHECK(!other.closed);

  mg_mgr_free(&second);
  peer_close(&p);
  peer_close(&away);
  peer_close(&ws);
  peer_close(&other);
  peer_end();
  return test_result();
}
