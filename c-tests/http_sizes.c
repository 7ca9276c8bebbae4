// Limits of HTTP requests (chapter 08, checklist 6, 7 and 13).
// History: 7.22-header-count | too many headers get 431
// History: header overflow | 431, 414 and 413 at the limits
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static size_t body_len, taken;
static int heads, messages;

static void handle(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS) heads++;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/take"), NULL)) {
    taken = c->recv.len, c->recv.len = 0;  // the program reads the body by itself
  }
  if (ev == MG_EV_READ && c->pfn == NULL) taken += c->recv.len, c->recv.len = 0;
  if (ev != MG_EV_HTTP_MSG) return;
  messages++, body_len = hm->body.len;
  mg_http_reply(c, 200, "", "ok\n");
}

static void check_status(const char *request, int status) {
  int got = status_in(ask(&mgr, l, request));
  test_check_int(__FILE__, __LINE__, request, got, status);
}

// A request whose head has exactly this many bytes; less its last line if it is unfinished.
static const char *head_of(size_t len, bool finished) {
  static char text[70000];
  size_t n = (size_t)sprintf(text, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
  memset(text + n, 'x', len - n - 4);
  strcpy(text + len - 4, finished ? "\r\n\r\n" : "xxxx");
  return text;
}

static void header_block(void) {
  int fd = plain_connect(l);
  const char *text;
  check_status(head_of(16384, true), 200);
  check_status(head_of(16385, true), 431);
  check_status(head_of(16385, false), 431);
  set_option(&mgr, "max_header_size", "1k");
  check_status(head_of(1024, true), 200);
  check_status(head_of(1025, true), 431);
  // Unfinished, and a piece at a time: refused with the byte that is too many.
  text = head_of(1025, false);
  for (size_t i = 0; i < 1024; i += 64) {
    CHECK_INT(send(fd, text + i, 64, MSG_NOSIGNAL), 64);
    CHECK(is_waiting(&mgr, fd));
  }
  plain_write(fd, "x");
  text = answer(&mgr, fd, 5000);
  CHECK_INT(status_in(text), 431);
  check_has(text, "\r\nConnection: close\r\n");
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  set_option(&mgr, "max_header_size", "0");
  check_status(head_of(60000, true), 200);
  set_option(&mgr, "max_header_size", NULL);
  CHECK_INT(stats_of(&mgr).rejected_431, 4);
}

static void target(void) {
  char request[300];
  set_option(&mgr, "max_uri_size", "100");
  sprintf(request, "GET /%099d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
  check_status(request, 200);
  sprintf(request, "GET /%0100d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
  check_status(request, 414);
  sprintf(request, "GET /%0150d", 0);
  check_status(request, 414);
  set_option(&mgr, "max_uri_size", NULL);
  CHECK_INT(stats_of(&mgr).rejected_414, 2);
}

// The field that frames the message comes last, behind more than are listed.
static void header_count(void) {
  for (int n = 98; n <= 101; n++) {
    char request[3000];
    size_t len = (size_t)sprintf(request, "POST / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < n - 2; i++) len += (size_t)sprintf(request + len, "X%d: y\r\n", i);
    sprintf(request + len, "Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    body_len = 0, messages = 0;
    check_status(request, n <= 100 ? 200 : 431);
    CHECK_INT(messages, n <= 100 ? 2 : 0);
  }
  {
    int fd = plain_connect(l);
    char request[3000] = "POST / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 90; i++) strcat(request, "X: y\r\n");
    strcat(request, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    check_request(&mgr, fd, request, OK);
    CHECK_INT(body_len, 3);
    close(fd);
  }
}

static void body(void) {
  int fd;
  // The default: a program may take the body over first.
  heads = messages = 0;
  check_status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145729\r\n\r\n", 413);
  CHECK_INT(heads, 1);
  fd = plain_connect(l);
  plain_write(fd, "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
  POLL_UNTIL(&mgr, taken > 0);
  taken = 0;
  plain_write(fd, "0123456789");
  POLL_UNTIL(&mgr, taken == 10);
  CHECK(is_waiting(&mgr, fd));
  close(fd);
  // Set explicitly: nobody is asked.
  set_option(&mgr, "max_body_size", "1000");
  heads = 0;
  check_status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413);
  check_status("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413);
  CHECK_INT(heads + messages, 0);
  fd = plain_connect(l);
  plain_write(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  CHECK(is_waiting(&mgr, fd));
  close(fd);
}

static void chunks(void) {
  char chunk[700];
  int fd = plain_connect(l);
  sprintf(chunk, "1f4\r\n%0500d\r\n", 0);
  plain_write(fd, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  plain_write(fd, chunk), plain_write(fd, chunk);
  CHECK(is_waiting(&mgr, fd));
  check_request(&mgr, fd, "0\r\n\r\n", OK);
  CHECK_INT(body_len, 1000);
  plain_write(fd, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  plain_write(fd, chunk), plain_write(fd, chunk);
  CHECK(is_waiting(&mgr, fd));
  check_request(&mgr, fd, "1\r\n0\r\n", "HTTP/1.1 413 ");
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  set_option(&mgr, "max_body_size", NULL);
  CHECK_INT(stats_of(&mgr).rejected_413, 4);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, handle);
  header_block();
  target();
  header_count();
  body();
  chunks();
  mg_mgr_free(&mgr);
  return test_result();
}
