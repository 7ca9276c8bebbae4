// A WebSocket server that sends every message back, and to GET / a page that talks to it.
//
//   websocket-server [-l URL] [-o ORIGIN] [-C CERT -K KEY [-A CA]] [-v LEVEL]
//
//   -l URL       http://localhost:8000
//   -C, -K, -A   PEM files, if URL begins with https or wss: the certificate, its key, and the
//                authority of the certificates that clients must have, if they must
//
//   /ws   the echo; with -o only for pages from ORIGIN, such as http://localhost:8000
#include <signal.h>

#include "mongoose.h"

struct settings {
  const char *url;
  const char *origin;  // NULL: any
  struct mg_tls_opts tls;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static const char *page =
    "<!DOCTYPE html><title>WebSocket echo</title>\n"
    "<input id=text placeholder='a message, then Enter' size=40><pre id=log></pre>\n"
    "<script>\n"
    "const show = line => log.textContent += line + '\\n';\n"
    "const ws = new WebSocket(location.href.replace(/^http/, 'ws') + 'ws');\n"
    "ws.onopen = () => show('open');\n"
    "ws.onmessage = event => show('got ' + event.data);\n"
    "ws.onclose = event => show('closed ' + event.code);\n"
    "text.onchange = () => { ws.send(text.value); text.value = ''; };\n"
    "</script>\n";

// Browsers say which page opens a connection; other programs say nothing.
static bool is_welcome(struct mg_http_message *hm, const struct settings *settings) {
  struct mg_str *origin = mg_http_get_header(hm, "Origin");
  return settings->origin == NULL || origin == NULL ||
         mg_strcasecmp(*origin, mg_str(settings->origin)) == 0;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  const struct settings *settings = (const struct settings *)c->fn_data;
  if (ev == MG_EV_ACCEPT) {
    if (c->is_tls) mg_tls_init(c, &settings->tls);
  } else if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (!mg_match(hm->uri, mg_str("/ws"), NULL)) {
      mg_http_reply(c, 200, "Content-Type: text/html\r\n", "%s", page);
    } else if (!is_welcome(hm, settings)) {
      mg_http_reply(c, 403, "", "not from there\n");
    } else {
      mg_ws_upgrade(c, hm, NULL);
    }
  } else if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_ws_send(c, wm->data.buf, wm->data.len, wm->flags & 15);
  } else if (ev == MG_EV_ERROR) {
    MG_ERROR(("%lu %s", c->id, (char *)ev_data));
  }
}

// Reads a certificate or a key; false if there is none to read.
static bool read_pem(const char *path, struct mg_str *text) {
  *text = mg_file_read(&mg_fs_posix, path);
  if (text->len == 0) fprintf(stderr, "can't read %s\n", path);
  return text->len > 0;
}

static void free_pems(struct mg_tls_opts *tls) {
  mg_free((void *)tls->ca.buf);
  mg_free((void *)tls->cert.buf);
  mg_free((void *)tls->key.buf);
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-o ORIGIN] [-C CERT -K KEY [-A CA]] [-v LEVEL]\n", program);
  return 1;
}

int main(int argc, char *argv[]) {
  struct settings settings = {.url = "http://localhost:8000"};
  struct mg_mgr mgr;
  mg_log_set(MG_LL_INFO);
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || argv[i][0] != '-' || strlen(argv[i]) != 2) return usage(argv[0]);
    switch (argv[i][1]) {
      case 'l':
        settings.url = argv[i + 1];
        break;
      case 'o':
        settings.origin = argv[i + 1];
        break;
      case 'C':
        if (!read_pem(argv[i + 1], &settings.tls.cert)) return 1;
        break;
      case 'K':
        if (!read_pem(argv[i + 1], &settings.tls.key)) return 1;
        break;
      case 'A':
        if (!read_pem(argv[i + 1], &settings.tls.ca)) return 1;
        break;
      case 'v':
        mg_log_set(atoi(argv[i + 1]));
        break;
      default:
        return usage(argv[0]);
    }
  }
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, settings.url, on_event, &settings);
  if (listener != NULL) {
    printf("listening on port %d\n", mg_ntohs(listener->loc.port));
    fflush(stdout);
    while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  }
  mg_mgr_free(&mgr);
  free_pems(&settings.tls);
  return listener == NULL ? 1 : 0;
}
