// Chapter 04, 5 to 7 and W9: what a client makes of good and bad responses; frames behind the head.
#include "ws.h"

static struct ws_log log_;
static const char *response;  // "ACCEPT" in it stands for the right value

// A server that answers the request with `response`.
static void answer(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message hm;
  (void)ev_data;
  if (ev != MG_EV_READ) return;
  if (mg_http_parse((char *)c->recv.buf, c->recv.len, &hm) <= 0) return;
  struct mg_str *key = mg_http_get_header(&hm, "Sec-WebSocket-Key");
  const char *at = strstr(response, "ACCEPT");
  if (at == NULL) {
    mg_printf(c, "%s", response);
  } else {
    unsigned char digest[20];
    char accept[30];
    mg_sha1_ctx sha1;
    mg_sha1_init(&sha1);
    mg_sha1_update(&sha1, (unsigned char *)key->buf, key->len);
    mg_sha1_update(&sha1, (unsigned char *)"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    mg_sha1_final(digest, &sha1);
    mg_base64_encode(digest, sizeof(digest), accept, sizeof(accept));
    mg_printf(c, "%.*s%s%s", (int)(at - response), response, accept, at + 6);
  }
  c->recv.len = 0;
}

static void check(struct mg_mgr *mgr, struct mg_connection *listener, const char *text,
                  const char *seen) {
  char url[50];
  response = text;
  log_.text[0] = '\0';
  mg_snprintf(url, sizeof(url), "ws://127.0.0.1:%d/", mg_ntohs(listener->loc.port));
  struct mg_connection *c = mg_ws_connect(mgr, url, ws_record, &log_, NULL);
  POLL_UNTIL(mgr, strlen(log_.text) >= strlen(seen));
  CHECK_TEXT(log_.text, seen);
  if (log_.c != NULL) {
    CHECK(c->is_websocket);
    c->is_closing = 1;
    POLL_UNTIL(mgr, log_.c == NULL);
  }
}

#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_listen(&mgr, "tcp://127.0.0.1:0", answer, NULL);
  const char *failed = "ERROR ws handshake error CLOSE ";
  check(&mgr, c, "HTTP/1.1 101 OK\r\n" UPGRADE "Sec-WebSocket-Accept: ACCEPT\r\n\r\n", "OPEN ");
  check(&mgr, c,
        "HTTP/1.1 101 OK\r\n" UPGRADE
        "Sec-WebSocket-Accept: ACCEPT\r\n\r\n"
        "\x81\x02hi\x89\x01x",
        "OPEN MSG 81 hi CTL 89 x ");
  check(&mgr, c, "HTTP/1.1 403 Forbidden\r\n\r\n\x81\x02hi", failed);
  check(&mgr, c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", failed);
  check(&mgr, c, "HTTP/1.1 101 OK\r\n" UPGRADE "\r\n\x81\x02hi", failed);
  check(&mgr, c,
        "HTTP/1.1 101 OK\r\n" UPGRADE "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        failed);
  check(&mgr, c, "HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n", failed);
  check(&mgr, c, "HTTP/1.1 \x01", "ERROR not http CLOSE ");
  mg_mgr_free(&mgr);
  return test_result();
}
