// Chapter 03, 30-32: chunked requests, good and bad; section 3.12, 13: a size line may arrive in
// pieces.
// History: #2460 | no other coding is taken, nothing is delivered
// History: #2552 | anything but one to eight digits and CRLF is refused
// History: a9df523f-http | size lines cut at each byte
#include "http_peer.h"

static int messages;
static char body[200];

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ERROR && c->is_accepted) peer_note((char *)ev_data);
  if (ev == MG_EV_HTTP_HDRS) CHECK_INT(hm->body.len, 0);
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  mg_snprintf(body, sizeof(body), "%.*s", (int)hm->body.len, hm->body.buf);
  CHECK_INT(hm->message.len, hm->head.len + hm->body.len);
  CHECK_PTR(hm->body.buf, hm->head.buf + hm->head.len);
  CHECK(mg_http_get_header(hm, "Transfer-Encoding") != NULL);
  mg_http_reply(c, 200, "", "%d", (int)hm->body.len);
}

#define HEAD "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"

static void good(struct mg_connection *listener, const char *chunks, const char *want) {
  struct peer p;
  size_t len = strlen(chunks);
  // As a whole, then cut at every byte.
  for (size_t cut = 0; cut < len; cut++) {
    messages = 0;
    peer_open(&p, listener);
    peer_say(&p, HEAD);
    if (cut > 0) {
      peer_send(&p, chunks, cut);
      for (int i = 0; i < 5; i++) peer_step(&p);
      CHECK_INT(messages, 0);
    }
    peer_send(&p, chunks + cut, len - cut);
    struct answer a = peer_answer(&p, true);
    test_check_int(__FILE__, __LINE__, chunks, a.status, 200);
    CHECK_TEXT(body, want);
    CHECK_INT(messages, 1);
    CHECK(!p.closed);
    peer_close(&p);
  }
}

static void refused(struct mg_connection *listener, const char *request, const char *error) {
  struct peer p;
  messages = 0;
  peer_events[0] = '\0';
  peer_open(&p, listener);
  peer_say(&p, request);
  test_check_int(__FILE__, __LINE__, request, peer_wait_closed(&p), true);
  test_check_int(__FILE__, __LINE__, request, (long long)p.len, 0);
  test_check_int(__FILE__, __LINE__, request, messages, 0);
  test_check_int(__FILE__, __LINE__, request, strncmp(peer_events, error, strlen(error)), 0);
  peer_close(&p);
}

// What follows a chunked message is the next one.
static void pipelined(struct mg_connection *listener) {
  struct peer p;
  messages = 0;
  peer_open(&p, listener);
  peer_say(&p, HEAD "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n" HEAD "2\r\nxy\r\n0\r\n\r\n" HEAD "8\r\nunf");
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "4");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "2");
  CHECK_TEXT(body, "xy");
  peer_drop(&p, p.len);
  peer_say(&p, "inish\r\n");
  peer_say(&p, "\r\nx");  // not the end: an empty size line
  CHECK(peer_wait_closed(&p));
  CHECK_INT(messages, 2);
  CHECK_INT(p.len, 0);
  peer_close(&p);
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  pipelined(listener);
  good(listener, "0\r\n\r\n", "");
  good(listener, "00000003\r\nabc\r\nA\r\n0123456789\r\n000\r\n\r\n", "abc0123456789");
  good(listener, "a\r\n\r\n0\r\n\r\n12 \r\n0\r\n\r\n", "\r\n0\r\n\r\n12 ");

  static const char *const chunks[] = {
      "xyz\r\n",           "\r\nabc",         "-1\r\nabc\r\n",      "3 \r\nabc\r\n",
      "3;ext=1\r\nabc",    "3\nabc\n0\n\n",   "3\r\nabcd\r\n0\r\n", "3\r\nabc0\r\n\r\n",
      "000000003\r\nab",   "80000000\r\nabc", "FFFFFFFF\r\nabc",    "0x3\r\nabc\r\n",
      "0\r\nT: x\r\n\r\n", "+3\r\nabc\r\n",
  };
  for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
    char request[300];
    mg_snprintf(request, sizeof(request), "%s%s", HEAD, chunks[i]);
    refused(listener, request, "Invalid chunk");
  }
  static const char *const codings[] = {
      "gzip",          ",chunked",        "chunked,", "chunked, gzip",
      "gzip, chunked", "chunked;q=1",     "xchunked", "identity",
      "\"chunked\"",   "chunked chunked", ""};
  for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
    char request[300];
    mg_snprintf(request, sizeof(request),
                "POST / HTTP/1.1\r\nTransfer-Encoding: %s\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                codings[i]);
    refused(listener, request, "Invalid Transfer-Encoding");
  }
  peer_end();
  return test_result();
}
