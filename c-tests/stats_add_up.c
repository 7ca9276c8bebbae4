// The figures add up after a few hundred connections of all kinds (chapter 08, checklist 12).
#include "deadline.h"

enum { ROUNDS = 40, LIMIT = 30 };

static struct mg_mgr mgr;
static struct mg_connection *l, *raw;
static uint64_t sent, got, messages, opens, closes, client_closes;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ACCEPT) opens++;
  if (ev == MG_EV_CLOSE && c->is_accepted) closes++;
  if (ev == MG_EV_WS_MSG) mg_ws_send(c, "pong", 4, WEBSOCKET_OP_TEXT);
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    mg_http_reply(c, 200, "", "ok\n");
  }
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) mg_send(c, "hello", 5);
  if (ev == MG_EV_READ) c->is_closing = 1;
  if (ev == MG_EV_CLOSE) client_closes++;
  (void)ev_data;
}

static void on_raw(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_READ) mg_send(c, c->recv.buf, c->recv.len), c->recv.len = 0;
  serve(c, ev == MG_EV_ACCEPT || ev == MG_EV_CLOSE ? ev : MG_EV_POLL, ev_data);
}

// The figures of now: states and origins are two ways to count the same connections.
static void check_states(void) {
  struct mg_stats s = stats_of(&mgr);
  uint64_t states = s.now_connecting + s.now_handshaking + s.now_reading_header +
                    s.now_reading_body + s.now_in_handler + s.now_sending + s.now_keep_alive_idle +
                    s.now_websocket + s.now_tarpitted + s.now_other;
  CHECK_INT(states, s.now_accepted + s.now_outgoing);
  CHECK_INT(s.accepted, s.closed + s.now_accepted);
  CHECK_INT(s.outgoing, s.outgoing_closed + s.now_outgoing);
  CHECK_INT(s.accepted, opens);
  CHECK_INT(s.closed, closes);
  CHECK_INT(s.requests, messages);
  CHECK(s.now_max <= LIMIT && s.now_max >= s.now_accepted + s.now_outgoing);
  CHECK(s.recv_bytes <= s.recv_bytes_max && s.send_bytes <= s.send_bytes_max);
}

static void say(int fd, const char *text, size_t len) {
  sent += (uint64_t)send(fd, text, len, MSG_NOSIGNAL);
}

// Reads an answer of at least one byte; what it was.
static const char *hear(int fd) {
  const char *text = answer(&mgr, fd, 5000);
  got += text == NULL ? 0 : strlen(text);
  return text;
}

static int talk(const char *request, const char *want) {
  int fd = plain_connect(l);
  say(fd, request, strlen(request));
  const char *text = hear(fd);
  CHECK(text != NULL && strncmp(text, want, strlen(want)) == 0);
  return fd;
}

#define WS                                                                       \
  "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// Ends a connection whose bytes have all been read, and waits until it is counted.
static void hang_up(int fd) {
  uint64_t before = stats_of(&mgr).closed;
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).closed == before + 1);
}

static void one_round(void) {
  int served = talk(GET, OK), ws = talk(WS, "HTTP/1.1 101 "), part = plain_connect(l), fd;
  say(served, GET, strlen(GET));
  hear(served);
  say(ws, "\x81\x84\0\0\0\0ping", 10);
  hear(ws);
  say(part, "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", 41);
  fd = plain_connect(l);
  say(fd, "GET / HT", 8);
  POLL_UNTIL(&mgr, stats_of(&mgr).bytes_in >= sent);
  check_states();
  hang_up(fd), hang_up(part), hang_up(ws), hang_up(served);
}

// Refused, evicted and timed out, `n` of each.
static void turned_away(uint64_t n) {
  int fds[LIMIT + 2], fd, i;
  struct mg_stats s;
  for (uint64_t k = 0; k < n; k++) {
    set_option(&mgr, "access_control_list", "-127.0.0.1");
    fd = plain_connect(l);
    CHECK_TEXT(answer(&mgr, fd, 5000), "");
    close(fd);
    set_option(&mgr, "access_control_list", NULL);
    set_option(&mgr, "connect_rate", "0.001");
    hang_up(talk(GET, OK));
    fd = plain_connect(l);
    CHECK_TEXT(answer(&mgr, fd, 5000), "");
    close(fd);
    set_option(&mgr, "connect_rate", NULL);
    push_clock(2000000);  // the bucket is full again
    fd = plain_connect(l);
    say(fd, "GET ", 4);
    pass(&mgr, 21000);
    hear(fd);
    close(fd);
    check_states();
  }
  for (i = 0; i < LIMIT; i++) fds[i] = talk(GET, OK);
  check_states();
  for (; i < LIMIT + 2; i++) fds[i] = talk(GET, OK);
  CHECK_INT(stats_of(&mgr).evicted, 2);
  check_states();
  set_option(&mgr, "max_connections_per_ip", "30");
  fd = plain_connect(l);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  set_option(&mgr, "max_connections_per_ip", NULL);
  set_option(&mgr, "full_policy", "reject");
  fd = plain_connect(l);
  CHECK(strncmp(hear(fd), "HTTP/1.1 503 ", 13) == 0);
  close(fd);
  set_option(&mgr, "full_policy", NULL);
  s = stats_of(&mgr);
  CHECK_INT(s.refused_acl, n);
  CHECK_INT(s.refused_rate, n);
  CHECK_INT(s.refused_per_ip, 1);
  CHECK_INT(s.refused_full, 1);
  CHECK_INT(s.timeout_header, n);
  CHECK_INT(timeouts(&s), n);
  CHECK_INT(s.rejected_408, n);
  CHECK_INT(s.rejected_503, 1);
  for (i = 0; i < LIMIT + 2; i++) close(fds[i]);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
}

int main(void) {
  struct mg_stats s;
  mg_mgr_init(&mgr);
  set_option(&mgr, "max_connections", "30");
  l = http_listener(&mgr, serve);
  raw = mg_listen(&mgr, "tcp://127.0.0.1:0", on_raw, NULL);
  for (int i = 0; i < ROUNDS; i++) {
    one_round();
    mg_connect(&mgr, url_to("tcp", raw), on_client, NULL);
    check_states();
    POLL_UNTIL(&mgr, stats_of(&mgr).now_outgoing + stats_of(&mgr).now_accepted == 0);
  }
  turned_away(7);
  check_states();
  s = stats_of(&mgr);
  CHECK_INT(s.outgoing, ROUNDS);
  CHECK_INT(s.outgoing_closed, client_closes);
  // Both ends of the program's own connections are counted.
  CHECK_INT(s.bytes_in, sent + ROUNDS * 10);
  CHECK_INT(s.bytes_out, got + ROUNDS * 10);
  CHECK_INT(s.recv_bytes + s.send_bytes, 0);
  CHECK_INT(s.now_max, LIMIT);
  mg_mgr_free(&mgr);
  return test_result();
}
