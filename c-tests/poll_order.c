// Chapter 01, 18: one POLL per connection and mg_mgr_poll, newest first, for every sort of
// connection; its data is the current time.
#include "event.h"

static struct trace trace;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  char word[20];
  if (ev != MG_EV_POLL) return;
  CHECK(mg_millis() - *(uint64_t *)ev_data < 5000);
  snprintf(word, sizeof(word), "%lu", c->id);
  trace_word(&trace, word);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server, *c;
  mg_mgr_init(&mgr);
  server = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  mg_listen(&mgr, "udp://127.0.0.1:0", on_event, NULL);
  c = mg_wrapfd(&mgr, -1, on_event, NULL);
  mg_connect(&mgr, url_to("tcp", server), on_event, NULL);
  c->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "4 3 2 1 ");
  trace.text[0] = '\0';
  POLL_UNTIL(&mgr, mgr.conns->id == 5);  // accepted
  trace.text[0] = '\0';
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "5 4 2 1 ");
  mg_mgr_free(&mgr);
  return test_result();
}
