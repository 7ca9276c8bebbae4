// The client of the soak test: sessions of all kinds that the library speaks; most end well.
//
//   client PKI SEED HTTP HTTPS MQTT TCP   (ports)
//
// Commands (program.h): p begins no more sessions, r goes on.
#include "program.h"

enum { SESSIONS = 24, MAX_PAUSE_MS = 300, MAX_LIFE_MS = 3000, MAX_MESSAGE = 100000 };

// A place for one session after the other.
struct session {
  struct mg_connection *c;
  uint64_t due;   // when the next one begins, or this one is cut off
  unsigned left;  // messages or requests to come
  size_t sent;    // length of the message whose echo is awaited
};

static struct seen seen;
static struct session sessions[SESSIONS];
static bool is_paused = true;
static const char **ports;
static struct mg_str authority, foreign_authority;
static char filler[MAX_MESSAGE];

static void wrong_echo(const char *protocol) {
  fprintf(stderr, "%s: wrong echo\n", protocol);
}

static struct session *session_of(struct mg_connection *c) {
  return (struct session *)c->fn_data;
}

// Whether there is another message to be sent; its length is random.
static bool next(struct session *s) {
  s->sent = 4 + below(below(10) == 0 ? MAX_MESSAGE - 4 : 300);
  return s->left-- > 0;
}

static bool is_echo(const struct session *s, struct mg_str data) {
  return data.len == s->sent && memcmp(data.buf, filler, data.len) == 0;
}

// What all kinds have in common.
static void on_any(struct mg_connection *c, int ev) {
  struct session *s = session_of(c);
  see(&seen, c, ev);
  if (ev == MG_EV_CONNECT && c->is_tls) {
    struct mg_tls_opts opts = {.ca = authority, .name = mg_str("localhost")};
    if (below(10) == 0) opts.ca = foreign_authority;
    mg_tls_init(c, &opts);
  }
  if (ev == MG_EV_POLL && mg_millis() > s->due) c->is_closing = 1;
  if (ev == MG_EV_CLOSE) {
    s->c = NULL;
    s->due = mg_millis() + below(MAX_PAUSE_MS);
  }
}

static void request(struct mg_connection *c) {
  static const char *pages[] = {"/", "/later", "/fetch", "/stream?n=30000", "/bytes?n=20000"};
  struct session *s = session_of(c);
  unsigned page = below(5);
  s->sent = page < 3 ? 3 : page == 3 ? 30001 : 20000;
  mg_printf(c, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", pages[page],
            --s->left == 0 ? "Connection: close\r\n" : "");
}

static void on_http(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  on_any(c, ev);
  if (ev == MG_EV_CONNECT) request(c);
  if (ev != MG_EV_HTTP_MSG) return;
  // What has come of a response is reported when the connection closes.
  if (mg_http_status(hm) == 200 && !c->is_closing && hm->body.len != session_of(c)->sent) {
    fprintf(stderr, "HTTP: %lu bytes, not %lu\n", (unsigned long)hm->body.len,
            (unsigned long)session_of(c)->sent);
  }
  if (session_of(c)->left > 0) {
    request(c);
  } else {
    c->is_draining = 1;
  }
}

static void ws_message(struct mg_connection *c) {
  struct session *s = session_of(c);
  if (below(8) == 0) mg_ws_send(c, "all", 3, WEBSOCKET_OP_TEXT);
  if (below(8) == 0) mg_ws_send(c, "ping", 4, WEBSOCKET_OP_PING);
  if (next(s)) {
    mg_ws_send(c, filler, s->sent, WEBSOCKET_OP_BINARY);
  } else {
    mg_ws_send(c, "\3\350", 2, WEBSOCKET_OP_CLOSE);
    c->is_draining = 1;
  }
}

static void on_ws(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
  on_any(c, ev);
  if (ev == MG_EV_WS_OPEN) ws_message(c);
  if (ev != MG_EV_WS_MSG || mg_strcmp(wm->data, mg_str("all")) == 0) return;
  if (!is_echo(session_of(c), wm->data)) wrong_echo("WebSocket");
  ws_message(c);
}

static void publish(struct mg_connection *c) {
  struct session *s = session_of(c);
  struct mg_mqtt_opts opts = {.topic = mg_str("soak"), .qos = (uint8_t)below(3)};
  if (below(4) == 0) mg_mqtt_ping(c);
  if (next(s)) {
    opts.message = mg_str_n(filler, s->sent);
    mg_mqtt_pub(c, &opts);
  } else {
    mg_mqtt_disconnect(c, NULL);
    c->is_draining = 1;
  }
}

static void on_mqtt(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  struct mg_mqtt_opts opts = {.topic = mg_str("soak"), .qos = 1};
  on_any(c, ev);
  if (ev == MG_EV_MQTT_OPEN) mg_mqtt_sub(c, &opts);
  if (ev == MG_EV_MQTT_CMD && mm->cmd == MQTT_CMD_SUBACK) publish(c);
  if (ev != MG_EV_MQTT_MSG) return;
  if (!is_echo(session_of(c), mm->data)) wrong_echo("MQTT");
  publish(c);
}

static void on_tcp(struct mg_connection *c, int ev, void *ev_data) {
  struct session *s = session_of(c);
  on_any(c, ev);
  if (ev == MG_EV_CONNECT && next(s)) mg_send(c, filler, s->sent);
  if (ev == MG_EV_READ && c->recv.len >= s->sent) {
    if (!is_echo(s, mg_str_n((char *)c->recv.buf, c->recv.len))) wrong_echo("TCP");
    c->recv.len = 0;
    if (next(s)) {
      mg_send(c, filler, s->sent);
    } else {
      c->is_draining = 1;
    }
  }
  (void)ev_data;
}

static struct mg_connection *begin(struct mg_mgr *mgr, struct session *s) {
  char url[60];
  struct mg_mqtt_opts opts = {.clean = true, .version = below(2) ? 4 : 5};
  s->left = 1 + below(10);
  s->due = mg_millis() + below(MAX_LIFE_MS);
  switch (below(7)) {
    case 0:
      mg_snprintf(url, sizeof(url), "http://127.0.0.1:%s", ports[0]);
      return mg_http_connect(mgr, url, on_http, s);
    case 1:
      mg_snprintf(url, sizeof(url), "https://127.0.0.1:%s", ports[1]);
      return mg_http_connect(mgr, url, on_http, s);
    case 2:
      mg_snprintf(url, sizeof(url), "ws://127.0.0.1:%s/ws", ports[0]);
      return mg_ws_connect(mgr, url, on_ws, s, NULL);
    case 3:
      mg_snprintf(url, sizeof(url), "wss://127.0.0.1:%s/ws", ports[1]);
      return mg_ws_connect(mgr, url, on_ws, s, NULL);
    case 4:
      mg_snprintf(url, sizeof(url), "mqtt://127.0.0.1:%s", ports[2]);
      return mg_mqtt_connect(mgr, url, &opts, on_mqtt, s);
    case 5:
      mg_snprintf(url, sizeof(url), "tcp://127.0.0.1:%s", ports[3]);
      return mg_connect(mgr, url, on_tcp, s);
    default:  // nobody listens there
      return mg_connect(mgr, "tcp://127.0.0.1:1", on_tcp, s);
  }
}

static void begin_due(void *mgr) {
  for (size_t i = 0; i < SESSIONS && !is_paused; i++) {
    struct session *s = &sessions[i];
    if (s->c == NULL && mg_millis() >= s->due) s->c = begin((struct mg_mgr *)mgr, s);
  }
}

// Connects and handshakes may take too long when the server has much to do.
static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  seen.guard[event->action]++;
  (void)c, (void)fn_data;
  return true;
}

static void pause_or_resume(struct mg_mgr *mgr, char command) {
  is_paused = command == 'p';
  (void)mgr;
}

static struct mg_str read_certificate(const char *pki, const char *name) {
  char path[256];
  mg_snprintf(path, sizeof(path), "%s/%s.crt", pki, name);
  return mg_file_read(&mg_fs_posix, path);
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  if (argc != 7) return EXIT_FAILURE;
  authority = read_certificate(argv[1], "root");
  foreign_authority = read_certificate(argv[1], "other");
  srand((unsigned)atoi(argv[2]));
  ports = (const char **)&argv[3];
  memset(filler, 'y', sizeof(filler));
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  mg_set_option(&mgr, "io_timeout_ms", "2000");
  mg_set_guard_handler(&mgr, on_guard, NULL);
  mg_timer_add(&mgr, 20, MG_TIMER_REPEAT, begin_due, &mgr);
  run_program(&mgr, &seen, pause_or_resume);
  mg_mgr_free(&mgr);
  mg_free(authority.buf);
  mg_free(foreign_authority.buf);
  return EXIT_SUCCESS;
}
