// max_send_size: beyond it everything that appends output fails as if memory had run out (chapter
// 08, 8.3 sizes; checklist 15).
// History: 7.22-send-buffer | what the program sends has a limit, too
#include "guarded.h"

static struct mg_mgr mgr;
static char big[5000];

// A connection of the program's own manager whose peer takes nothing meanwhile, with `len` bytes
// queued.
struct end {
  struct mg_connection *c;
  struct trace t;
  int fds[2];
};

static void open_end(struct end *e, size_t len) {
  memset(e, 0, sizeof(*e));
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, e->fds), 0);
  e->c = mg_wrapfd(&mgr, e->fds[0], record, &e->t);
  CHECK(mg_send(e->c, big, len));
  CHECK_INT(e->c->send.len, len);
}

// It was refused: nothing was queued, the program was told, and the connection closes.
static void check_refused(struct end *e, size_t len) {
  CHECK_INT(e->c->send.len, len);
  CHECK(strstr(e->t.text, "ERROR") != NULL);
  CHECK_INT(e->c->is_closing, 1);
  mg_mgr_poll(&mgr, 0);
  CHECK(strstr(e->t.text, "CLOSE") != NULL);
  close(e->fds[1]);
}

static void senders(void) {
  struct end e;
  struct mg_mqtt_opts opts;
  memset(&opts, 0, sizeof(opts));
  opts.topic = mg_str("t");
  opts.message = mg_str_n(big, 100);

  open_end(&e, 1000);
  CHECK(!mg_send(e.c, big, 1));
  check_refused(&e, 1000);

  open_end(&e, 990);
  CHECK_INT(mg_printf(e.c, "%s", "0123456789"), 10);
  CHECK_INT(mg_printf(e.c, "%s", "0"), 0);
  check_refused(&e, 1000);

  open_end(&e, 0);
  CHECK_INT(mg_printf(e.c, "%.*s", 1001, big), 0);
  check_refused(&e, 0);

  open_end(&e, 950);
  CHECK_INT(mg_ws_send(e.c, big, 100, WEBSOCKET_OP_TEXT), 0);
  check_refused(&e, 950);

  open_end(&e, 950);
  CHECK_INT(mg_ws_printf(e.c, WEBSOCKET_OP_TEXT, "%.*s", 100, big), 0);
  check_refused(&e, 950);

  open_end(&e, 950);
  mg_mqtt_pub(e.c, &opts);
  check_refused(&e, 950);

  open_end(&e, 800);
  mg_http_reply(e.c, 200, "", "%.*s", 300, big);
  check_refused(&e, 800);

  open_end(&e, 950);
  mg_http_printf_chunk(e.c, "%.*s", 100, big);
  check_refused(&e, 950);

  open_end(&e, 950);
  mg_http_write_chunk(e.c, big, 100);
  check_refused(&e, 950);
}

static char error[50];

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ERROR) snprintf(error, sizeof(error), "%s", (char *)ev_data);
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "%.*s", 2000, big);
  if (ev == MG_EV_HTTP_MSG) CHECK_INT(c->send.len, 0);
}

// What fits is not affected; 0 switches the limit off; the buffers of the sum are those of all.
int main(void) {
  struct mg_connection *l;
  struct end e;
  int fd;
  mg_log_set(MG_LL_NONE);
  memset(big, 'x', sizeof(big) - 1);
  mg_mgr_init(&mgr);
  set_option(&mgr, "max_send_size", "1000");
  senders();
  l = http_listener(&mgr, serve);
  fd = plain_connect(l);
  plain_write(fd, GET);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  CHECK(error[0] != '\0');
  close(fd);

  set_option(&mgr, "max_send_size", "0");
  open_end(&e, 1000);
  CHECK(mg_send(e.c, big, 4000));
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(e.t.error, "");
  CHECK_INT(e.t.written, 5000);
  close(e.fds[1]);
  mg_mgr_free(&mgr);
  return test_result();
}
