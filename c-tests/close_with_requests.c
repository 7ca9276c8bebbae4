// Requests that waited behind a response are reported when the connection closes. What they begin
// ends at once: lines of the access log, files being sent, uploads.
#include <dirent.h>

#include "files_dir.h"
#include "guarded.h"

enum { BIG = 16 << 20 };

static struct mg_mgr mgr;
static int reported, ended_uploads;

static void on_uploaded(struct mg_connection *c, const char *error) {
  ended_uploads++;
  (void)c, (void)error;
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  static char filler[BIG];
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && mg_match(hm->uri, mg_str("/upload"), NULL)) {
    mg_http_start_upload(c, hm, mg_str("new"), mg_str(files_path("")), &mg_fs_posix, on_uploaded);
    reported++;
  }
  if (ev != MG_EV_HTTP_MSG) return;
  reported++;
  if (mg_match(hm->uri, mg_str("/big"), NULL)) {
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BIG);
    mg_send(c, filler, BIG);
    c->is_resp = 0;
  } else {
    struct mg_http_serve_opts opts = {.root_dir = files_path("")};
    mg_http_serve_dir(c, hm, &opts);
  }
}

static int descriptors(void) {
  int count = 0;
  DIR *dir = opendir("/proc/self/fd");
  while (dir != NULL && readdir(dir) != NULL) count++;
  if (dir != NULL) closedir(dir);
  return count;
}

// A peer that sends `request` behind one whose answer it does not read, and resets the connection.
static void leave_behind(struct mg_connection *l, const char *request) {
  struct linger reset = {1, 0};
  int before = descriptors(), small = 4096, fd = plain_connect(l), was_reported;
  CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
  plain_write(fd, "GET /big HTTP/1.1\r\n\r\n");
  POLL_UNTIL(&mgr, stats_of(&mgr).now_sending == 1);
  was_reported = reported;
  plain_write(fd, request);
  poll_times(&mgr, 5);
  CHECK_INT(reported, was_reported);
  CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK_INT(reported, was_reported + 1);
  CHECK_INT(descriptors(), before);
}

int main(void) {
  static char big_file[BIG];
  struct mg_connection *l;
  files_make_n("file", big_file, BIG);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  set_option(&mgr, "access_log_file", files_path("log"));
  leave_behind(l, "GET /none HTTP/1.1\r\n\r\n");
  CHECK(strstr(files_content("log"), "\"GET /none HTTP/1.1\" 404 ") != NULL);
  leave_behind(l, "GET /file HTTP/1.1\r\n\r\n");
  CHECK(strstr(files_content("log"), "\"GET /file HTTP/1.1\" 200 ") != NULL);
  leave_behind(l, "GET /big?again HTTP/1.1\r\n\r\n");
  CHECK(strstr(files_content("log"), "\"GET /big?again HTTP/1.1\" ") != NULL);
  leave_behind(l, "POST /upload HTTP/1.1\r\nContent-Length: 100000\r\n\r\nabc");
  CHECK(strstr(files_content("log"), "\"POST /upload HTTP/1.1\" ") != NULL);
  CHECK_INT(ended_uploads, 1);
  mg_mgr_free(&mgr);
  return test_result();
}
