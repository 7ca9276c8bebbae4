// io_timeout_ms of outgoing connections: a connect that hangs. Name look-ups have a time-out of
// their own (chapter 08, 8.3 deadlines).
#include "deadline.h"
#include "dns_peer.h"

static struct mg_mgr mgr;

// A listener that answers nobody: its queue is full.
static int full_listener(int *fillers, int n) {
  int fd = plain_socket(SOCK_STREAM);
  struct sockaddr_in to = loopback(plain_port(fd));
  CHECK_INT(listen(fd, 0), 0);
  for (int i = 0; i < n; i++) {
    fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)connect(fillers[i], (struct sockaddr *)&to, sizeof(to));
  }
  return fd;
}

// Time until the connection of `t` ends.
static int time_of(const struct trace *t) {
  int ms = 0;
  for (; ms < 200000 && strstr(t->text, "CLOSE") == NULL; ms += TICK_MS) pass(&mgr, TICK_MS);
  return ms;
}

static void attempt(struct trace *t, const char *url) {
  memset(t, 0, sizeof(*t));
  CHECK(mg_connect(&mgr, url, record, t) != NULL);
}

int main(void) {
  struct dns_peer p;
  struct trace t, other;
  struct mg_stats s;
  int fillers[4], fd;
  char url[60];
  dns_peer_open(&p);
  dns_peer_use(&mgr, &p);
  fd = full_listener(fillers, 4);
  snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", ntohs(plain_port(fd)));

  attempt(&t, url);
  poll_times(&mgr, 5);
  CHECK_INT(stats_of(&mgr).now_connecting, 1);
  CHECK_TIME(time_of(&t), 60000);
  CHECK_TEXT(t.text, "OPEN RESOLVE ERROR CLOSE ");
  CHECK_TEXT(t.error, "MG_IO_TIMEOUT");
  CHECK_INT(stats_of(&mgr).timeout_io, 1);

  // Set for one that is under way.
  attempt(&t, url);
  pass(&mgr, 20000);
  set_option(&mgr, "io_timeout_ms", "30000");
  CHECK_TIME(time_of(&t), 10000);
  CHECK_INT(stats_of(&mgr).timeout_io, 2);
  set_option(&mgr, "io_timeout_ms", "0");
  attempt(&t, url);
  pass(&mgr, 200000);
  CHECK_TEXT(t.text, "OPEN RESOLVE ");
  set_option(&mgr, "io_timeout_ms", NULL);
  poll_times(&mgr, 3);
  CHECK_TEXT(t.error, "MG_IO_TIMEOUT");
  CHECK_INT(stats_of(&mgr).timeout_io, 3);

  // A name server that says nothing.
  mgr.dnstimeout = 5000;
  attempt(&other, "tcp://lamp.example:7");
  CHECK_INT(stats_of(&mgr).now_connecting, 1);
  CHECK_TIME(time_of(&other), 5000);
  CHECK_TEXT(other.error, "DNS timeout");
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_io, 3);
  CHECK_INT(timeouts(&s), 3);
  CHECK_INT(s.now_connecting, 0);
  mg_mgr_free(&mgr);
  for (int i = 0; i < 4; i++) close(fillers[i]);
  close(fd), close(p.fd);
  return test_result();
}
