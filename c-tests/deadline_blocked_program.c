// A program that was busy for longer than every deadline does not punish its peers for it: what
// they sent in time counts (chapter 08, rules of the head).
#include "clock.h"
#include "guarded.h"

enum { BUSY_MS = 100000 };

static struct mg_mgr mgr;
static char *big;
static bool is_connected;
static size_t taken;

// The handler of "/busy" takes long.
static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/busy"), NULL)) push_clock(BUSY_MS);
  mg_http_reply(c, 200, "", "%s\n", mg_match(hm->uri, mg_str("/big"), NULL) ? big : "ok");
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) is_connected = true;
  CHECK(ev != MG_EV_ERROR);
  (void)c, (void)ev_data;
}

// Takes all that has come of a download.
static void take(int fd) {
  static char buf[1 << 16];
  for (long n; (n = plain_recv_now(fd, buf, sizeof(buf))) > 0;) taken += (size_t)n;
}

static void check_ok(int fd) {
  const char *text = answer(&mgr, fd, 5000);
  CHECK(text != NULL && strncmp(text, OK, strlen(OK)) == 0);
}

int main(void) {
  enum { BIG = 20 << 20 };
  struct mg_connection *l;
  int fresh, part, idle, body, reader, busy, late;
  struct mg_stats s;
  big = (char *)malloc(BIG + 1);
  memset(big, 'x', BIG);
  big[BIG] = '\0';
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  fresh = plain_connect(l);
  part = plain_connect(l), plain_write(part, "GET / HT");
  idle = plain_connect(l), check_request(&mgr, idle, GET, OK);
  body = plain_connect(l), plain_write(body, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n");
  reader = plain_connect(l), plain_write(reader, "GET /big HTTP/1.1\r\n\r\n");
  busy = plain_connect(l);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1 && stats_of(&mgr).now_reading_body == 1 &&
                       stats_of(&mgr).now_reading_header == 3);

  // They all wait for the program, which is in a handler; then somebody comes in, late.
  plain_write(busy, "GET /busy HTTP/1.1\r\n\r\n");
  plain_write(fresh, GET);
  plain_write(part, "TP/1.1\r\n\r\n");
  plain_write(idle, GET);
  plain_write(body, "abc");
  take(reader);
  late = plain_connect(l);
  for (int i = 0; i < 5; i++) check_ok((int[]){busy, fresh, part, idle, body}[i]);
  check_request(&mgr, late, GET, OK);

  // And again, while it is away from its loop.
  CHECK(mg_connect(&mgr, url_to("tcp", l), on_client, NULL) != NULL);
  plain_write(fresh, GET), plain_write(part, GET), plain_write(idle, GET), plain_write(body, GET);
  take(reader);
  push_clock(BUSY_MS);
  for (int i = 0; i < 4; i++) check_ok((int[]){fresh, part, idle, body}[i]);
  CHECK(is_connected);
  POLL_UNTIL(&mgr, (take(reader), taken) >= BIG);
  // The two that were idle all the time are over; nobody else was closed.
  s = stats_of(&mgr);
  CHECK_INT(s.timeout_io + s.timeout_header + s.timeout_body + s.rejected_408, 0);
  CHECK_INT(s.timeout_keep_alive, 2);
  CHECK_INT(s.closed, 2);
  close(fresh), close(part), close(idle), close(body), close(reader), close(busy), close(late);
  mg_mgr_free(&mgr);
  free(big);
  return test_result();
}
