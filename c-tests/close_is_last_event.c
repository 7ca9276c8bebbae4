// MG_EV_CLOSE is the last event, also if mg_close_conn is called while the library is about to
// deliver another one: MG_EV_READ follows the MG_EV_HTTP_MSG in which the connection is closed.
// (HTTP events are OTHER in the trace.) Found by fuzz/fuzz_targets/event_loop.rs.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (!c->is_accepted) return;
  record_in(&trace, ev, ev_data);
  if (ev == MG_EV_HTTP_MSG) mg_close_conn(c);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *listener;
  int fd;
  mg_mgr_init(&mgr);
  listener = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL);
  fd = plain_connect(listener);
  CHECK_INT(send(fd, "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
  POLL_UNTIL(&mgr, strstr(trace.text, "CLOSE") != NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN ACCEPT OTHER OTHER CLOSE ");
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
