// An HTTP server and raw TCP peers in one thread, for the tests of chapter 03.
//
// Whoever waits for something polls the manager until it is there. Nothing measures time: the
// deadline is only there so that a test that fails ends.
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "mongoose.h"
#include "test.h"

#define PEER_DEADLINE_S 30

// The client's end of a connection, and what has arrived there.
struct peer {
  int fd;
  bool closed;
  char *buf;  // ends with a NUL behind `len`
  size_t len, size;
};

// A response taken apart; the pointers lead into the peer's buffer.
struct answer {
  int status;
  const char *head;
  size_t head_len;
  const char *body;
  size_t body_len;
};

static struct mg_mgr peer_mgr;
static char peer_events[16384];

// Adds a word to the record of events.
static inline void peer_note(const char *word) {
  size_t used = strlen(peer_events);
  if (used + strlen(word) + 2 > sizeof(peer_events)) return;
  mg_snprintf(peer_events + used, sizeof(peer_events) - used, "%s%s", used > 0 ? " " : "", word);
}

// Records what happens on a connection, but not MG_EV_POLL, MG_EV_OPEN and MG_EV_WRITE.
static inline void peer_note_event(int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) peer_note("ACCEPT");
  if (ev == MG_EV_CONNECT) peer_note("CONNECT");
  if (ev == MG_EV_HTTP_HDRS) peer_note("HDRS");
  if (ev == MG_EV_HTTP_MSG) peer_note("MSG");
  if (ev == MG_EV_READ) peer_note("READ");
  if (ev == MG_EV_CLOSE) peer_note("CLOSE");
  if (ev == MG_EV_ERROR) peer_note((const char *)ev_data);
}

// How often a word is in the record.
static inline int peer_count(const char *word) {
  int n = 0;
  size_t len = strlen(word);
  for (const char *p = peer_events; (p = strstr(p, word)) != NULL; p += len) {
    if ((p == peer_events || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0')) n++;
  }
  return n;
}

// Starts a server on a free port.
static inline struct mg_connection *peer_serve(mg_event_handler_t fn, void *fn_data) {
  if (peer_mgr.userdata == NULL) {
    mg_log_set(MG_LL_NONE);
    mg_mgr_init(&peer_mgr);
    peer_mgr.userdata = &peer_mgr;
  }
  struct mg_connection *c = mg_http_listen(&peer_mgr, "http://127.0.0.1:0", fn, fn_data);
  if (c == NULL) {
    test_fail(__FILE__, __LINE__, "cannot listen");
    exit(1);
  }
  return c;
}

static inline void peer_end(void) {
  mg_mgr_free(&peer_mgr);
  memset(&peer_mgr, 0, sizeof(peer_mgr));
}

static inline void peer_adopt(struct peer *p, int fd) {
  int on = 1;
  memset(p, 0, sizeof(*p));
  p->fd = fd;
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  p->size = 4096;
  p->buf = (char *)calloc(1, p->size);
}

// Connects to a listener of this process.
static inline void peer_open(struct peer *p, struct mg_connection *listener) {
  struct sockaddr_in to;
  memset(&to, 0, sizeof(to));
  to.sin_family = AF_INET;
  to.sin_port = listener->loc.port;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
    perror("connect");
    exit(1);
  }
  peer_adopt(p, fd);
}

static inline void peer_close(struct peer *p) {
  if (p->fd >= 0) close(p->fd);
  free(p->buf);
  memset(p, 0, sizeof(*p));
  p->fd = -1;
}

// Takes what has arrived.
static inline void peer_read(struct peer *p) {
  while (!p->closed && p->fd >= 0) {
    if (p->size - p->len < 2048) {
      p->size *= 2;
      p->buf = (char *)realloc(p->buf, p->size);
    }
    ssize_t n = recv(p->fd, p->buf + p->len, p->size - p->len - 1, 0);
    if (n > 0) {
      p->len += (size_t)n;
      p->buf[p->len] = '\0';
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      p->closed = true;
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

static inline void peer_step(struct peer *p) {
  mg_mgr_poll(&peer_mgr, 1);
  if (p != NULL) peer_read(p);
}

static inline bool peer_late(time_t since) {
  return time(NULL) - since > PEER_DEADLINE_S;
}

// Polls until the peer has `n` bytes or the connection is closed; true if there are `n`.
static inline bool peer_wait(struct peer *p, size_t n) {
  time_t begin = time(NULL);
  peer_read(p);
  while (p->len < n && !p->closed && !peer_late(begin)) peer_step(p);
  return p->len >= n;
}

// Polls until the server has closed the connection.
static inline bool peer_wait_closed(struct peer *p) {
  time_t begin = time(NULL);
  while (!p->closed && !peer_late(begin)) peer_step(p);
  return p->closed;
}

// Polls until a counter has reached `n`.
static inline bool peer_wait_count(const int *counter, int n, struct peer *p) {
  time_t begin = time(NULL);
  while (*counter < n && !peer_late(begin)) peer_step(p);
  return *counter >= n;
}

// Polls until a word is in the record.
static inline bool peer_wait_event(const char *word, struct peer *p) {
  time_t begin = time(NULL);
  while (peer_count(word) == 0 && !peer_late(begin)) peer_step(p);
  return peer_count(word) > 0;
}

// Polls some more, for what should not happen. What was sent on loopback is there at once.
static inline void peer_settle(struct peer *p) {
  for (int i = 0; i < 25; i++) peer_step(p);
}

// Sends all of it, polling while the socket is full.
static inline void peer_send(struct peer *p, const void *data, size_t len) {
  const char *bytes = (const char *)data;
  time_t begin = time(NULL);
  while (len > 0 && !p->closed && !peer_late(begin)) {
    ssize_t n = send(p->fd, bytes, len, MSG_NOSIGNAL);
    if (n > 0) {
      bytes += n;
      len -= (size_t)n;
    } else if (errno == EAGAIN) {
      peer_step(p);
    } else {
      p->closed = true;
    }
  }
}

static inline void peer_say(struct peer *p, const char *text) {
  peer_send(p, text, strlen(text));
}

// Forgets the first `n` bytes that arrived.
static inline void peer_drop(struct peer *p, size_t n) {
  if (n > p->len) n = p->len;
  memmove(p->buf, p->buf + n, p->len - n + 1);
  p->len -= n;
}

// Value of a header line of an answer, or -1.
static inline long long peer_length(const char *head, size_t head_len) {
  static const char name[] = "\r\nContent-Length:";
  for (size_t i = 0; i + sizeof(name) < head_len; i++) {
    if (strncmp(head + i, name, sizeof(name) - 1) == 0) return atoll(head + i + sizeof(name) - 1);
  }
  return -1;
}

// Waits for one response; one without a length lasts until the end. `has_body` is false for
// answers to HEAD. The answer stays in the buffer.
static inline struct answer peer_answer(struct peer *p, bool has_body) {
  struct answer a;
  time_t begin = time(NULL);
  const char *end;
  memset(&a, 0, sizeof(a));
  peer_read(p);
  while ((end = strstr(p->buf, "\r\n\r\n")) == NULL && !p->closed && !peer_late(begin)) {
    peer_step(p);
  }
  if (end == NULL) return a;
  size_t head_len = (size_t)(end - p->buf) + 4;
  long long length = peer_length(p->buf, head_len);
  if (!has_body) length = 0;
  if (length >= 0) {
    peer_wait(p, head_len + (size_t)length);
  } else {
    peer_wait_closed(p);
  }
  a.head = p->buf;
  a.head_len = head_len;
  a.status = atoi(p->buf + 9);
  a.body = p->buf + head_len;
  a.body_len = length >= 0 ? (size_t)length : p->len - head_len;
  if (head_len + a.body_len > p->len) a.body_len = p->len - head_len;
  return a;
}

// Sends a request on a connection of its own. The answer lasts until peer_close().
static inline struct answer peer_ask(struct peer *p, struct mg_connection *listener,
                                     const char *request) {
  peer_open(p, listener);
  peer_say(p, request);
  return peer_answer(p, strncmp(request, "HEAD ", 5) != 0);
}

// True if the head of an answer has this line.
static inline bool answer_has(const struct answer *a, const char *line) {
  char wanted[1000];
  mg_snprintf(wanted, sizeof(wanted), "\r\n%s\r\n", line);
  const char *found = a->head == NULL ? NULL : strstr(a->head, wanted);
  return found != NULL && found < a->body;
}

#define CHECK_BODY(answer, want) CHECK_BYTES((answer).body, (answer).body_len, want, strlen(want))
#define CHECK_LINE(answer, line)                                                  \
  (answer_has(&(answer), line) ? (void)0                                          \
                               : (test_fail(__FILE__, __LINE__, "no line " line), \
                                  test_print_bytes("head", (answer).head, (answer).head_len)))

#endif  // HTTP_PEER_H
