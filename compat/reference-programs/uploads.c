// Bodies that go to files and to the firmware updater.
#include "exchange.h"

static int outcomes;

static void finish(struct mg_connection *c, const char *error) {
  outcomes++;
  mg_http_reply(c, error == NULL ? 200 : 500, "", "%s", error == NULL ? "stored" : error);
  c->is_draining = 1;
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/file"), NULL)) {
    mg_http_start_upload(c, hm, mg_str("up.txt"), mg_str("dir"), &mg_fs_posix, finish);
  } else if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/firmware"), NULL)) {
    mg_http_start_ota(c, hm, finish);
  } else if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/piece"), NULL)) {
    CHECK_INT(mg_http_upload(c, hm, &mg_fs_posix, "dir", 100), 3);
  }
}

static void check_file(const char *path, const char *want) {
  struct mg_str text = mg_file_read(&mg_fs_posix, path);
  CHECK_STR(text, want);
  mg_free(text.buf);
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  CHECK(mg_fs_posix.mkd("dir"));
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", serve, NULL);
  ANSWER(listener, "POST /file HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 200, "stored");
  check_file("dir/up.txt", "hello");
  ANSWER(listener, "POST /firmware HTTP/1.1\r\nContent-Length: 5\r\n\r\nimage", 200, "stored");
  CHECK_INT(outcomes, 2);
  ANSWER(listener, "POST /piece?file=p.txt&offset=0 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 200,
         "3");
  check_file("dir/p.txt", "abc");
  mg_mgr_free(&mgr);
  return test_result();
}
