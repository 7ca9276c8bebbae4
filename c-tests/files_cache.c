// Small files are kept in memory (file_cache_size), and nobody notices but by the speed: what was
// changed, replaced, removed or leads elsewhere by now is not served from there.
#include "files_dir.h"
#include "guarded_ask.h"

enum { LARGE = 10000 };

static struct mg_mgr mgr;
static struct mg_connection *l;
static struct mg_http_serve_opts opts;
static const char *s_file;  // served whatever is asked for, if set

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_HTTP_MSG) return;
  if (s_file != NULL)
    mg_http_serve_file(c, (struct mg_http_message *)ev_data, s_file, &opts);
  else
    mg_http_serve_dir(c, (struct mg_http_message *)ev_data, &opts);
}

static const char *get(const char *uri, const char *headers) {
  static char request[300];
  snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", uri, headers);
  return ask(&mgr, l, request);
}

static void check_body(const char *uri, const char *body) {
  CHECK_TEXT(body_in(get(uri, "")), body);
}

// A file is kept once it was not changed for a while; the second answer comes from memory.
static void warm_up(const char *uri, const char *body) {
  usleep(250000);
  check_body(uri, body);
  check_body(uri, body);
}

// Bytes that this process read so far; what was received does not count.
static long bytes_read(void) {
  char line[100];
  long n = -1;
  FILE *f = fopen("/proc/self/io", "r");
  if (f != NULL && fgets(line, sizeof(line), f) != NULL) sscanf(line, "rchar: %ld", &n);
  if (f != NULL) fclose(f);
  return n;
}

static int reads_file(void) {
  long before = bytes_read();
  CHECK_INT(status_in(get("/large", "")), 200);
  return bytes_read() - before >= LARGE;
}

static void files_are_kept(void) {
  static char large[LARGE];
  memset(large, 'l', sizeof(large));
  files_make_n("root/large", large, sizeof(large));
  if (bytes_read() < 0) return;  // There is no /proc.
  CHECK(reads_file());
  usleep(250000);
  reads_file();  // It may have been too new before.
  CHECK(!reads_file());
  set_option(&mgr, "file_cache_size", "9999");
  CHECK(reads_file() && reads_file());
  set_option(&mgr, "file_cache_size", "0");
  CHECK(reads_file() && reads_file());
  set_option(&mgr, "file_cache_size", "10000");
  CHECK(reads_file() && !reads_file());
  set_option(&mgr, "file_cache_size", NULL);
}

static void changes_are_seen(void) {
  files_make("root/a", "one");
  warm_up("/a", "one");
  files_make("root/a", "two");  // In place, of the same length.
  check_body("/a", "two");
  warm_up("/a", "two");
  files_make("root/b", "new");
  CHECK_INT(rename(files_path("root/b"), files_path("root/a")), 0);
  check_body("/a", "new");
  warm_up("/a", "new");
  unlink(files_path("root/a"));
  CHECK_INT(status_in(get("/a", "")), 404);
  files_make_dir("root/a");
  CHECK_INT(status_in(get("/a", "")), 301);
  rmdir(files_path("root/a"));
  files_make("root/a", "back");
  warm_up("/a", "back");
}

// Links that lead out of the root, in the place of the file and of its directory.
static void links_are_seen(void) {
  files_make_dir("root/d");
  files_make_dir("out");
  files_make("root/d/f", "inside");
  files_make("out/f", "secret");
  warm_up("/d/f", "inside");
  unlink(files_path("root/d/f"));
  CHECK_INT(symlink("../../out/f", files_path("root/d/f")), 0);
  CHECK_INT(status_in(get("/d/f", "")), 404);
  unlink(files_path("root/d/f"));
  files_make("root/d/f", "inside");
  warm_up("/d/f", "inside");
  CHECK_INT(rename(files_path("root/d"), files_path("root/e")), 0);
  CHECK_INT(symlink("../out", files_path("root/d")), 0);
  CHECK_INT(status_in(get("/d/f", "")), 404);
  // What one root lets through, another does not.
  set_option(&mgr, "follow_symlinks", "yes");
  warm_up("/d/f", "secret");
  set_option(&mgr, "follow_symlinks", NULL);
  CHECK_INT(status_in(get("/d/f", "")), 404);
  CHECK_INT(symlink("..", files_path("root/up")), 0);
  opts.root_dir = files_path("");
  warm_up("/root/up/out/f", "secret");
  opts.root_dir = files_path("root");
  CHECK_INT(status_in(get("/up/out/f", "")), 404);
}

// Ranges, tags and lengths are those of a file.
static void answers_are_the_same(void) {
  char tag[100] = "", headers[150];
  const char *answer, *at;
  files_make("root/g", "0123456789");
  warm_up("/g", "0123456789");
  answer = get("/g", "Range: bytes=2-4\r\n");
  check_has(answer, "HTTP/1.1 206");
  check_has(answer, "Content-Range: bytes 2-4/10\r\n");
  CHECK_TEXT(body_in(answer), "234");
  CHECK_INT(status_in(get("/g", "Range: bytes=20-\r\n")), 416);
  at = strstr(get("/g", ""), "Etag: ");
  CHECK(at != NULL && sscanf(at, "Etag: %99s", tag) == 1);
  snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", tag);
  CHECK_INT(status_in(get("/g", headers)), 304);
  answer = ask(&mgr, l, "HEAD /g HTTP/1.1\r\nHost: a\r\n\r\n");
  check_has(answer, "Content-Length: 10\r\n");
  CHECK_TEXT(body_in(answer), "");
  // Several at a time.
  answer = ask(&mgr, l,
               "GET /g HTTP/1.1\r\nHost: a\r\n\r\nGET /g HTTP/1.1\r\nHost: a\r\n\r\n"
               "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n");
  check_has(answer, "HTTP/1.1 200");
  s_file = files_path("root/g");
  check_body("/whatever", "0123456789");
  check_body("/whatever", "0123456789");
  s_file = NULL;
}

int main(void) {
  char root[1000];
  files_make_dir("root");
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  snprintf(root, sizeof(root), "%s", files_path("root"));
  opts.root_dir = root;
  files_are_kept();
  changes_are_seen();
  links_are_seen();
  opts.root_dir = root;
  answers_are_the_same();
  mg_mgr_free(&mgr);
  return test_result();
}
