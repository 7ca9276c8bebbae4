// A firmware server of the test's own: a plain listening socket that answers by hand.
#ifndef OTA_PEER_H
#define OTA_PEER_H

#include "event.h"

static struct mg_mgr ota_mgr;

// What mg_ota_url_check has reported: the texts with a newline behind each, "NULL" for success.
static char ota_told[600];

static inline void ota_report(const char *message) {
  size_t len = strlen(ota_told);
  snprintf(ota_told + len, sizeof(ota_told) - len, "%s\n", message == NULL ? "NULL" : message);
}

struct ota_peer {
  int listener, fd;
  char url[64];        // with "/meta"
  char request[1000];  // the last request
};

static inline void ota_peer_open(struct ota_peer *p) {
  memset(p, 0, sizeof(*p));
  p->listener = plain_socket(SOCK_STREAM);
  p->fd = -1;
  CHECK_INT(listen(p->listener, 5), 0);
  snprintf(p->url, sizeof(p->url), "http://127.0.0.1:%d/meta", ntohs(plain_port(p->listener)));
  fcntl(p->listener, F_SETFL, O_NONBLOCK);
}

// Takes the next connection, and the request on it.
static inline void ota_peer_take(struct ota_peer *p) {
  size_t len = 0;
  if (p->fd >= 0) close(p->fd);
  p->fd = -1;
  POLL_UNTIL(&ota_mgr, p->fd >= 0 || (p->fd = accept(p->listener, NULL, NULL)) >= 0);
  memset(p->request, 0, sizeof(p->request));
  uint64_t begin = mg_millis();
  while (strstr(p->request, "\r\n\r\n") == NULL && mg_millis() - begin < 10000) {
    long n;
    mg_mgr_poll(&ota_mgr, 10);
    n = plain_recv_now(p->fd, p->request + len, sizeof(p->request) - 1 - len);
    if (n > 0) len += (size_t)n;
  }
}

static inline void ota_peer_say(struct ota_peer *p, const char *text) {
  CHECK_INT(send(p->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

// Answers with a head that announces `len` bytes, and `body`.
static inline void ota_peer_answer(struct ota_peer *p, int status, size_t len, const char *body) {
  char text[3000];
  snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\nContent-Length: %lu\r\n\r\n%s", status,
           (unsigned long)len, body);
  ota_peer_say(p, text);
}

// Starts a check and takes its request for metadata.
static inline void ota_start(struct ota_peer *p) {
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, p->url, ota_report);
  ota_peer_take(p);
}

// Answers the request for metadata: version 2 at /fw of the same server, of this size, and perhaps
// more members.
static inline void ota_offer(struct ota_peer *p, int size, const char *more) {
  char json[400];
  snprintf(json, sizeof(json),
           "{\"version\":\"2.0.0\",\"url\":\"http://127.0.0.1:%d/fw\",\"size\":%d%s}",
           ntohs(plain_port(p->listener)), size, more);
  ota_peer_answer(p, 200, strlen(json), json);
}

// Waits for the report, and for the end of all connections.
static inline void ota_expect(const char *want) {
  POLL_UNTIL(&ota_mgr, ota_told[0] != '\0' && ota_mgr.conns == NULL);
  CHECK_TEXT(ota_told, want);
}

#endif  // OTA_PEER_H
