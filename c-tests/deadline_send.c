// A peer that does not take its response is closed with MG_EV_ERROR after io_timeout_ms, and its
// buffers are freed (chapter 08, checklist 8).
#include "deadline.h"

enum { SIZE = 16 << 20 };

static struct mg_mgr mgr;
static char *big;
static char error[50];
static int errors, closes;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/file"), NULL)) {
    struct mg_http_serve_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = getenv("TEST_DIR");
    mg_http_serve_dir(c, hm, &opts);
  } else if (ev == MG_EV_HTTP_MSG) {
    mg_http_reply(c, 200, "", "%s", big);
  } else if (ev == MG_EV_ERROR) {
    errors++;
    snprintf(error, sizeof(error), "%s", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE && c->is_accepted) {
    closes++;
  }
}

static void on_raw(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) mg_send(c, big, SIZE);
  if (ev == MG_EV_ERROR) errors++;
  (void)ev_data;
}

// The connection of `fd` waits for its peer, which does nothing, until its time is up.
static void check_silent(int fd, const char *request) {
  struct mg_stats s = stats_of(&mgr), before = s;
  uint64_t begin, ms;
  if (request != NULL) plain_write(fd, request);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1);
  poll_times(&mgr, 20);
  begin = mg_millis();  // Polls take time too, and much of it under valgrind.
  while (mg_millis() - begin < 200000 && stats_of(&mgr).now_accepted > 0) pass(&mgr, TICK_MS);
  ms = mg_millis() - begin;
  // What the two kernels still move between them at first counts as taken; pushing the clock does
  // not make them any faster.
  CHECK(ms >= 55000 && ms <= 125000);
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_io, before.timeout_io + 1);
  CHECK_INT(s.closed, before.closed + 1);
  CHECK_INT(s.now_sending, 0);
  CHECK_INT(s.recv_bytes, 0);
  CHECK_INT(s.send_bytes, 0);
  CHECK_INT(errors, s.timeout_io);
  close(fd);
}

int main(void) {
  struct mg_connection *l, *raw;
  static char buf[1 << 16];
  struct mg_stats s;
  char path[500];
  int fd;
  big = (char *)malloc(SIZE + 1);
  memset(big, 'x', SIZE);
  big[SIZE] = '\0';
  snprintf(path, sizeof(path), "%s/file", getenv("TEST_DIR"));
  CHECK(mg_file_write(&mg_fs_posix, path, big, SIZE));
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  raw = mg_listen(&mgr, "tcp://127.0.0.1:0", on_raw, NULL);

  fd = plain_connect(l);
  plain_write(fd, GET);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1);
  CHECK(stats_of(&mgr).send_bytes > SIZE / 2);
  CHECK(stats_of(&mgr).send_bytes <= stats_of(&mgr).send_bytes_max);
  check_silent(fd, NULL);
  CHECK_TEXT(error, "MG_IO_TIMEOUT");
  CHECK_INT(closes, 1);
  check_silent(plain_connect(l), "GET /file HTTP/1.1\r\n\r\n");
  CHECK_INT(closes, 2);
  check_silent(plain_connect(raw), NULL);

  // One that does take some has its time again.
  fd = plain_connect(l);
  plain_write(fd, GET);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1);
  for (int i = 0; i < 3; i++) {
    pass(&mgr, 50000);
    for (int n = 0; n < 16; n++) CHECK(plain_recv_now(fd, buf, sizeof(buf)) > 0);
    poll_times(&mgr, 5);
    CHECK_INT(stats_of(&mgr).now_sending, 1);
  }
  check_silent(fd, NULL);

  s = stats_of(&mgr);
  CHECK_INT(timeouts(&s), 4);
  CHECK_INT(s.accepted, 4);
  CHECK_INT(s.closed, 4);
  // Later output of the others is not affected; 0 switches it off.
  set_option(&mgr, "io_timeout_ms", "0");
  fd = plain_connect(l);
  plain_write(fd, GET);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1);
  pass(&mgr, 300000);
  CHECK_INT(stats_of(&mgr).now_sending, 1);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  mg_mgr_free(&mgr);
  free(big);
  return test_result();
}
