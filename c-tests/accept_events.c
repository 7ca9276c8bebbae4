// Chapter 01, 16: an accepted connection gets OPEN and ACCEPT in the listener's visit and its first
// POLL in the next poll; it inherits the handlers, but no scratch data.
#include "event.h"

static struct trace trace;
static struct mg_connection *server, *accepted;
static int polls;

static void protocol(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev, (void)ev_data;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (c == server || c->is_listening) {
    CHECK(ev != MG_EV_ACCEPT);
    return;
  }
  record(c, ev, ev_data);
  polls = trace.polls;
  if (ev != MG_EV_OPEN && ev != MG_EV_ACCEPT) return;
  accepted = c;
  CHECK_PTR(ev_data, NULL);
  CHECK_PTR(c->mgr->conns, c);
  CHECK(c->is_accepted && !c->is_listening && !c->is_client && !c->is_full);
  CHECK_INT(c->is_hexdumping, 1);
  CHECK(c->pfn == protocol);
  CHECK_PTR(c->pfn_data, &polls);
  CHECK_INT(c->data[0], 0);
  CHECK_INT(c->loc.port, server->loc.port);
  CHECK(c->rem.port != 0 && c->rem.port != c->loc.port);
}

int main(void) {
  struct mg_mgr mgr;
  int fd;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, &trace);
  server->pfn = protocol;
  server->pfn_data = &polls;
  server->is_hexdumping = 1;
  server->data[0] = 'x';
  fd = plain_connect(server);
  POLL_UNTIL(&mgr, accepted != NULL);
  CHECK_TEXT(trace.text, "OPEN ACCEPT ");
  CHECK_INT(polls, 0);
  CHECK_INT(accepted->rem.port, plain_port(fd));
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(polls, 1);
  CHECK_TEXT(trace.text, "OPEN ACCEPT ");
  // Closing the listener does not touch accepted connections.
  server->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_PTR(mgr.conns, accepted);
  CHECK_PTR(accepted->next, NULL);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
