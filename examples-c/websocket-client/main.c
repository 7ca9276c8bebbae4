// Sends messages to a WebSocket server, prints each answer, and says goodbye.
//
//   websocket-client [-t SECONDS] [-A CA] [-C CERT -K KEY] [-v LEVEL] URL MESSAGE...
//
//   -t SECONDS   how long it may take, 10
//   -A, -C, -K   PEM files for wss URLs: whom to trust (without it, anybody), and a certificate and
//                its key for servers that want one
//
// Exits with 0 once there was an answer to each message.
#include "mongoose.h"

struct session {
  char **messages;  // yet to be sent
  int count;
  struct mg_tls_opts tls;
  bool succeeded;
  bool done;
};

static void send_next(struct mg_connection *c, struct session *session) {
  if (session->count > 0) {
    const char *text = *session->messages++;
    session->count--;
    mg_ws_send(c, text, strlen(text), WEBSOCKET_OP_TEXT);
  } else {
    session->succeeded = true;
    mg_ws_send(c,
               "\x03\xe8"
               "bye",
               5, WEBSOCKET_OP_CLOSE);  // 1000, normal
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct session *session = (struct session *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    if (c->is_tls) mg_tls_init(c, &session->tls);
  } else if (ev == MG_EV_WS_OPEN) {
    send_next(c, session);
  } else if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    printf("%.*s\n", (int)wm->data.len, wm->data.buf);
    send_next(c, session);
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
    session->succeeded = false;
  } else if (ev == MG_EV_CLOSE) {
    session->done = true;
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
  fprintf(stderr, "Usage: %s [-t SECONDS] [-A CA] [-C CERT -K KEY] [-v LEVEL] URL MESSAGE...\n",
          program);
  return 1;
}

int main(int argc, char *argv[]) {
  struct session session;
  struct mg_mgr mgr;
  uint64_t timeout_ms = 10000;
  int i = 1;
  memset(&session, 0, sizeof(session));
  mg_log_set(MG_LL_NONE);
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (strcmp(argv[i], "-t") == 0) {
      timeout_ms = (uint64_t)atoi(argv[i + 1]) * 1000;
    } else if (strcmp(argv[i], "-A") == 0) {
      if (!read_pem(argv[i + 1], &session.tls.ca)) return 1;
    } else if (strcmp(argv[i], "-C") == 0) {
      if (!read_pem(argv[i + 1], &session.tls.cert)) return 1;
    } else if (strcmp(argv[i], "-K") == 0) {
      if (!read_pem(argv[i + 1], &session.tls.key)) return 1;
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }
  if (i + 1 >= argc) return usage(argv[0]);
  const char *url = argv[i];
  session.tls.name = mg_url_host(url);
  session.messages = &argv[i + 1];
  session.count = argc - i - 1;
  mg_mgr_init(&mgr);
  uint64_t end = mg_millis() + timeout_ms;
  if (mg_ws_connect(&mgr, url, on_event, &session, NULL) == NULL) session.done = true;
  while (!session.done && mg_millis() < end) mg_mgr_poll(&mgr, 100);
  mg_mgr_free(&mgr);
  free_pems(&session.tls);
  return session.succeeded ? 0 : 1;
}
