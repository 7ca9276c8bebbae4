// Helpers of the dashboard tests: one-line requests, logins, WebSocket peers.
#ifndef DASH_H
#define DASH_H

#include "http_peer.h"

// The answer to a request on a connection of its own; good until the next call. `format` is the
// request without the blank line at its end, or with it if it has a body.
static inline struct answer dash_ask(struct mg_connection *listener, const char *format, ...) {
  static struct peer peer;
  char request[2000];
  va_list ap;
  va_start(ap, format);
  mg_vsnprintf(request, sizeof(request), format, &ap);
  va_end(ap);
  if (strstr(request, "\r\n\r\n") == NULL) strcat(request, "\r\n\r\n");
  if (peer.buf != NULL) peer_close(&peer);
  return peer_ask(&peer, listener, request);
}

#define DASH_LOGIN "GET /api/login HTTP/1.1\r\nAuthorization: Basic "

// The answer to a request with a cookie.
static inline struct answer dash_as(struct mg_connection *listener, const char *token,
                                    const char *method, const char *uri) {
  return dash_ask(listener, "%s %s HTTP/1.1\r\nCookie: access_token=%s", method, uri, token);
}

// The answer to a POST with a body.
static inline struct answer dash_post(struct mg_connection *listener, const char *uri,
                                      const char *body) {
  return dash_ask(listener, "POST %s HTTP/1.1\r\nContent-Length: %u\r\n\r\n%s", uri,
                  (unsigned)strlen(body), body);
}

// Logs in with Basic credentials and stores the token, empty if that failed.
static inline int dash_login(struct mg_connection *listener, const char *user, const char *pass,
                             char token[21]) {
  char plain[200], encoded[300];
  mg_snprintf(plain, sizeof(plain), "%s:%s", user, pass);
  mg_base64_encode((unsigned char *)plain, strlen(plain), encoded, sizeof(encoded));
  struct answer a = dash_ask(listener, DASH_LOGIN "%s", encoded);
  const char *cookie = a.head == NULL ? NULL : strstr(a.head, "access_token=");
  token[0] = '\0';
  if (cookie != NULL) mg_snprintf(token, 21, "%s", cookie + 13);
  return a.status;
}

// Opens a WebSocket and takes the answer; true if it is one. `fields` are more header lines.
static inline bool dash_websocket(struct peer *p, struct mg_connection *listener,
                                  const char *fields) {
  char request[500];
  mg_snprintf(request, sizeof(request),
              "GET /api/websocket HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n%s"
              "Sec-WebSocket-Key: dGVzdC1rZXktMDEyMzQ1Ng==\r\n\r\n",
              fields);
  peer_open(p, listener);
  peer_say(p, request);
  struct answer a = peer_answer(p, false);
  bool open = a.status == 101;
  peer_drop(p, a.head_len);
  return open;
}

// Waits for a text frame of this content, and takes it.
static inline void dash_check_frame(struct peer *p, const char *want, int line) {
  size_t len = strlen(want);
  if (!peer_wait(p, len + 2) || (unsigned char)p->buf[0] != 0x81 || (size_t)p->buf[1] != len ||
      memcmp(p->buf + 2, want, len) != 0) {
    test_fail(__FILE__, line, want);
    test_print_bytes("got ", p->buf, p->len);
  }
  peer_drop(p, len + 2);
}
#define CHECK_FRAME(peer, want) dash_check_frame((peer), (want), __LINE__)

#define CHECK_ANSWER(expression, want_status, want_body) \
  do {                                                   \
    struct answer a_ = (expression);                     \
    CHECK_INT(a_.status, want_status);                   \
    CHECK_BODY(a_, want_body);                           \
  } while (0)

#endif  // DASH_H
