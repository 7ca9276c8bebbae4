// Chapter 06, checklist 15, 40 and 41, section 9, 22: custom handlers, the page, c->data, and
// callbacks that close, log out or free.
#include "dash.h"

static char page[] = "<p>dashboard</p>";
static const struct mg_mem_file files[] = {
    {"/dashboard.html", (const uint8_t *)page, sizeof(page) - 1, 5}, {NULL, NULL, 0, 0}};
static struct mg_dash dash;
static struct mg_connection *current;
static char closes[20];

static int authenticate(char *user, size_t len, const char *pass) {
  (void)user, (void)len;
  if (strcmp(closes, "authenticate") == 0) mg_close_conn(current);
  return strlen(pass) == 1 ? atoi(pass) : 0;
}

static int value;
static struct mg_field fields[] = {{"v", MG_VAL_INT, &value, sizeof(value)},
                                   {NULL, MG_VAL_INT, NULL, 0}};

// Everything that the user's memory must survive.
static bool on_set(enum mg_dash_op op, struct mg_dash_user *u) {
  char name[32];
  strcpy(name, u->name);
  if (strcmp(closes, "read") == 0 && op == MG_DASH_READ) mg_close_conn(current);
  if (strcmp(closes, "write") == 0 && op == MG_DASH_WRITE) mg_close_conn(current);
  if (strcmp(closes, "logout") == 0) {
    struct mg_http_message hm;
    struct mg_connection c;
    char request[200];
    memset(&c, 0, sizeof(c));
    c.fn_data = u->dash;
    mg_snprintf(request, sizeof(request),
                "GET /api/logout HTTP/1.1\r\nCookie: access_token=%s\r\n\r\n", u->token);
    CHECK(mg_http_parse(request, strlen(request), &hm) > 0);
    mg_dash_ev_handler(&c, MG_EV_HTTP_MSG, &hm);
    CHECK(mg_match(mg_str_n((char *)c.send.buf, 12), mg_str("HTTP/1.1 401"), NULL));
    mg_iobuf_free(&c.send);
  }
  CHECK_TEXT(u->name, name);
  CHECK_PTR(u->dash, &dash);
  return true;
}

static struct mg_field_set set = {"s", fields, on_set, NULL, NULL, NULL};

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_HDRS) current = c;
  mg_dash_ev_handler(c, ev, ev_data);
  if (ev == MG_EV_ACCEPT) CHECK(memcmp(c->data + 16, &c->fn_data, sizeof(void *)) == 0);
  if (ev == MG_EV_HTTP_HDRS && c == current && closes[0] == '\0') {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    struct mg_dash_user *u;
    memcpy(&u, c->data + 8, sizeof(u));
    if (u != NULL) CHECK_PTR(u->dash, &dash);
    if (mg_match(hm->uri, mg_str("/api/login"), NULL)) CHECK_INT(c->data[0], 'Z');
    if (mg_match(hm->uri, mg_str("/api/hi"), NULL)) CHECK_INT(c->data[0], 0);
  }
  if (ev == MG_EV_HTTP_MSG && closes[0] == '\0') CHECK_INT(c->data[0], 0);
}

static void custom(struct mg_connection *c, int ev, void *ev_data) {
  CHECK_INT(ev, MG_EV_HTTP_MSG);
  CHECK_PTR(c->fn_data, &dash);
  CHECK(ev_data != NULL);
  mg_http_reply(c, 200, "", "mine\n");
}

static void check_closed(struct mg_connection *l, const char *what, const char *request) {
  struct peer p;
  strcpy(closes, what);
  peer_open(&p, l);
  peer_say(&p, request);
  CHECK(peer_wait_closed(&p));
  CHECK_INT(p.len, 0);
  peer_close(&p);
  closes[0] = '\0';
}

int main(void) {
  struct mg_dash_custom_handler loop = {NULL, mg_str("/never"), custom, NULL};
  char token[21], field[100];
  struct peer ws;
  MG_DASH_ADD_FIELD_SET(&dash, &set);
  struct mg_connection *l = peer_serve(on_event, &dash);

  CHECK_ANSWER(dash_ask(l, "GET /api/get HTTP/1.1"), 200, "{\"s\":{\"v\":0}}\n");
  CHECK_TEXT(dash.guest->name, "guest");
  CHECK_INT(dash.guest->level, 9);
  CHECK_ANSWER(dash_ask(l, "GET / HTTP/1.1"), 404, "Not found\n");
  mg_mem_files = files;
  CHECK_ANSWER(dash_ask(l, "GET / HTTP/1.1"), 200, page);

  // 41, and 22: a list that leads to itself.
  loop.next = &loop;
  dash.custom_handlers = &loop;
  CHECK_ANSWER(dash_ask(l, "GET /none HTTP/1.1"), 404, "Not Found");
  dash.custom_handlers = NULL;
  for (int i = 0; i < 3; i++) {
    MG_DASH_REGISTER_CUSTOM_HANDLER(&dash, "/mine/#", custom, NULL);
  }
  CHECK_ANSWER(dash_ask(l, "GET /mine/x HTTP/1.1"), 200, "mine\n");
  CHECK_ANSWER(dash_ask(l, "GET /none HTTP/1.1"), 404, "Not Found");

  dash.authenticate = authenticate;
  CHECK_ANSWER(dash_ask(l, "GET /mine/x HTTP/1.1"), 200, "mine\n");
  CHECK_ANSWER(dash_ask(l, "GET /api/hi HTTP/1.1"), 200, "hi\n");
  CHECK_INT(dash_login(l, "u", "3", token), 200);

  // Callbacks that end what they are about.
  char request[300];
  check_closed(l, "authenticate", DASH_LOGIN "dTo3\r\n\r\n");
  mg_snprintf(request, sizeof(request),
              "GET /api/get/s HTTP/1.1\r\nCookie: access_token=%s\r\n\r\n", token);
  check_closed(l, "read", request);
  mg_snprintf(request, sizeof(request),
              "POST /api/set HTTP/1.1\r\nCookie: access_token=%s\r\nContent-Length: 13\r\n\r\n"
              "{\"s\":{\"v\":4}}",
              token);
  check_closed(l, "write", request);
  CHECK_INT(value, 4);
  mg_snprintf(field, sizeof(field), "Cookie: access_token=%s\r\n", token);
  CHECK(dash_websocket(&ws, l, field));
  strcpy(closes, "logout");
  CHECK_ANSWER(dash_as(l, token, "GET", "/api/get"), 200, "{\"s\":{\"v\":4}}\n");
  closes[0] = '\0';
  CHECK(peer_wait_closed(&ws));
  CHECK_INT(dash_as(l, token, "GET", "/api/get").status, 403);

  peer_close(&ws);
  peer_end();
  return test_result();
}
