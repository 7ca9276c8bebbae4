// io_timeout_scope=all: every TCP connection that is quiet for io_timeout_ms is closed (chapter 08,
// 8.3 deadlines).
#include "deadline.h"

static struct mg_mgr mgr;
static int errors, held;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ERROR) errors++;
  if (ev == MG_EV_ERROR) CHECK_TEXT((char *)ev_data, "MG_IO_TIMEOUT");
  if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/held"), NULL)) {
    held++;
  } else if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/ws"), NULL)) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    reply_ok(c, ev, ev_data);
  }
}

static void echo(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ERROR) errors++;
  if (ev == MG_EV_READ) mg_send(c, c->recv.buf, c->recv.len), c->recv.len = 0;
  (void)ev_data;
}

#define WS                                                                       \
  "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

enum { IDLE, HELD, WEBSOCKET, MQTT, RAW, BUSY_RAW, PEERS };

int main(void) {
  struct mg_connection *http, *raw, *mqtt, *udp;
  struct mg_stats s;
  struct trace t;
  int fds[PEERS];
  memset(&t, 0, sizeof(t));
  mg_mgr_init(&mgr);
  set_option(&mgr, "io_timeout_ms", "30000");
  http = http_listener(&mgr, serve);
  raw = mg_listen(&mgr, "tcp://127.0.0.1:0", echo, NULL);
  udp = mg_listen(&mgr, "udp://127.0.0.1:0", echo, NULL);
  mqtt = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", echo, NULL);
  for (int i = 0; i < PEERS; i++) fds[i] = plain_connect(i < MQTT ? http : i == MQTT ? mqtt : raw);
  check_request(&mgr, fds[IDLE], GET, OK);
  plain_write(fds[HELD], "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  check_request(&mgr, fds[WEBSOCKET], WS, "HTTP/1.1 101 ");
  CHECK(mg_connect(&mgr, url_to("udp", udp), ignore_events, NULL) != NULL);
  CHECK(mg_connect(&mgr, url_to("tcp", raw), record, &t) != NULL);
  POLL_UNTIL(&mgr, held == 1 && stats_of(&mgr).now_accepted == PEERS + 1);

  // By default they stay.
  pass(&mgr, 60000);
  CHECK_INT(stats_of(&mgr).closed, 0);

  // Their time counts from their last traffic, which is long ago; the busy one goes on.
  plain_write(fds[BUSY_RAW], "x");
  CHECK_TEXT(answer(&mgr, fds[BUSY_RAW], 5000), "x");
  pass(&mgr, 10000);
  set_option(&mgr, "io_timeout_scope", "all");
  poll_times(&mgr, 3);
  s = stats_of(&mgr);
  CHECK_INT(s.closed, PEERS);
  CHECK_INT(s.outgoing_closed, 1);
  CHECK_TEXT(t.error, "MG_IO_TIMEOUT");
  for (int i = 0; i < PEERS; i++) CHECK(has_ended(fds[i]) == (i != BUSY_RAW));
  for (int i = 0; i < 5; i++) {
    pass(&mgr, 15000);
    plain_write(fds[BUSY_RAW], "x");
    CHECK_TEXT(answer(&mgr, fds[BUSY_RAW], 5000), "x");
  }
  CHECK_TIME(time_until_answer(&mgr, fds[BUSY_RAW], 60000), 30000);
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_io, PEERS + 2);  // both ends of the program's own connection
  CHECK_INT(timeouts(&s), PEERS + 2);
  CHECK_INT(errors, PEERS + 1);
  CHECK_INT(s.now_outgoing, 1);  // UDP has no end
  CHECK_INT(s.now_accepted, 0);
  for (int i = 0; i < PEERS; i++) close(fds[i]);
  mg_mgr_free(&mgr);
  return test_result();
}
