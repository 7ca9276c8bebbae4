// Chapter 03, 54: streaming a body to a file; section 3.12, 18, 25, 30, 44.
// History: CVE-2022-25299 | the same for bodies that are streamed
#include "files_dir.h"

static char name[200], outcome[200];
static int calls;
static bool drain, default_callback;

static void on_end(struct mg_connection *c, const char *error) {
  calls++;
  CHECK_PTR(c->fn_data, name);
  mg_snprintf(outcome, sizeof(outcome), "%s", error == NULL ? "ok" : error);
  mg_http_reply(c, error == NULL ? 200 : 400, "", "%s", outcome);
  if (drain) c->is_draining = 1;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/up"), NULL)) {
    if (calls == 0) {
      mg_http_start_upload(c, hm, mg_str(name), mg_str(files_path("up")), &mg_fs_posix,
                           default_callback ? NULL : on_end);
    }
  } else if (ev == MG_EV_HTTP_MSG) {
    if (mg_match(hm->uri, mg_str("/up"), NULL)) {
      c->is_resp = 0;  // answered in on_end
    } else {
      mg_http_reply(c, 200, "", "%.*s", (int)hm->uri.len, hm->uri.buf);
    }
  }
}

static void begin(struct peer *p, struct mg_connection *listener, const char *file, size_t len) {
  calls = 0;
  outcome[0] = '\0';
  mg_snprintf(name, sizeof(name), "%s", file);
  char request[300];
  mg_snprintf(request, sizeof(request), "POST /up HTTP/1.1\r\nContent-Length: %lu\r\n\r\n",
              (unsigned long)len);
  peer_open(p, listener);
  peer_say(p, request);
}

static void stored(struct mg_connection *listener) {
  enum { SIZE = 5000001 };  // more than MG_MAX_RECV_SIZE
  struct peer p;
  char *data = (char *)malloc(SIZE);
  for (size_t i = 0; i < SIZE; i++) data[i] = (char)(i * 7 + i / 512);
  begin(&p, listener, "big.bin", SIZE);
  peer_send(&p, data, SIZE);
  struct answer a = peer_answer(&p, true);
  CHECK_BODY(a, "ok");
  CHECK_INT(calls, 1);
  struct mg_str s = mg_file_read(&mg_fs_posix, files_path("up/big.bin"));
  CHECK_INT(s.len, SIZE);
  CHECK(s.len == SIZE && memcmp(s.buf, data, SIZE) == 0);
  mg_free(s.buf);

  // What follows does not go to the file, and is not kept either (25).
  peer_send(&p, data, SIZE);
  peer_settle(&p);
  CHECK(!p.closed);
  CHECK_INT(calls, 1);
  struct stat st;
  stat(files_path("up/big.bin"), &st);
  CHECK_INT(st.st_size, SIZE);
  CHECK(peer_mgr.conns->recv.len < 100000);
  peer_close(&p);
  free(data);

  // With the request behind it in the same segment, and pipelined behind others (18, 44).
  drain = true;
  calls = 0;
  mg_snprintf(name, sizeof(name), "small.txt");
  peer_open(&p, listener);
  peer_say(&p,
           "GET /first HTTP/1.1\r\n\r\nPOST /up HTTP/1.1\r\nContent-Length: 5\r\n\r\n"
           "helloGET /behind HTTP/1.1\r\n\r\n");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "/first");
  CHECK(peer_wait_closed(&p));
  CHECK_INT(calls, 1);
  CHECK_TEXT(files_content("up/small.txt"), "hello");
  peer_close(&p);

  // Appended to, as always.
  begin(&p, listener, "small.txt", 3);
  peer_say(&p, " yo");
  CHECK(peer_wait_closed(&p));
  CHECK_TEXT(files_content("up/small.txt"), "hello yo");
  peer_close(&p);

  // Nothing to store: done at once.
  begin(&p, listener, "nothing.txt", 0);
  CHECK(peer_wait_closed(&p));
  CHECK_TEXT(outcome, "ok");
  CHECK_TEXT(files_content("up/nothing.txt"), "");
  peer_close(&p);

  default_callback = true;
  begin(&p, listener, "default.txt", 2);
  peer_say(&p, "hi");
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 200);
  CHECK_BODY(a, "ok\n");
  CHECK_TEXT(files_content("up/default.txt"), "hi");
  peer_close(&p);
  default_callback = false;
}

static void refused(struct mg_connection *listener) {
  static const char *const rows[][2] = {
      {"../evil.txt", "bad name"}, {"a/../../evil.txt", "bad name"},
      {"..", "bad name"},          {"~x", "bad name"},
      {"", "open failed"},         {"none/x.txt", "open failed"},
      {"isdir", "open failed"},    {"link", "open failed"},
      {"way-out/x", "open failed"}};
  struct peer p;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    begin(&p, listener, rows[i][0], 3);
    peer_say(&p, "abc");
    CHECK(peer_wait_closed(&p));
    test_check_text(__FILE__, __LINE__, rows[i][0], outcome, rows[i][1]);
    CHECK_INT(calls, 1);
    peer_close(&p);
  }
  CHECK(!files_exists("evil.txt"));
  CHECK(!files_exists("other/x"));
  CHECK_TEXT(files_content("precious"), "precious");

  // A length that is not announced.
  calls = 0;
  mg_snprintf(name, sizeof(name), "chunked.txt");
  peer_open(&p, listener);
  peer_say(&p, "POST /up HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  CHECK(peer_wait_closed(&p));
  CHECK_INT(calls, 1);
  CHECK(strcmp(outcome, "ok") != 0 && outcome[0] != '\0');
  CHECK(!files_exists("up/chunked.txt"));
  peer_close(&p);

  begin(&p, listener, "early.txt", 5000);
  char data[2000];
  memset(data, 'e', sizeof(data));
  peer_send(&p, data, sizeof(data));
  peer_settle(&p);
  CHECK_INT(calls, 0);
  peer_close(&p);
  while (calls == 0) peer_step(NULL);
  CHECK_TEXT(outcome, "connection closed");
  CHECK_INT(strlen(files_content("up/early.txt")), 2000 / 512 * 512);
  peer_settle(NULL);
  CHECK_INT(calls, 1);
}

int main(void) {
  files_make_dir("up");
  files_make_dir("up/isdir");
  files_make_dir("other");
  files_make("precious", "precious");
  if (symlink("../other", files_path("up/way-out")) != 0) perror("symlink");
  if (symlink(files_path("precious"), files_path("up/link")) != 0) perror("symlink");
  struct mg_connection *listener = peer_serve(on_event, name);
  int before = files_open_count();
  stored(listener);
  refused(listener);
  for (int i = 0; i < 2000 && files_open_count() > before; i++) peer_step(NULL);
  CHECK_INT(files_open_count(), before);
  peer_end();
  return test_result();
}
