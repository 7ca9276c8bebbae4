// Fixed work for counting instructions and system calls: the same requests in the same order, from
// clients in this very process. The library calls recv and send, the clients read and write, so
// that strace tells them apart; callgrind counts inside mg_mgr_poll only, after the first rounds.
// Usage: fixed SCENARIO [ROUNDS]; prints how many requests were counted. Ends with 1 if an answer
// is wrong.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "../c-tests/event.h"

enum { WARM_UP = 4, MAX_CLIENTS = 1064, INPUT_SIZE = 1 << 16 };

struct scenario {
  const char *name;
  const char *request;
  int clients;   // that ask in each round
  int pipeline;  // requests in one piece
  int idle;      // more connections, which ask for nothing
};

#define HEAD(uri)                                                               \
  "GET " uri                                                                    \
  " HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: fixed/1.0 (X11; Linux)\r\n" \
  "Accept: */*\r\n\r\n"

static const struct scenario s_scenarios[] = {
    {"small", HEAD("/small"), 64, 1, 0},  {"pipelined", HEAD("/small"), 8, 16, 0},
    {"json", HEAD("/json"), 64, 1, 0},    {"file", HEAD("/1k.txt"), 64, 1, 0},
    {"idle", HEAD("/small"), 1, 1, 1000}, {"websocket", NULL, 64, 1, 0},
    {"accept", HEAD("/close"), 64, 1, 0},
};

static const char s_upgrade[] =
    "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static struct mg_mgr s_mgr;
static int s_served;

static void handler(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_ws_send(c, wm->data.buf, wm->data.len, WEBSOCKET_OP_TEXT);
    s_served++;
  }
  if (ev != MG_EV_HTTP_MSG) return;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  s_served++;
  if (mg_match(hm->uri, mg_str("/small"), NULL)) {
    mg_http_reply(c, 200, "", "{\"status\":%d}\n", 1);
  } else if (mg_match(hm->uri, mg_str("/json"), NULL)) {
    mg_http_reply(c, 200, "", "{%m:%m}\n", MG_ESC("name"), MG_ESC("a \"quoted\" value"));
  } else if (mg_match(hm->uri, mg_str("/close"), NULL)) {
    mg_http_reply(c, 200, "", "x");
    c->is_draining = 1;
  } else if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    struct mg_http_serve_opts opts = {.root_dir = "."};
    mg_http_serve_dir(c, hm, &opts);
  }
}

static void die(const char *why) {
  fprintf(stderr, "fixed: %s\n", why);
  exit(1);
}

static void put(int fd, const char *buf, size_t len) {
  if (write(fd, buf, len) != (ssize_t)len) die("short write");
}

// Serves until `n` more requests were answered and sent.
static void serve(int n, int counted) {
  int until = s_served + n;
  for (int polls = 0; s_served < until; polls++) {
    if (polls > n + 10) die("requests are not answered");
    if (counted) CALLGRIND_TOGGLE_COLLECT;
    mg_mgr_poll(&s_mgr, 1000);
    if (counted) CALLGRIND_TOGGLE_COLLECT;
  }
}

static void take(int fd, const char *expected) {
  static char buf[INPUT_SIZE];
  ssize_t n = read(fd, buf, sizeof(buf) - 1);
  if (n <= 0) die("no answer");
  buf[n] = '\0';
  if (strstr(buf, expected) == NULL) die("wrong answer");
}

static size_t frame(char *to) {
  size_t len = 125;
  memset(to + 6, (int)*"w", len);
  memcpy(to, "\x81\xfd\0\0\0\0", 6);  // Masked with zeros.
  return len + 6;
}

int main(int argc, char **argv) {
  static int fds[MAX_CLIENTS];
  static char request[INPUT_SIZE];
  const struct scenario *s = NULL;
  for (size_t i = 0; i < sizeof(s_scenarios) / sizeof(s_scenarios[0]); i++) {
    if (argc > 1 && strcmp(argv[1], s_scenarios[i].name) == 0) s = &s_scenarios[i];
  }
  if (s == NULL) die("unknown scenario");
  int rounds = argc > 2 ? atoi(argv[2]) : 20, clients = s->clients + s->idle;
  int is_ws = s->request == NULL, is_accept = strcmp(s->name, "accept") == 0;
  const char *expected = is_ws ? "wwww" : "HTTP/1.1 200";
  struct rlimit limit = {4096, 4096};
  setrlimit(RLIMIT_NOFILE, &limit);
  FILE *file = fopen("1k.txt", "w");
  if (file == NULL) die("the directory can't be written to");
  for (int i = 0; i < 1024; i++) fputc('k', file);
  fclose(file);
  usleep(200000);  // A file that was just written is not kept in memory.

  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&s_mgr);
  struct mg_connection *listener = mg_http_listen(&s_mgr, "http://127.0.0.1:0", handler, NULL);
  if (listener == NULL) die("can't listen");
  size_t len = is_ws ? frame(request) : 0;
  for (int i = 0; !is_ws && i < s->pipeline; i++) {
    len += (size_t)sprintf(request + len, "%s", s->request);
  }
  for (int i = 0; !is_accept && i < clients; i++) {
    fds[i] = plain_connect(listener);
    mg_mgr_poll(&s_mgr, 0);
    if (!is_ws) continue;
    put(fds[i], s_upgrade, sizeof(s_upgrade) - 1);
    serve(1, 0);
    take(fds[i], "101");
  }
  for (int round = 0; round < WARM_UP + rounds; round++) {
    int counted = round >= WARM_UP;
    for (int i = 0; i < s->clients; i++) {
      if (is_accept) fds[i] = plain_connect(listener);
      put(fds[i], request, len);
    }
    serve(s->clients * s->pipeline, counted);
    for (int i = 0; i < s->clients; i++) {
      take(fds[i], expected);
      if (is_accept) close(fds[i]);
    }
    // Closed by both sides: forgotten in the next round.
  }
  printf("%d\n", rounds * s->clients * s->pipeline);
  mg_mgr_free(&s_mgr);
  return test_result();
}
