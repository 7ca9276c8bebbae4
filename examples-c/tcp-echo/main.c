// Sends back what arrives on TCP connections; or connects to such a server.
//
//   tcp-echo [-l URL] [-v LEVEL]      the server, on tcp://localhost:8765 or another URL
//   tcp-echo -c URL MESSAGE...        the client: each message is a line; prints the answers
#include <signal.h>

#include "mongoose.h"

// A peer that does not read its answers is not read from either.
enum { MAX_OUTPUT = 1 << 20 };

struct session {
  char **messages;
  int count;
  size_t missing;  // bytes of the answers
  bool succeeded, done;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_READ) {
    mg_send(c, c->recv.buf, c->recv.len);
    mg_iobuf_del(&c->recv, 0, c->recv.len);
  }
  if (ev == MG_EV_READ || ev == MG_EV_WRITE) c->is_full = c->send.len > MAX_OUTPUT;
  if (ev == MG_EV_ERROR) MG_ERROR(("%lu %s", c->id, (char *)ev_data));
}

static void talk(struct mg_connection *c, int ev, void *ev_data) {
  struct session *session = (struct session *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    for (int i = 0; i < session->count; i++) {
      session->missing += mg_printf(c, "%s\n", session->messages[i]);
    }
  } else if (ev == MG_EV_READ) {
    size_t len = c->recv.len < session->missing ? c->recv.len : session->missing;
    fwrite(c->recv.buf, 1, len, stdout);
    mg_iobuf_del(&c->recv, 0, c->recv.len);
    session->missing -= len;
    if (session->missing == 0) {
      session->succeeded = true;
      c->is_draining = 1;
    }
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    session->done = true;
  }
}

static int run_client(struct mg_mgr *mgr, const char *url, struct session *session) {
  if (mg_connect(mgr, url, talk, session) == NULL) session->done = true;
  while (!session->done && stop_signal == 0) mg_mgr_poll(mgr, 100);
  return session->succeeded ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_server(struct mg_mgr *mgr, const char *url) {
  struct mg_connection *listener = mg_listen(mgr, url, serve, NULL);
  if (listener == NULL) return EXIT_FAILURE;
  printf("listening on port %d\n", mg_ntohs(listener->loc.port));
  fflush(stdout);
  while (stop_signal == 0) mg_mgr_poll(mgr, 1000);
  return EXIT_SUCCESS;
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-v LEVEL] [-l URL] | -c URL MESSAGE...\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  const char *listen_url = "tcp://localhost:8765", *connect_url = NULL;
  struct session session = {NULL, 0, 0, false, false};
  struct mg_mgr mgr;
  int i = 1;

  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (strcmp(argv[i], "-l") == 0) {
      listen_url = argv[i + 1];
    } else if (strcmp(argv[i], "-c") == 0) {
      connect_url = argv[i + 1];
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }
  session.messages = &argv[i];
  session.count = argc - i;
  if ((connect_url == NULL) != (session.count == 0)) return usage(argv[0]);

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  int status =
      connect_url == NULL ? run_server(&mgr, listen_url) : run_client(&mgr, connect_url, &session);
  mg_mgr_free(&mgr);
  return status;
}
