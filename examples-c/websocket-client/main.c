// Sends messages to a WebSocket server, prints each answer, and says goodbye.
//
//   websocket-client [-t SECONDS] [-v LEVEL] URL MESSAGE...
//
// Exits with 0 once there was an answer to each message.
#include "mongoose.h"

struct session {
  char **messages;  // yet to be sent
  int count;
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
  if (ev == MG_EV_WS_OPEN) {
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

static int usage(const char *program) {
  fprintf(stderr, "usage: %s [-t SECONDS] [-v LOG_LEVEL] URL MESSAGE...\n", program);
  return 1;
}

int main(int argc, char *argv[]) {
  struct session session = {NULL, 0, false, false};
  struct mg_mgr mgr;
  uint64_t timeout_ms = 10000;
  int i = 1;
  mg_log_set(MG_LL_NONE);
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (strcmp(argv[i], "-t") == 0) {
      timeout_ms = (uint64_t)atoi(argv[i + 1]) * 1000;
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }
  if (i + 1 >= argc) return usage(argv[0]);
  const char *url = argv[i];
  session.messages = &argv[i + 1];
  session.count = argc - i - 1;
  mg_mgr_init(&mgr);
  uint64_t end = mg_millis() + timeout_ms;
  if (mg_ws_connect(&mgr, url, on_event, &session, NULL) == NULL) return 1;
  while (!session.done && mg_millis() < end) mg_mgr_poll(&mgr, 100);
  mg_mgr_free(&mgr);
  return session.succeeded ? 0 : 1;
}
