// Chapter 01, section 7.7 and section 20, 44: mg_alloc_conn gives a zeroed connection with an id,
// without descriptor (-1, where the original has 0), not in the list; extra bytes lie behind it.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c, *other;
  struct trace trace = {0};
  mg_mgr_init(&mgr);
  mgr.extraconnsize = 100;
  c = mg_alloc_conn(&mgr);
  CHECK_PTR(mgr.conns, NULL);
  CHECK_PTR(c->mgr, &mgr);
  CHECK_INT(c->id, 1);
  CHECK_INT(fd_of(c), -1);
  CHECK_PTR(c->fd, (size_t)-1);
  CHECK_INT(c->recv.align, MG_IO_SIZE);
  CHECK_INT(c->send.align, MG_IO_SIZE);
  CHECK_INT(c->rtls.align, MG_IO_SIZE);
  CHECK_PTR(c->fn, NULL);
  for (int i = 0; i < 100; i++) CHECK_INT(((char *)(c + 1))[i], 0);
  memset(c + 1, 0xff, 100);
  mg_close_conn(c);  // never listed
  CHECK(is_open(0));

  // A program may put it into the list itself, and fill in what it likes.
  mgr.extraconnsize = 0;
  c = mg_alloc_conn(&mgr);
  c->fn = record;
  c->fn_data = &trace;
  c->next = mgr.conns;
  mgr.conns = c;
  other = mg_wrapfd(&mgr, -1, NULL, NULL);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(trace.polls, 1);
  CHECK_PTR(other->next, c);
  CHECK(mg_open_listener(c, "tcp://127.0.0.1:0"));
  CHECK(c->loc.port != 0);
  CHECK_INT(c->is_listening, 0);
  c->is_listening = 1;
  int fd = plain_connect(c);
  POLL_UNTIL(&mgr, strcmp(trace.text, "OPEN ACCEPT ") == 0);
  CHECK(!mg_open_listener(other, "tcp://host.example:1"));
  c->is_closing = 1;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(trace.text, "OPEN ACCEPT CLOSE ");
  mg_mgr_free(&mgr);
  CHECK(is_open(0));
  close(fd);
  return test_result();
}
