// Chapter 01, section 10.2 and section 20, 28: mg_close_conn works on the visited connection, on its
// neighbours, twice, and in CLOSE; CLOSE comes once, and the descriptor is closed.
#include "event.h"

enum { CONNS = 5 };
static struct mg_connection *conns[CONNS];
static int closed[CONNS];
static const char *plan;  // which connections the third one closes in its POLL

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  int me = *(int *)c->fn_data;
  (void)ev_data;
  if (ev == MG_EV_CLOSE) {
    closed[me]++;
    for (struct mg_connection *p = c->mgr->conns; p != NULL; p = p->next) CHECK(p != c);
    CHECK_BYTES(c->send.buf, c->send.len, "kept", 4);
    CHECK_BYTES(c->recv.buf, c->recv.len, "too", 3);
    CHECK(!is_open(fd_of(c)));
    mg_close_conn(c);
  }
  if (ev == MG_EV_POLL && me == 2 && plan != NULL) {
    const char *todo = plan;
    plan = NULL;
    for (; *todo != '\0'; todo++) mg_close_conn(conns[*todo - '0']);
  }
}

static void check(const char *which, int left) {
  static int numbers[CONNS] = {0, 1, 2, 3, 4};
  struct mg_mgr mgr;
  int peers[CONNS], n = 0;
  memset(closed, 0, sizeof(closed));
  mg_mgr_init(&mgr);
  for (int i = 0; i < CONNS; i++) {
    int fds[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    peers[i] = fds[1];
    conns[i] = mg_wrapfd(&mgr, fds[0], on_event, &numbers[i]);
    conns[i]->is_resolving = 1;  // no output yet
    mg_send(conns[i], "kept", 4);
    mg_iobuf_add(&conns[i]->recv, 0, "too", 3);
  }
  plan = which;
  mg_mgr_poll(&mgr, 0);
  for (int i = 0; i < CONNS; i++) CHECK_INT(closed[i], strchr(which, '0' + i) != NULL);
  for (struct mg_connection *c = mgr.conns; c != NULL; c = c->next) n++;
  CHECK_INT(n, left);
  mg_mgr_poll(&mgr, 0);
  mg_mgr_free(&mgr);
  for (int i = 0; i < CONNS; i++) {
    CHECK_INT(closed[i], 1);
    close(peers[i]);
  }
}

int main(void) {
  check("2", 4);      // itself
  check("1", 4);      // its successor in the list
  check("3", 4);      // its predecessor
  check("12", 3);     // successor and itself
  check("2222", 4);   // twice
  check("10", 3);     // two successors
  check("43210", 0);  // everything
  check("01234", 0);
  check("2112", 3);
  return test_result();
}
