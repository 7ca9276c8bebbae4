// Uploads and downloads that are slow, and go on, outlive every default deadline by far (chapter
// 08, checklist 9).
#include "clock.h"
#include "guarded.h"

enum { STEP_MS = 2000, SECONDS = 760, RATE = 300, BODY = RATE * SECONDS, BIG = 20 << 20 };

// What a download takes per step: so little that the kernel has no room for more for minutes.
enum { PIECE = 20000 };

static struct mg_mgr mgr;
static char *text;
static size_t consumed;

static void on_upload(struct mg_connection *c, const char *error) {
  CHECK_TEXT(error, NULL);
  mg_http_reply(c, 200, "", "stored\n");
}

// "/stored" goes to a file, "/piecewise" is consumed as it comes, others are taken whole.
static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/stored"), NULL)) {
    mg_http_start_upload(c, hm, mg_str("slow.bin"), mg_str(getenv("TEST_DIR")), &mg_fs_posix,
                         on_upload);
  } else if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/piecewise"), NULL)) {
    c->pfn = NULL;
    mg_iobuf_del(&c->recv, 0, hm->head.len);
    consumed = c->recv.len;
    c->recv.len = 0;
  } else if (ev == MG_EV_READ && c->pfn == NULL) {
    consumed += c->recv.len;
    c->recv.len = 0;
    if (consumed == BODY) mg_http_reply(c, 200, "", "consumed\n");
  } else if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/big"), NULL)) {
    mg_http_reply(c, 200, "", "%.*s", BIG, text);
  } else if (ev == MG_EV_HTTP_MSG) {
    CHECK_INT(hm->body.len, BODY);
    mg_http_reply(c, 200, "", "taken\n");
  }
  if (ev == MG_EV_ERROR) fprintf(stderr, "%s\n", (char *)ev_data);
}

enum { WHOLE, CHUNKED, STORED, PIECEWISE, UPLOADS };

static const char *const heads[UPLOADS] = {
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 228000\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /stored HTTP/1.1\r\nHost: a\r\nContent-Length: 228000\r\n\r\n",
    "POST /piecewise HTTP/1.1\r\nHost: a\r\nContent-Length: 228000\r\n\r\n",
};
static const char *const answers[UPLOADS] = {"taken", "taken", "stored", "consumed"};

// One piece of 600 bytes.
static void go_on(int fd, bool is_chunked) {
  if (is_chunked) plain_write(fd, "258\r\n");
  CHECK_INT(send(fd, text, RATE * STEP_MS / 1000, MSG_NOSIGNAL), RATE * STEP_MS / 1000);
  if (is_chunked) plain_write(fd, "\r\n");
}

// Takes some of a download; how much.
static size_t take(int fd, size_t len) {
  static char buf[1 << 16];
  long n = (long)recv(fd, buf, len, MSG_DONTWAIT);
  return n > 0 ? (size_t)n : 0;
}

int main(void) {
  struct mg_connection *l;
  int fds[UPLOADS], big;
  size_t taken = 0;
  struct mg_stats s;
  text = (char *)malloc(BIG + 1);
  memset(text, 'x', BIG);
  text[BIG] = '\0';
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  for (int i = 0; i < UPLOADS; i++) fds[i] = plain_connect(l), plain_write(fds[i], heads[i]);
  big = plain_connect(l);
  plain_write(big, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  poll_times(&mgr, 5);
  for (int ms = 0; ms < SECONDS * 1000; ms += STEP_MS) {
    for (int i = 0; i < UPLOADS; i++) go_on(fds[i], i == CHUNKED);
    taken += take(big, PIECE);
    poll_times(&mgr, 3);
    push_clock(STEP_MS);
    if (ms == 20000) {
      s = stats_of(&mgr);
      CHECK_INT(s.now_reading_body, 3);
      CHECK_INT(s.now_sending, 1);
      CHECK_INT(s.now_other, 1);
    }
  }
  plain_write(fds[CHUNKED], "0\r\n\r\n");
  for (int i = 0; i < UPLOADS; i++) {
    const char *got = answer(&mgr, fds[i], 5000);
    CHECK(got != NULL && strstr(got, answers[i]) != NULL);
    if (got == NULL || *got == '\0') fprintf(stderr, "no answer: %s\n", answers[i]);
  }
  s = stats_of(&mgr);
  CHECK_INT(s.closed, 0);
  CHECK(taken > 7000000 && taken < BIG);
  POLL_UNTIL(&mgr, (taken += take(big, 1 << 16)) >= BIG);
  poll_times(&mgr, 3);
  CHECK_INT(stats_of(&mgr).closed, 0);
  CHECK_INT(stats_of(&mgr).now_sending, 0);
  for (int i = 0; i < UPLOADS; i++) close(fds[i]);
  close(big);
  mg_mgr_free(&mgr);
  free(text);
  return test_result();
}
