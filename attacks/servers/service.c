#include "service.h"

#include <time.h>

static uint64_t number(struct mg_http_message *hm, const char *name) {
  char text[20] = "";
  mg_http_get_var(&hm->query, name, text, sizeof(text));
  return strtoull(text, NULL, 10);
}

static void reply_bytes(struct mg_connection *c, uint64_t count) {
  char chunk[4096];
  memset(chunk, 'x', sizeof(chunk));
  mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)count);
  while (count > 0) {
    size_t size = count < sizeof(chunk) ? (size_t)count : sizeof(chunk);
    if (!mg_send(c, chunk, size)) return;
    count -= size;
  }
  c->is_resp = 0;
}

static void block(uint64_t ms) {
  struct timespec pause = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
  nanosleep(&pause, NULL);
}

static bool is(struct mg_http_message *hm, const char *uri) {
  return mg_strcmp(hm->uri, mg_str(uri)) == 0;
}

static void on_request(struct mg_connection *c, struct mg_http_message *hm,
                       const struct service *settings) {
  if (is(hm, "/")) {
    mg_http_reply(c, 200, "", "ok\n");
  } else if (is(hm, "/bytes")) {
    reply_bytes(c, number(hm, "n"));
  } else if (is(hm, "/echo")) {
    mg_http_reply(c, 200, "", "%lu\n", (unsigned long)hm->body.len);
  } else if (is(hm, "/wait")) {
    uint64_t until = mg_millis() + number(hm, "ms");
    memcpy(c->data, &until, sizeof(until));
  } else if (is(hm, "/block")) {
    block(number(hm, "ms"));
    mg_http_reply(c, 200, "", "blocked\n");
  } else if (is(hm, "/ws")) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    struct mg_http_serve_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = settings->root;
    opts.fs = settings->fs;
    mg_http_serve_dir(c, hm, &opts);
  }
}

// Ends long polls whose time has come; other connections have zeros in c->data.
static void on_poll(struct mg_connection *c) {
  uint64_t until;
  memcpy(&until, c->data, sizeof(until));
  if (until == 0 || mg_millis() < until) return;
  memset(c->data, 0, sizeof(until));
  mg_http_reply(c, 200, "", "waited\n");
}

void service(struct mg_connection *c, int ev, void *ev_data) {
  const struct service *settings = (const struct service *)c->fn_data;
  if (ev == MG_EV_ACCEPT && c->is_tls) {
    mg_tls_init(c, &settings->tls);
  } else if (ev == MG_EV_HTTP_MSG) {
    on_request(c, (struct mg_http_message *)ev_data, settings);
  } else if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_ws_send(c, wm->data.buf, wm->data.len, wm->flags & 15);
  } else if (ev == MG_EV_POLL) {
    on_poll(c);
  }
}

int service_args(struct service *settings, int argc, char *argv[]) {
  int i = 1;
  memset(settings, 0, sizeof(*settings));
  settings->root = ".";
  settings->fs = &mg_fs_posix;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (strcmp(argv[i], "-p") == 0) {
      settings->fs = &mg_fs_packed;
    } else if (strcmp(argv[i], "-l") == 0 && i + 1 < argc) {
      settings->url = argv[++i];
    } else if (strcmp(argv[i], "-d") == 0 && i + 1 < argc) {
      settings->root = argv[++i];
    } else if (strcmp(argv[i], "-C") == 0 && i + 1 < argc) {
      settings->tls.cert = mg_file_read(&mg_fs_posix, argv[++i]);
    } else if (strcmp(argv[i], "-K") == 0 && i + 1 < argc) {
      settings->tls.key = mg_file_read(&mg_fs_posix, argv[++i]);
    } else {
      break;
    }
  }
  return i;
}

static bool listen_on(struct service *settings, struct mg_mgr *mgr, mg_event_handler_t fn,
                      const char *url) {
  struct mg_connection *c = mg_http_listen(mgr, url, fn, settings);
  if (c == NULL) return false;
  printf("port %d\n", (int)mg_ntohs(c->loc.port));
  fflush(stdout);
  return true;
}

bool service_listen(struct service *settings, struct mg_mgr *mgr, mg_event_handler_t fn) {
  if (settings->tls.cert.len > 0 && !listen_on(settings, mgr, fn, "https://127.0.0.1:0")) {
    return false;
  }
  return listen_on(settings, mgr, fn, settings->url ? settings->url : "http://127.0.0.1:0");
}
