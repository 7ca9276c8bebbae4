// Chapter 03, 38: a handler that takes bytes out of recv in MG_EV_HTTP_HDRS has the connection for
// itself; section 3.12, 18: also behind pipelined requests that are answered already. Quirk 8.
#include "http_peer.h"

static char stolen[400];
static mg_event_handler_t http_protocol;
static bool resume;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (c->is_accepted) peer_note_event(ev, ev_data);
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/steal"), NULL)) {
    http_protocol = c->pfn;
    mg_iobuf_del(&c->recv, 0, hm->head.len);
  } else if (ev == MG_EV_READ && c->pfn == NULL) {
    size_t used = strlen(stolen);
    mg_snprintf(stolen + used, sizeof(stolen) - used, "%.*s", (int)c->recv.len, c->recv.buf);
    c->recv.len = 0;
    if (strchr(stolen, '!') != NULL) {
      mg_http_reply(c, 200, "", "got %d", (int)strlen(stolen));
      if (resume) c->pfn = http_protocol;
    }
  } else if (ev == MG_EV_HTTP_MSG) {
    mg_http_reply(c, 200, "", "%.*s", (int)hm->uri.len, hm->uri.buf);
  }
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  peer_open(&p, listener);
  peer_say(&p, "POST /steal HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc");
  CHECK(peer_wait_event("READ", &p));
  CHECK_TEXT(stolen, "abc");
  peer_say(&p, "def");
  peer_settle(&p);
  CHECK_TEXT(stolen, "abcdef");
  resume = true;
  peer_say(&p, "gh!");
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "got 9");
  CHECK_TEXT(peer_events, "ACCEPT HDRS READ READ READ");
  // The protocol handler is back: HTTP goes on.
  peer_drop(&p, p.len);
  peer_say(&p, "GET /again HTTP/1.1\r\n\r\n");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/again");
  peer_close(&p);

  stolen[0] = '\0';
  peer_open(&p, listener);
  peer_say(&p,
           "GET /first HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n"
           "POST /steal HTTP/1.1\r\nContent-Length: 4\r\n\r\nxyz!");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/first");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/second");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "got 4");
  CHECK_TEXT(stolen, "xyz!");
  peer_close(&p);

  // The same for a request without a body.
  stolen[0] = '\0';
  peer_open(&p, listener);
  peer_say(&p, "GET /first HTTP/1.1\r\n\r\nGET /steal HTTP/1.1\r\n\r\nraw!");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/first");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "got 4");
  CHECK_TEXT(stolen, "raw!");
  peer_close(&p);
  peer_end();
  return test_result();
}
