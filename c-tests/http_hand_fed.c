// Chapter 03, 60: programs call c->pfn(c, MG_EV_READ, NULL) on a recv buffer they filled.
#include "http_peer.h"

static int messages;
static char uris[100];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  size_t used = strlen(uris);
  mg_snprintf(uris + used, sizeof(uris) - used, "%.*s ", (int)hm->uri.len, hm->uri.buf);
  mg_http_reply(c, 200, "", "x");
}

static void feed(struct mg_connection *c, const char *text) {
  mg_iobuf_add(&c->recv, c->recv.len, text, strlen(text));
  c->pfn(c, MG_EV_READ, NULL);
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  while (peer_mgr.conns == listener) peer_step(&p);
  struct mg_connection *c = peer_mgr.conns;
  feed(c, "GET /1 HTTP/1.1\r\n\r\nGET /2 HT");
  CHECK_INT(messages, 1);
  CHECK_INT(c->recv.len, 9);
  feed(c, "TP/1.1\r\n\r\n");
  CHECK_INT(messages, 2);
  CHECK_INT(c->recv.len, 0);
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "x");
  peer_close(&p);

  // A connection that the program made itself.
  struct mg_connection own;
  memset(&own, 0, sizeof(own));
  own.mgr = &peer_mgr;
  own.fn = on_event;
  own.pfn = c->pfn;
  own.is_accepted = 1;
  own.send.align = own.recv.align = 64;
  feed(&own, "GET /3 HTTP/1.1\r\n\r\nPOST /4 HTTP/1.1\r\nContent-Length: 2\r\n\r\na");
  CHECK_INT(messages, 3);
  feed(&own, "b");
  CHECK_INT(messages, 4);
  CHECK_TEXT(uris, "/1 /2 /3 /4 ");
  CHECK_INT(own.recv.len, 0);
  CHECK(own.send.len > 0);
  mg_iobuf_free(&own.send);
  mg_iobuf_free(&own.recv);
  peer_end();
  return test_result();
}
