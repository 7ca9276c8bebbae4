// Chapter 03, 40: a large file arrives whole, slowly read too, and requests behind it are answered
// afterwards; the program's c->data stays as it is (section 3.12, 39), and the file is closed.
#include "files_dir.h"

static struct mg_http_serve_opts opts;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) memset(c->data, 'd', sizeof(c->data));
  files_serve(c, ev, ev_data);
  if (ev == MG_EV_WRITE) CHECK_INT(c->data[sizeof(c->data) - 1], 'd');
}

int main(void) {
  enum { SIZE = 3000001 };
  struct mg_connection *listener = peer_serve(on_event, &opts);
  char *data = (char *)malloc(SIZE);
  for (size_t i = 0; i < SIZE; i++) data[i] = (char)(i * 31 + i / 1000);
  files_make_n("large.bin", data, SIZE);
  files_make("small.txt", "small");
  struct peer p;
  peer_open(&p, listener);
  int before = files_open_count();
  peer_say(
      &p,
      "GET /large.bin HTTP/1.1\r\n\r\nGET /small.txt HTTP/1.1\r\n\r\n"
      "GET /large.bin HTTP/1.1\r\nRange: bytes=1000-2000999\r\n\r\nGET /none HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 100; i++) mg_mgr_poll(&peer_mgr, 0);  // the peer does not read yet
  struct answer a = peer_answer(&p, true);
  CHECK_INT(a.body_len, SIZE);
  CHECK(a.body_len == SIZE && memcmp(a.body, data, SIZE) == 0);
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_BODY(a, "small");
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 206);
  CHECK(a.body_len == 2000000 && memcmp(a.body, data + 1000, 2000000) == 0);
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 404);
  CHECK_INT(files_open_count(), before + 1);  // the accepted connection
  peer_close(&p);

  // A peer that goes away in the middle: the file is closed as well.
  peer_open(&p, listener);
  peer_say(&p, "GET /large.bin HTTP/1.1\r\n\r\n");
  CHECK(peer_wait(&p, 10));
  peer_close(&p);
  peer_settle(NULL);
  while (files_open_count() >= before) peer_step(NULL);
  CHECK_INT(files_open_count(), before - 1);  // without the client's socket of the first part
  free(data);
  peer_end();
  return test_result();
}
