// Sends datagrams back to where they came from; or sends some to such a server.
//
//   udp-echo [-l URL] [-v LEVEL]      the server, on udp://localhost:8765 or another URL
//   udp-echo -c URL MESSAGE...        the client: one datagram each; prints the answers
//
// Datagrams get lost. The client sends each one again every second, three times at most.
#include <signal.h>

#include "mongoose.h"

enum { MAX_TRIES = 3, TRY_MS = 1000 };

struct session {
  struct mg_connection *conn;
  char **messages;  // from the one that waits for its answer on
  int count;
  int tries;
  bool done;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

// Each MG_EV_READ is one datagram, and answers go to its sender.
static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_READ) {
    mg_send(c, c->recv.buf, c->recv.len);
    mg_iobuf_del(&c->recv, 0, c->recv.len);
  } else if (ev == MG_EV_ERROR) {
    MG_ERROR(("%lu %s", c->id, (char *)ev_data));
  }
}

// Timer: sends the current message, until there is an answer.
static void try_again(void *arg) {
  struct session *session = (struct session *)arg;
  if (session->conn == NULL) return;
  if (session->tries++ < MAX_TRIES) {
    mg_send(session->conn, session->messages[0], strlen(session->messages[0]));
  } else {
    fprintf(stderr, "no answer\n");
    session->done = true;
  }
}

static void next_message(struct session *session) {
  session->messages++;
  session->count--;
  session->tries = 0;
  session->done = session->count == 0;
  if (!session->done) try_again(session);
}

static void talk(struct mg_connection *c, int ev, void *ev_data) {
  struct session *session = (struct session *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    session->conn = c;
    try_again(session);
  } else if (ev == MG_EV_READ) {
    struct mg_str got = mg_str_n((char *)c->recv.buf, c->recv.len);
    // Answers to what was sent twice come twice.
    if (!session->done && mg_strcmp(got, mg_str(session->messages[0])) == 0) {
      printf("%.*s\n", (int)got.len, got.buf);
      next_message(session);
    }
    mg_iobuf_del(&c->recv, 0, c->recv.len);
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    session->conn = NULL;
    session->done = true;
  }
}

static int run_client(struct mg_mgr *mgr, const char *url, struct session *session) {
  mg_timer_add(mgr, TRY_MS, MG_TIMER_REPEAT, try_again, session);
  if (mg_connect(mgr, url, talk, session) == NULL) session->done = true;
  while (!session->done && stop_signal == 0) mg_mgr_poll(mgr, 100);
  return session->count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
  const char *listen_url = "udp://localhost:8765", *connect_url = NULL;
  struct session session = {NULL, NULL, 0, 0, false};
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
