// Programs whose connections are quiet for good reasons keep them through ten times every default
// deadline (chapter 08, checklist 9).
#include "clock.h"
#include "guarded.h"

enum { STEP_MS = 5000, QUIET_MS = 10 * 75000 };

static struct mg_mgr mgr;
static struct mg_connection *held, *events, *own_events, *paused, *client;
static bool is_answered;

static void echo(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_READ) mg_send(c, c->recv.buf, c->recv.len), c->recv.len = 0;
  (void)ev_data;
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/paused"), NULL)) {
    paused = c;
    c->is_full = 1;
  }
  if (ev == MG_EV_WS_MSG) mg_ws_send(c, "pong", 4, WEBSOCKET_OP_TEXT);
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/held"), NULL)) {
    held = c;
  } else if (mg_match(hm->uri, mg_str("/events"), NULL)) {
    events = c;
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  } else if (mg_match(hm->uri, mg_str("/own"), NULL)) {
    own_events = c;
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    c->is_resp = 0;
  } else if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
    mg_ws_upgrade(c, hm, NULL);
  } else if (mg_match(hm->uri, mg_str("/replaced"), NULL)) {
    c->pfn = NULL;
    c->fn = echo;
    mg_printf(c, "HTTP/1.1 101 Mine\r\n\r\n");
  } else {
    mg_http_reply(c, 200, "", "ok\n");
  }
}

// A broker that accepts everybody, and answers pings.
static void broker(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  if (ev == MG_EV_MQTT_CMD && mm->cmd == MQTT_CMD_CONNECT) mg_send(c, "\x20\2\0\0", 4);
  if (ev == MG_EV_MQTT_CMD && mm->cmd == MQTT_CMD_PINGREQ) mg_send(c, "\xd0\0", 2);
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) mg_printf(c, "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  if (ev == MG_EV_HTTP_MSG) is_answered = true;
  if (ev == MG_EV_ERROR || ev == MG_EV_CLOSE) client = NULL;
  (void)ev_data;
}

// Sends `text` and checks how the answer begins.
static void check_answer(int fd, const char *text, size_t len, const char *want) {
  const char *got;
  CHECK_INT(send(fd, text, len, MSG_NOSIGNAL), len);
  got = answer(&mgr, fd, 5000);
  CHECK(got != NULL && strncmp(got, want, strlen(want)) == 0);
}

#define WS                                                                       \
  "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define MQTT "\x10\x0e\0\4MQTT\4\2\0\0\0\2me"

enum { HELD, EVENTS, OWN_EVENTS, WEBSOCKET, REPLACED, PAUSED, MQTT_PEER, RAW, PEERS };

int main(void) {
  struct mg_connection *http, *mqtt, *raw, *udp, *raw_client, *udp_client;
  struct trace t, udp_trace, far_trace;
  struct mg_stats s;
  int fds[PEERS], udp_fd, i, far_end;
  memset(&t, 0, sizeof(t)), memset(&udp_trace, 0, sizeof(t)), memset(&far_trace, 0, sizeof(t));
  mg_mgr_init(&mgr);
  http = http_listener(&mgr, serve);
  mqtt = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", broker, NULL);
  raw = mg_listen(&mgr, "tcp://127.0.0.1:0", echo, NULL);
  udp = mg_listen(&mgr, "udp://127.0.0.1:0", echo, NULL);
  for (i = 0; i < PEERS; i++) fds[i] = plain_connect(i < MQTT_PEER ? http : i == RAW ? raw : mqtt);
  plain_write(fds[HELD], "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  POLL_UNTIL(&mgr, held != NULL);
  check_request(&mgr, fds[EVENTS], "GET /events HTTP/1.1\r\nHost: a\r\n\r\n", OK);
  check_request(&mgr, fds[OWN_EVENTS], GET, OK);
  check_request(&mgr, fds[OWN_EVENTS], "GET /own HTTP/1.1\r\nHost: a\r\n\r\n", OK);
  check_request(&mgr, fds[WEBSOCKET], WS, "HTTP/1.1 101 ");
  check_request(&mgr, fds[REPLACED], "GET /replaced HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 101 ");
  plain_write(fds[PAUSED], "POST /paused HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  POLL_UNTIL(&mgr, paused != NULL);
  check_answer(fds[MQTT_PEER], MQTT, sizeof(MQTT) - 1, "\x20\2");
  check_answer(fds[RAW], "x", 1, "x");
  udp_fd = plain_socket(SOCK_DGRAM);
  raw_client = mg_connect(&mgr, url_to("tcp", raw), record, &t);
  udp_client = mg_connect(&mgr, url_to("udp", udp), record, &udp_trace);
  POLL_UNTIL(&mgr, strcmp(t.text, "OPEN RESOLVE CONNECT ") == 0);
  // A server elsewhere that takes its time.
  far_end = plain_socket(SOCK_STREAM);
  CHECK_INT(listen(far_end, 5), 0);
  char url[60];
  snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(plain_port(far_end)));
  client = mg_http_connect(&mgr, url, on_client, NULL);
  poll_times(&mgr, 5);
  int server_fd = accept(far_end, NULL, NULL);
  CHECK(server_fd >= 0);

  s = stats_of(&mgr);
  CHECK_INT(s.now_in_handler, 4);
  CHECK_INT(s.now_websocket, 1);
  CHECK_INT(s.now_other, 3 + 1 + 3);  // replaced, MQTT, raw and its peer, three clients
  for (int ms = 0; ms < QUIET_MS; ms += STEP_MS) {
    push_clock(STEP_MS);
    poll_times(&mgr, 3);
    if (ms % 150000 == 0) {
      mg_printf(events, "data: %d\n\n", ms);
      mg_printf(own_events, "data: %d\n\n", ms);
      CHECK(answer(&mgr, fds[EVENTS], 5000)[0] == 'd');
      CHECK(answer(&mgr, fds[OWN_EVENTS], 5000)[0] == 'd');
    }
  }
  s = stats_of(&mgr);
  CHECK_INT(s.closed + s.outgoing_closed, 0);
  CHECK_INT(s.timeout_io + s.timeout_header + s.timeout_body + s.timeout_keep_alive, 0);

  // All still work.
  mg_http_reply(held, 200, "", "at last\n");
  CHECK(strstr(answer(&mgr, fds[HELD], 5000), "at last") != NULL);
  check_request(&mgr, fds[HELD], GET, OK);
  check_answer(fds[WEBSOCKET], "\x81\x84\0\0\0\0ping", 10, "\x81\4pong");
  check_answer(fds[REPLACED], "x", 1, "x");
  check_answer(fds[RAW], "x", 1, "x");
  check_answer(fds[MQTT_PEER], "\xc0\0", 2, "\xd0");
  paused->is_full = 0;
  check_request(&mgr, fds[PAUSED], "cd", OK);
  mg_send(raw_client, "x", 1);
  mg_send(udp_client, "x", 1);
  POLL_UNTIL(&mgr, t.reads == 1 && udp_trace.reads == 1);
  plain_send_to(udp_fd, udp, "x", 1);
  CHECK_TEXT(answer(&mgr, udp_fd, 5000), "x");
  plain_write(server_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  POLL_UNTIL(&mgr, is_answered);
  CHECK(client != NULL);
  for (i = 0; i < PEERS; i++) close(fds[i]);
  close(udp_fd), close(far_end), close(server_fd);
  mg_mgr_free(&mgr);
  return test_result();
}
