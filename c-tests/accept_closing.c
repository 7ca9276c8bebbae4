// Chapter 01, section 5.3: a connection that its ACCEPT handler closes is not read, and gets CLOSE
// in the next poll.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (c->is_listening) return;
  record(c, ev, ev_data);
  if (ev == MG_EV_ACCEPT) c->is_closing = 1;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  int fd;
  char byte;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, &trace);
  fd = plain_connect(server);
  CHECK_INT(send(fd, "x", 1, 0), 1);
  POLL_UNTIL(&mgr, strcmp(trace.text, "OPEN ACCEPT ") == 0);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN ACCEPT CLOSE ");
  CHECK_INT(trace.polls, 1);
  CHECK(recv(fd, &byte, 1, 0) <= 0);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
