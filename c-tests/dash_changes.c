// Chapter 06, checklist 26, 33 and 34, section 9, 20, 21 and 23: who gets notifications.
#include "dash.h"

static int value = 1, idx = -1, element, reads;
static int list[3] = {10, 11, 12};
static char blob[4000];
static bool is_hidden;
static struct mg_field fields[] = {{"v", MG_VAL_INT, &value, sizeof(value)},
                                   {NULL, MG_VAL_INT, NULL, 0}};
static struct mg_field list_fields[] = {{"e", MG_VAL_INT, &element, sizeof(element)},
                                        {NULL, MG_VAL_INT, NULL, 0}};
static struct mg_field blob_fields[] = {{"b", MG_VAL_STR, blob, sizeof(blob)},
                                        {NULL, MG_VAL_INT, NULL, 0}};

static bool on_value(enum mg_dash_op op, struct mg_dash_user *u) {
  (void)u;
  if (op == MG_DASH_READ) reads++;
  return !is_hidden;
}

static bool on_list(enum mg_dash_op op, struct mg_dash_user *u) {
  (void)op, (void)u;
  if (idx == -1) {
    idx = 3;
  } else if (idx > 2) {
    idx = -1;
  } else {
    element = list[idx];
  }
  return true;
}

static struct mg_field_set set = {"s", fields, on_value, NULL, NULL, NULL};
static struct mg_field_set array = {"a", list_fields, on_list, &idx, NULL, NULL};
static struct mg_field_set other_set = {"o", fields, NULL, NULL, NULL, NULL};
static struct mg_field_set blob_set = {"b", blob_fields, NULL, NULL, NULL, NULL};

// A WebSocket of the program's own, with data of its own.
static void own_websocket(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_ws_upgrade(c, (struct mg_http_message *)ev_data, NULL);
  if (ev == MG_EV_OPEN) memset(c->data, 0x5a, sizeof(c->data));
}

static int count_sockets(void) {
  int n = 0;
  for (struct mg_connection *c = peer_mgr.conns; c != NULL; c = c->next) n += c->is_websocket;
  return n;
}

int main(void) {
  struct mg_dash dash, other;
  struct mg_mgr idle;
  struct peer one, two, own, stranger;
  memset(&dash, 0, sizeof(dash));
  memset(&other, 0, sizeof(other));
  MG_DASH_ADD_FIELD_SET(&dash, &set);
  MG_DASH_ADD_FIELD_SET(&dash, &array);
  MG_DASH_ADD_FIELD_SET(&dash, &blob_set);
  MG_DASH_ADD_FIELD_SET(&other, &other_set);
  struct mg_connection *l = peer_serve(mg_dash_ev_handler, &dash);
  struct mg_connection *l2 = peer_serve(mg_dash_ev_handler, &other);
  struct mg_connection *l3 = peer_serve(own_websocket, NULL);
  CHECK(dash_websocket(&one, l, ""));
  CHECK(dash_websocket(&two, l, ""));
  CHECK(dash_websocket(&stranger, l2, ""));
  CHECK(dash_websocket(&own, l3, ""));

  // One look at the variables for all windows of a user; 20: nothing for anybody else.
  mg_dash_send_change(&peer_mgr, &set);
  CHECK_FRAME(&one, "{\"method\":\"change\",\"params\":{\"s\":{\"v\":1}}}");
  CHECK_FRAME(&two, "{\"method\":\"change\",\"params\":{\"s\":{\"v\":1}}}");
  CHECK_INT(reads, 1);

  // 33
  mg_dash_send_change(&peer_mgr, &array);
  CHECK_INT(idx, -1);
  CHECK_FRAME(&one, "{\"method\":\"change\",\"params\":{\"a\":3}}");
  idx = 1;
  mg_dash_send_change(&peer_mgr, &array);
  CHECK_INT(idx, 1);
  CHECK_FRAME(&one, "{\"method\":\"change\",\"params\":{\"a/1\":{\"e\":11}}}");
  idx = 7;
  mg_dash_send_change(&peer_mgr, &array);
  CHECK_INT(idx, 7);

  // A set that is written twice in one request is announced once, to the writer's dashboard.
  struct answer a = dash_post(l, "/api/set", "{\"s\":{\"v\":2},\"s\":{\"v\":5}}");
  CHECK_BODY(a, "2\n");
  CHECK_FRAME(&one, "{\"method\":\"change\",\"params\":{\"s\":{\"v\":5}}}");
  mg_dash_send_change(&peer_mgr, &other_set);
  CHECK_FRAME(&stranger, "{\"method\":\"change\",\"params\":{\"o\":{\"v\":5}}}");

  // 26
  is_hidden = true;
  mg_dash_send_change(&peer_mgr, &set);
  is_hidden = false;
  peer_settle(&one);
  peer_settle(&own);
  CHECK_INT(one.len, 0);
  CHECK_INT(own.len, 0);

  // 21: another manager has no business with these connections.
  mg_mgr_init(&idle);
  mg_dash_send_change(&idle, &set);
  mg_mgr_free(&idle);
  mg_dash_send_change(NULL, &set);
  mg_dash_send_change(&peer_mgr, NULL);

  // 34
  CHECK_INT(dash_ask(l, "GET /api/websocket HTTP/1.1").status, 426);

  // 23: a peer that does not read is closed, the others are not.
  peer_close(&two);
  CHECK_INT(dash_websocket(&two, l, ""), true);
  peer_settle(NULL);
  int sockets = count_sockets();
  CHECK_INT(sockets, 4);
  memset(blob, 'b', sizeof(blob) - 1);
  for (int i = 0; i < 5000 && count_sockets() == sockets; i++) {
    mg_dash_send_change(&peer_mgr, &blob_set);
    peer_step(&one);
    peer_drop(&one, one.len);
  }
  CHECK_INT(count_sockets(), sockets - 1);
  CHECK(!one.closed);
  CHECK(peer_wait_closed(&two));

  peer_close(&one);
  peer_close(&two);
  peer_close(&own);
  peer_close(&stranger);
  peer_end();
  return test_result();
}
