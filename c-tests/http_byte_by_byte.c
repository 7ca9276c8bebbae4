// Section 3.12, 15, 19: a message that arrives in pieces is not scanned again for each of them, nor
// on polls. The test spoils a byte that has been looked at, goes on sending, and mends it before
// the end: whoever looks again would close the connection. Chapter 03, 29, 30.
// History: 7.22-reparsing | what was looked at is not looked at again
#include "http_peer.h"

static int messages, errors;
static char body[100];
static struct mg_connection *server;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ACCEPT) server = c;
  if (ev == MG_EV_CLOSE && c == server) server = NULL;
  if (ev == MG_EV_ERROR) errors++;
  if (ev != MG_EV_HTTP_MSG) return;
  messages++;
  mg_snprintf(body, sizeof(body), "%.*s", (int)hm->body.len, hm->body.buf);
  mg_http_reply(c, 200, "", "ok");
}

static void send_slowly(struct peer *p, const char *text) {
  for (size_t i = 0; text[i] != '\0'; i++) {
    peer_send(p, text + i, 1);
    for (int k = 0; k < 3; k++) peer_step(p);
  }
}

// Sends `text` in two parts. While the second one comes, byte `at` is not what it was.
static void spoil(struct mg_connection *listener, const char *text, const char *spoiled,
                  const char *second, const char *last) {
  struct peer p;
  messages = 0;
  server = NULL;
  peer_open(&p, listener);
  peer_say(&p, text);
  while (server == NULL || server->recv.len < strlen(text)) peer_step(&p);
  size_t at = (size_t)(strstr(text, spoiled) - text);
  unsigned char old = server->recv.buf[at];
  server->recv.buf[at] = 1;
  send_slowly(&p, second);
  peer_settle(&p);
  CHECK_INT(errors, 0);
  CHECK(server != NULL);
  if (server == NULL) {
    peer_close(&p);
    return;
  }
  CHECK_INT(server->recv.len, strlen(text) + strlen(second));
  server->recv.buf[at] = old;
  peer_say(&p, last);
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "ok");
  CHECK_INT(messages, 1);
  peer_close(&p);
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  spoil(listener, "POST / HTTP/1.1\r\nX: abc\r\n", "abc",
        "Y: more of the head\r\nContent-Length: ", "3\r\n\r\nxyz");
  CHECK_TEXT(body, "xyz");
  spoil(listener, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00004\r\nabcd\r\n", "00004",
        "5\r\nefghi\r\n000001\r\nj\r\n000", "0\r\n\r\n");
  CHECK_TEXT(body, "abcdefghij");
  // The head itself is parsed once.
  spoil(listener, "POST / HTTP/1.1\r\nX: abc\r\nContent-Length: 20\r\n\r\n12345", "abc",
        "67890abcde", "fghij");
  CHECK_TEXT(body, "1234567890abcdefghij");
  peer_end();
  return test_result();
}
