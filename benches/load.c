// Many connections, each with one message under way at a time.
// Usage: load PORT CONNECTIONS KIND
//   quiet  connects, nothing more
//   http   asks for /small
//   ws     upgrades, then sends messages of 125 bytes and takes them back
//   raw    sends the same bytes without upgrade or framing and takes them back
// All but `quiet` exchange one message (ws: the upgrade) at once. Then "ready" is printed. A line
// with seconds on standard input starts a run, which prints how many messages were answered and the
// seconds it took. Ends when standard input does.
#include "client.h"

enum {
  MAX_EVENTS = 1024,
  BATCH = 100,
  INPUT_SIZE = 16384,
  WS_BODY = 125,
  WS_HEAD = 6,
  WS_REPLY_HEAD = 2
};

static const char upgrade[] =
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct conn {
  int fd;
  size_t expected;  // bytes of each answer
  size_t missing;   // of the one under way
};

static int s_port, s_is_quiet, s_is_ws, s_is_http;
static const char *s_message;
static size_t s_message_len;
static char s_input[INPUT_SIZE];

// A masked text frame.
static size_t make_frame(char *to) {
  static const char mask[] = {0x12, 0x34, 0x56, 0x78};
  to[0] = (char)0x81, to[1] = (char)(0x80 | WS_BODY);
  memcpy(to + 2, mask, sizeof(mask));
  for (int i = 0; i < WS_BODY; i++) to[WS_HEAD + i] = (char)('m' ^ mask[i % 4]);
  return WS_HEAD + WS_BODY;
}

static void put(int fd, const char *buf, size_t len) {
  if (send(fd, buf, len, MSG_NOSIGNAL) != (ssize_t)len) die("send");
}

// Reads a head and `body` bytes; returns the length of both.
static size_t take_answer(int fd, size_t body) {
  size_t len = 0, all = 0;
  while (all == 0 || len < all) {
    ssize_t n = recv(fd, s_input + len, sizeof(s_input) - 1 - len, 0);
    if (n <= 0) die("no answer");
    s_input[len += (size_t)n] = '\0';
    const char *end = strstr(s_input, "\r\n\r\n");
    if (end != NULL) all = (size_t)(end - s_input) + 4 + body;
  }
  const char *status = s_is_ws ? "HTTP/1.1 101" : "HTTP/1.1 200";
  if (len != all || strncmp(s_input, status, strlen(status)) != 0) die("wrong answer");
  return all;
}

// Connects numbers `begin` to `end`, asks on all, then takes the answers.
static void open_connections(struct conn *conns, int begin, int end, int epfd) {
  for (int i = begin; i < end; i++) {
    struct epoll_event ev = {.events = EPOLLIN, .data = {.ptr = &conns[i]}};
    int fd = conns[i].fd = begin_connection(i, s_port, 0);
    if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) != 0) die("epoll_ctl");
    if (s_is_ws) put(fd, upgrade, sizeof(upgrade) - 1);
    if (s_is_http) put(fd, s_message, s_message_len);
  }
  for (struct conn *c = conns + begin; c < conns + end; c++) {
    c->expected = s_message_len;
    if (s_is_ws) take_answer(c->fd, 0), c->expected = WS_REPLY_HEAD + WS_BODY;
    if (s_is_http) c->expected = take_answer(c->fd, SMALL_BODY);
  }
}

static void ask(struct conn *c) {
  put(c->fd, s_message, s_message_len);
  c->missing = c->expected;
}

// Takes what has come for `c`. Returns 1 if its answer is complete.
static int take(struct conn *c, struct conn *conns, int epfd) {
  ssize_t n = recv(c->fd, s_input, sizeof(s_input), 0);
  if (n <= 0) {
    // A server that allows so many requests on a connection: the next one goes on.
    int i = (int)(c - conns);
    close(c->fd);
    open_connections(conns, i, i + 1, epfd);
    ask(c);
    return 0;
  }
  // The last answer on an HTTP connection is longer: it says so.
  if ((size_t)n > c->missing && !s_is_http) die("answer is too long");
  c->missing -= (size_t)n < c->missing ? (size_t)n : c->missing;
  return c->missing == 0;
}

static void run(struct conn *conns, int count, int epfd, double seconds) {
  static struct epoll_event events[MAX_EVENTS];
  long answered = 0;
  int under_way = count;
  double begin = seconds_now(), now = begin;
  for (int i = 0; i < count; i++) ask(&conns[i]);
  while (under_way > 0) {
    int n = epoll_wait(epfd, events, MAX_EVENTS, 10000);
    if (n <= 0) die("no more answers");
    now = seconds_now();
    for (int i = 0; i < n; i++) {
      struct conn *c = events[i].data.ptr;
      if (!take(c, conns, epfd)) continue;
      answered++;
      if (now - begin < seconds)
        ask(c);
      else
        under_way--;
    }
  }
  printf("%ld %f\n", answered, now - begin);
  fflush(stdout);
}

int main(int argc, char **argv) {
  static char frame[WS_HEAD + WS_BODY], line[64];
  if (argc < 4) return 1;
  int count = atoi(argv[2]), epfd = epoll_create1(0);
  struct conn *conns = calloc((size_t)count, sizeof(*conns));
  s_port = atoi(argv[1]);
  s_is_quiet = strcmp(argv[3], "quiet") == 0;
  s_is_http = strcmp(argv[3], "http") == 0;
  s_is_ws = strcmp(argv[3], "ws") == 0;
  s_message = s_is_http ? small_request : frame;
  s_message_len = s_is_http ? sizeof(small_request) - 1 : make_frame(frame);
  allow_descriptors(count);
  for (int i = 0; i < count; i += BATCH) {
    open_connections(conns, i, i + BATCH < count ? i + BATCH : count, epfd);
  }
  puts("ready");
  fflush(stdout);
  while (fgets(line, sizeof(line), stdin) != NULL) {
    if (!s_is_quiet) run(conns, count, epfd, atof(line));
  }
  return 0;
}
