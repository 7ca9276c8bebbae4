// Design section 9: handlers replace c->fn and c->pfn in the middle of things, also by NULL.
#include "event.h"

static struct trace first_trace, second_trace;

static void second(struct mg_connection *c, int ev, void *ev_data) {
  (void)c;
  if (ev == MG_EV_POLL) return;
  trace_word(&second_trace, event_name(ev));
  if (ev == MG_EV_READ) second_trace.read += *(long *)ev_data;
}

static void first(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (c->is_listening || ev == MG_EV_POLL) return;
  trace_word(&first_trace, event_name(ev));
  if (ev == MG_EV_READ) {
    c->fn = second;
    c->fn_data = NULL;
  }
}

static void on_request(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  c->pfn = NULL;  // from here on the stream is the program's own
  c->fn = second;
  c->is_resp = 0;
  mg_send(c, "raw", 3);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  char buf[10];
  int fd;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", first, NULL);
  fd = plain_connect(server);
  CHECK_INT(send(fd, "a", 1, 0), 1);
  POLL_UNTIL(&mgr, mgr.conns->fn == second);
  CHECK_INT(send(fd, "bc", 2, 0), 2);
  POLL_UNTIL(&mgr, second_trace.read == 2);
  mgr.conns->fn = NULL;
  mgr.conns->pfn = NULL;
  close(fd);
  POLL_UNTIL(&mgr, mgr.conns == server);
  CHECK_TEXT(first_trace.text, "OPEN ACCEPT READ ");
  CHECK_TEXT(second_trace.text, "READ ");

  server = mg_http_listen(&mgr, "http://127.0.0.1:0", on_request, NULL);
  fd = plain_connect(server);
  CHECK_INT(send(fd, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
  POLL_UNTIL(&mgr, mgr.conns->fn == second);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(recv(fd, buf, sizeof(buf), 0), 3);
  CHECK_INT(send(fd, "POST", 4, 0), 4);
  POLL_UNTIL(&mgr, second_trace.read == 24);  // with the 18 of the request
  CHECK_INT(mgr.conns->is_closing, 0);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
