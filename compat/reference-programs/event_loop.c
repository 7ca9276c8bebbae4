// A listener and a client with handlers, protocol handlers and the text writers; bit-fields that
// the program sets.
#include "event.h"

static struct trace server_trace, client_trace, protocol_trace;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (!c->is_listening) record_in(&server_trace, ev, ev_data);
  if (ev == MG_EV_READ) {
    mg_send(c, c->recv.buf, c->recv.len);
    c->recv.len = 0;
    c->is_draining = 1;
  }
}

static size_t say(struct mg_connection *c, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  size_t n = mg_vprintf(c, fmt, &ap);
  va_end(ap);
  return n;
}

static void ask(struct mg_connection *c, int ev, void *ev_data) {
  record(c, ev, ev_data);
  if (ev == MG_EV_CONNECT) {
    CHECK(c->is_client);
    CHECK_INT(mg_printf(c, "%d", 12), 2);
    CHECK_INT(say(c, "%s", "345"), 3);
    CHECK_BYTES(c->send.buf, c->send.len, "12345", 5);
  }
}

static void protocol(struct mg_connection *c, int ev, void *ev_data) {
  record_in((struct trace *)c->pfn_data, ev, ev_data);
}

static void echo(struct mg_mgr *mgr) {
  struct mg_connection *listener = mg_listen(mgr, "tcp://127.0.0.1:0", serve, NULL);
  CHECK(listener->is_listening);
  struct mg_connection *c =
      mg_connect_svc(mgr, url_to("tcp", listener), ask, &client_trace, protocol, &protocol_trace);
  CHECK_PTR(c->pfn, protocol);
  CHECK_PTR(c->fn_data, &client_trace);
  POLL_UNTIL(mgr, strstr(client_trace.text, "CLOSE") != NULL);
  CHECK_TEXT(client_trace.text, "OPEN RESOLVE CONNECT WRITE READ CLOSE ");
  CHECK_TEXT(protocol_trace.text, client_trace.text);
  CHECK_TEXT(server_trace.text, "OPEN ACCEPT READ WRITE CLOSE ");
  CHECK_INT(client_trace.read, 5);
}

static void errors(struct mg_mgr *mgr) {
  struct trace t = {0};
  struct mg_connection *c = mg_connect(mgr, "tcp://127.0.0.1:1", record, &t);
  POLL_UNTIL(mgr, strstr(t.text, "CLOSE") != NULL);
  CHECK(strstr(t.text, "ERROR ") != NULL);

  memset(&t, 0, sizeof(t));
  c = mg_wrapfd(mgr, -1, record, &t);
  mg_call(c, MG_EV_WAKEUP, NULL);
  mg_error(c, "code %d", 5);
  CHECK_TEXT(t.error, "code 5");
  CHECK(c->is_closing);
  mg_mgr_poll(mgr, 0);
  CHECK_TEXT(t.text, "OPEN WAKEUP ERROR CLOSE ");

  memset(&t, 0, sizeof(t));
  mg_close_conn(mg_wrapfd(mgr, -1, record, &t));
  CHECK_TEXT(t.text, "OPEN CLOSE ");
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  echo(&mgr);
  errors(&mgr);
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.conns, NULL);
  return test_result();
}
