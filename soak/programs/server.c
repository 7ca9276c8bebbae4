// The server of the soak test: everything that the library serves, reconfigured all the time.
//
//   server PKI SEED
//
// Prints `port NAME N` for each listener, then `listening`. Commands (program.h): p stops
// reconfiguring, r goes on.
#include "reconfigure.h"

#include <pthread.h>

#define UNSENT 65536  // of a stream

enum { RECONFIGURE_MS = 200, MAX_BYTES = 4 << 20 };

static struct seen seen;
static const char *pki;
static char http_url[40];
static int to_worker[2];
static bool is_paused;
static char filler[MAX_BYTES];

// What c->data holds of an HTTP connection.
struct job {
  size_t left;       // bytes of a stream that are still to be sent
  bool is_uploaded;  // there may be a file of an upload
};

static struct job *job_of(struct mg_connection *c) {
  return (struct job *)(void *)c->data;
}

static bool is(struct mg_http_message *hm, const char *uri) {
  return mg_match(hm->uri, mg_str(uri), NULL);
}

static size_t number(struct mg_http_message *hm, const char *name) {
  char text[20] = "";
  mg_http_get_var(&hm->query, name, text, sizeof(text));
  return (size_t)strtoull(text, NULL, 10) % (MAX_BYTES + 1);
}

// ------------------------------------------------------------------------------- deferred replies

// Wakes those up whose ids come through the pipe, until that is closed.
static void *work(void *mgr) {
  unsigned long id;
  while (read(to_worker[0], &id, sizeof(id)) == sizeof(id)) {
    if (!mg_wakeup((struct mg_mgr *)mgr, id, "later", 5)) fprintf(stderr, "wake-up lost\n");
  }
  return NULL;
}

// Fetches a page from itself for the connection whose id is in fn_data.
static void on_fetched(struct mg_connection *c, int ev, void *ev_data) {
  unsigned long id = (unsigned long)(size_t)c->fn_data;
  struct mg_connection *asker = c->mgr->conns;
  see(&seen, c, ev);
  if (ev == MG_EV_CONNECT) mg_printf(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  if (ev != MG_EV_HTTP_MSG && ev != MG_EV_CLOSE) return;
  while (asker != NULL && asker->id != id) asker = asker->next;
  if (asker != NULL && ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    mg_http_reply(asker, mg_http_status(hm), "", "%.*s", (int)hm->body.len, hm->body.buf);
  } else if (asker != NULL) {
    mg_http_reply(asker, 502, "", "no answer\n");
  }
  c->fn_data = NULL;
}

// ------------------------------------------------------------------------------- HTTP, WebSocket

static void continue_stream(struct mg_connection *c) {
  struct job *job = job_of(c);
  while (job->left > 0 && c->send.len < UNSENT) {
    size_t size = job->left < 5000 ? job->left : 5000;
    mg_http_write_chunk(c, filler, size);
    job->left -= size;
    if (job->left == 0) mg_http_write_chunk(c, "", 0);
  }
}

static void file_of(struct mg_connection *c, char *name, size_t size) {
  mg_snprintf(name, size, "upload-%lu", c->id);
}

static void remove_upload(struct mg_connection *c) {
  char name[40];
  if (!job_of(c)->is_uploaded) return;
  file_of(c, name, sizeof(name));
  mg_fs_posix.rm(name);
  job_of(c)->is_uploaded = false;
}

static void on_uploaded(struct mg_connection *c, const char *error) {
  remove_upload(c);
  mg_http_reply(c, error ? 500 : 200, "", "%s\n", error ? error : "ok");
  c->is_draining = 1;
}

static void on_http(struct mg_connection *c, int ev, void *ev_data);

static void on_head(struct mg_connection *c, struct mg_http_message *hm) {
  char name[40];
  if (!is(hm, "/upload")) return;
  file_of(c, name, sizeof(name));
  job_of(c)->is_uploaded = true;
  mg_http_start_upload(c, hm, mg_str(name), mg_str("."), &mg_fs_posix, on_uploaded);
  if (c->fn != on_http) seen.handed_over++;
}

static void on_request(struct mg_connection *c, struct mg_http_message *hm) {
  if (is(hm, "/")) {
    mg_http_reply(c, 200, "", "ok\n");
  } else if (is(hm, "/bytes")) {
    size_t count = number(hm, "n");
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\n\r\n", (unsigned long)count);
    mg_send(c, filler, count);
    c->is_resp = 0;
  } else if (is(hm, "/stream")) {
    mg_printf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    job_of(c)->left = number(hm, "n") + 1;
  } else if (is(hm, "/echo")) {
    mg_http_reply(c, 200, "", "%lu\n", (unsigned long)hm->body.len);
  } else if (is(hm, "/later")) {
    if (write(to_worker[1], &c->id, sizeof(c->id)) < 0) fprintf(stderr, "no worker\n");
  } else if (is(hm, "/fetch")) {
    mg_http_connect(c->mgr, http_url, on_fetched, (void *)(size_t)c->id);
  } else if (is(hm, "/ws")) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    struct mg_http_serve_opts opts = {.root_dir = "."};
    mg_http_serve_dir(c, hm, &opts);
  }
}

// Messages come back, those that begin with "all" to everybody who takes what he gets.
static void on_message(struct mg_connection *from, struct mg_ws_message *wm) {
  if (!mg_match(wm->data, mg_str("all#"), NULL)) {
    mg_ws_send(from, wm->data.buf, wm->data.len, wm->flags & 15);
    return;
  }
  for (struct mg_connection *c = from->mgr->conns; c != NULL; c = c->next) {
    if (c->is_websocket && c->is_accepted && c->send.len < UNSENT) {
      mg_ws_send(c, wm->data.buf, wm->data.len, WEBSOCKET_OP_TEXT);
    }
  }
}

static void on_http(struct mg_connection *c, int ev, void *ev_data) {
  see(&seen, c, ev);
  if (ev == MG_EV_HTTP_HDRS) on_head(c, (struct mg_http_message *)ev_data);
  if (ev == MG_EV_HTTP_MSG) on_request(c, (struct mg_http_message *)ev_data);
  if (ev == MG_EV_WS_MSG) on_message(c, (struct mg_ws_message *)ev_data);
  if (ev == MG_EV_POLL || ev == MG_EV_WRITE) continue_stream(c);
  if (ev == MG_EV_WAKEUP) mg_http_reply(c, 200, "", "ok\n");
  if (ev == MG_EV_CLOSE) remove_upload(c);
}

// -------------------------------------------------------------------------------------- MQTT, TCP

static void send_packet(struct mg_connection *c, uint8_t cmd, const void *body, size_t len) {
  mg_mqtt_send_header(c, cmd, 0, (uint32_t)len);
  mg_send(c, body, len);
}

// Answers in the one way that this broker knows: granted. MQTT 5 has properties, none here.
static void on_command(struct mg_connection *c, struct mg_mqtt_message *mm) {
  uint8_t id[2] = {(uint8_t)(mm->id >> 8), (uint8_t)mm->id};
  if (mm->cmd == MQTT_CMD_CONNECT) {
    send_packet(c, MQTT_CMD_CONNACK, "\0\0\0", c->is_mqtt5 ? 3 : 2);
  } else if (mm->cmd == MQTT_CMD_SUBSCRIBE) {
    uint8_t v4[] = {id[0], id[1], 0}, v5[] = {id[0], id[1], 0, 0};
    send_packet(c, MQTT_CMD_SUBACK, c->is_mqtt5 ? v5 : v4, c->is_mqtt5 ? 4 : 3);
  } else if (mm->cmd == MQTT_CMD_PINGREQ) {
    mg_mqtt_pong(c);
  }
}

static void on_mqtt(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  see(&seen, c, ev);
  if (ev == MG_EV_MQTT_CMD) on_command(c, mm);
  if (ev == MG_EV_MQTT_MSG) {
    struct mg_mqtt_opts opts = {.topic = mm->topic, .message = mm->data, .qos = mm->qos};
    mg_mqtt_pub(c, &opts);
  }
}

static void on_tcp(struct mg_connection *c, int ev, void *ev_data) {
  see(&seen, c, ev);
  if (ev != MG_EV_READ) return;
  mg_send(c, c->recv.buf, c->recv.len);
  c->recv.len = 0;
  (void)ev_data;
}

// ------------------------------------------------------------------------------------ the program

// Counts as the library does: who connects too often is refused, and the end of a stay in the tarpit
// is no deadline.
static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  bool is_refused = strcmp(event->option, "connect_rate") == 0;
  if (strcmp(event->option, "tarpit_ms") != 0) {
    seen.guard[is_refused ? MG_GUARD_REFUSE : event->action]++;
  }
  (void)c, (void)fn_data;
  return true;
}

static void on_timer(void *arg) {
  (is_paused ? configure : reconfigure)((struct mg_mgr *)arg, pki, on_http);
}

static void pause_or_resume(struct mg_mgr *mgr, char command) {
  is_paused = command == 'p';
  on_timer(mgr);
}

static int print_port(const char *name, const struct mg_connection *c) {
  if (c == NULL) exit(EXIT_FAILURE);
  printf("port %s %d\n", name, mg_ntohs(c->loc.port));
  return mg_ntohs(c->loc.port);
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  pthread_t worker;
  int port;
  if (argc != 3 || pipe(to_worker) != 0) return EXIT_FAILURE;
  pki = argv[1];
  srand((unsigned)atoi(argv[2]));
  memset(filler, 'x', sizeof(filler));
  mg_mgr_init(&mgr);
  mg_wakeup_init(&mgr);
  mg_set_guard_handler(&mgr, on_guard, NULL);
  configure(&mgr, pki, on_http);
  port = print_port("http", mg_http_listen(&mgr, "http://127.0.0.1:0", on_http, NULL));
  mg_snprintf(http_url, sizeof(http_url), "http://127.0.0.1:%d", port);
  print_port("https", mg_http_listen(&mgr, "https://127.0.0.1:0", on_http, NULL));
  print_port("mqtt", mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", on_mqtt, NULL));
  print_port("tcp", mg_listen(&mgr, "tcp://127.0.0.1:0", on_tcp, NULL));
  printf("listening\n");
  fflush(stdout);
  mg_timer_add(&mgr, RECONFIGURE_MS, MG_TIMER_REPEAT, on_timer, &mgr);
  is_paused = true;
  if (pthread_create(&worker, NULL, work, &mgr) != 0) return EXIT_FAILURE;
  run_program(&mgr, &seen, pause_or_resume);
  close(to_worker[1]);
  pthread_join(worker, NULL);
  close(to_worker[0]);
  mg_mgr_free(&mgr);
  return EXIT_SUCCESS;
}
