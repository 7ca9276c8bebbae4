// Section 3.12, 35, 37, 38: only regular files are served, one that got shorter ends the
// connection, serving twice leaks nothing.
// History: 4e8965cc | descriptors are back to what they were
#include "files_dir.h"

static char path[1000], second[1000];
static bool close_first;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (close_first) c->is_closing = 1;
  mg_http_serve_file(c, hm, path[0] == '\0' ? NULL : path, NULL);
  if (second[0] != '\0') mg_http_serve_file(c, hm, second, NULL);
}

static void status(struct mg_connection *listener, const char *name, int want) {
  struct peer p;
  mg_snprintf(path, sizeof(path), "%s", name);
  struct answer a = peer_ask(&p, listener, "GET / HTTP/1.1\r\n\r\n");
  test_check_int(__FILE__, __LINE__, name, a.status, want);
  CHECK(!p.closed);
  peer_close(&p);
}

int main(void) {
  enum { SIZE = 64 << 20 };  // more than the sockets take
  struct mg_connection *listener = peer_serve(on_event, NULL);
  struct peer p;
  files_make("big", "");
  CHECK_INT(truncate(files_path("big"), SIZE), 0);
  files_make("other", "other");
  CHECK_INT(mkfifo(files_path("fifo"), 0666), 0);
  status(listener, files_path("other"), 200);
  status(listener, files_path("fifo"), 404);
  status(listener, files_path(""), 404);  // a directory
  status(listener, "/dev/zero", 404);
  status(listener, "/dev/null", 404);
  status(listener, "", 404);  // NULL

  // The file is cut while it is sent: the peer can't take anything else for the rest.
  mg_snprintf(path, sizeof(path), "%s", files_path("big"));
  peer_open(&p, listener);
  peer_say(&p, "GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 20; i++) mg_mgr_poll(&peer_mgr, 1);  // the peer does not read
  CHECK_INT(truncate(path, 1000), 0);
  CHECK(peer_wait_closed(&p));
  CHECK(p.len < SIZE);
  CHECK(strncmp(p.buf, "HTTP/1.1 200", 12) == 0);
  CHECK(strstr(p.buf + 10, "HTTP/1.1") == NULL);
  peer_close(&p);

  // Twice for one request: the second one is sent, the first is closed.
  CHECK_INT(truncate(path, SIZE), 0);
  mg_snprintf(second, sizeof(second), "%s", files_path("big"));
  int before = files_open_count();
  peer_open(&p, listener);
  peer_say(&p, "GET / HTTP/1.1\r\n\r\n");
  CHECK(peer_wait(&p, 1000));
  CHECK_INT(files_open_count(), before + 3);  // client, server, one file
  peer_close(&p);
  while (files_open_count() > before) peer_step(NULL);
  CHECK_INT(files_open_count(), before);
  second[0] = '\0';

  close_first = true;
  peer_open(&p, listener);
  peer_say(&p, "GET / HTTP/1.1\r\n\r\n");
  CHECK(peer_wait_closed(&p));
  CHECK_INT(files_open_count(), before + 1);
  peer_close(&p);
  peer_end();
  return test_result();
}
