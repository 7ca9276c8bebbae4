// Chapter 03, 53: mg_http_upload, every row of its table; section 3.12, 30, 43.
// History: CVE-2022-25299 | nothing is written outside of the directory
// History: CVE-2011-2900 | a name of 10 000 bytes
#include "files_dir.h"
#include "mongoose_guard.h"

static long result;
static const char *upload_dir;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_HTTP_MSG) return;
  result = mg_http_upload(c, (struct mg_http_message *)ev_data, &mg_fs_posix, upload_dir, 20);
}

static struct mg_connection *listener;

static void check(const char *query, const char *body, long want, int status, const char *text) {
  char request[9000], expected[9000];
  struct peer p;
  result = 12345;
  mg_snprintf(request, sizeof(request), "POST /?%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s", query,
              (int)strlen(body), body);
  struct answer a = peer_ask(&p, listener, request);
  mg_snprintf(expected, sizeof(expected), text, upload_dir);
  test_check_int(__FILE__, __LINE__, query, result, want);
  test_check_int(__FILE__, __LINE__, query, a.status, status);
  test_check_bytes(__FILE__, __LINE__, query, a.body, a.body_len, expected, strlen(expected));
  peer_close(&p);
}

int main(void) {
  static char query[11000];
  char dir[1000];
  files_make_dir("up");
  files_make_dir("up/sub");
  files_make_dir("up/empty");
  files_make_dir("other");
  files_make("precious", "precious");
  mg_snprintf(dir, sizeof(dir), "%s", files_path("up"));
  upload_dir = dir;
  listener = peer_serve(on_event, NULL);

  check("file=a.txt", "", 0, 200, "0");
  check("offset=0", "x", -1, 400, "file required");
  check("file=&offset=0", "x", -1, 400, "file required");
  check("file=a%4g&offset=0", "x", -1, 400, "file required");
  static const char *const bad[] = {
      "../precious", "a/../../precious", "/../precious", "..", "~/x", "a/..", "..x", "a\\..\\x"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    char text[200];
    mg_snprintf(query, sizeof(query), "file=%s&offset=0", bad[i]);
    mg_snprintf(text, sizeof(text), "%s: invalid file", bad[i]);
    check(query, "x", -2, 400, text);
  }
  check("file=a.txt&offset=-1", "x", -3, 400, "offset required");
  check("file=a.txt&offset=20", "x", -4, 400, "%s/a.txt: over max size of 20");
  check("file=a.txt", "123456789012345678901", -4, 400, "%s/a.txt: over max size of 20");
  check("file=a.txt&offset=9223372036854775807", "x", -4, 400, "%s/a.txt: over max size of 20");
  check("file=a.txt&offset=3", "x", -5, 400, "%s/a.txt: offset mismatch");
  check("file=none/a.txt", "x", -6, 400, "open(%s/none/a.txt)");
  CHECK(!files_exists("up/a.txt"));

  check("file=a.txt&offset=0", "abc", 3, 200, "3");
  check("file=a.txt&offset=0x3", "de", 5, 200, "5");
  check("file=a.txt&offset=3", "x", -5, 400, "%s/a.txt: offset mismatch");
  check("file=a.txt&offset=05", "f", 6, 200, "6");
  CHECK_TEXT(files_content("up/a.txt"), "abcdef");
  check("file=a.txt", "new", 3, 200, "3");
  CHECK_TEXT(files_content("up/a.txt"), "new");
  check("file=a.txt&offset=junk", "junk", 4, 200, "4");
  check("file=sub/b.txt", "b", 1, 200, "1");
  CHECK_TEXT(files_content("up/sub/b.txt"), "b");
  check("file=C%3Ax", "c", 1, 200, "1");
  CHECK_TEXT(files_content("up/C:x"), "c");
  check("file=/etc/x", "c", -6, 400, "open(%s//etc/x)");

  // An empty directory is not replaced by a file.
  check("file=empty", "x", -6, 400, "open(%s/empty)");
  CHECK_TEXT(files_content("up/empty"), "");
  // A link at the end of the path is not followed: not for offset 0, not for appending.
  if (symlink(files_path("precious"), files_path("up/link")) != 0) perror("symlink");
  check("file=link&offset=8", "x", -6, 400, "open(%s/link)");
  CHECK_TEXT(files_content("precious"), "precious");
  check("file=link&offset=0", "x", 1, 200, "1");
  CHECK_TEXT(files_content("precious"), "precious");
  CHECK_TEXT(files_content("up/link"), "x");

  // Nor is one in the middle of it, if it leads out of the directory.
  if (symlink("../other", files_path("up/way-out")) != 0) perror("symlink");
  check("file=way-out/x", "x", -6, 400, "open(%s/way-out/x)");
  files_make("other/kept", "kept");
  check("file=way-out/kept", "x", -6, 400, "open(%s/way-out/kept)");
  CHECK_TEXT(files_content("other/kept"), "kept");
  CHECK(!files_exists("other/x"));
  // A link that stays inside is followed.
  if (symlink("sub", files_path("up/way-in")) != 0) perror("symlink");
  check("file=way-in/c.txt", "c", 1, 200, "1");
  CHECK_TEXT(files_content("up/sub/c.txt"), "c");

  // A name of 10 000 bytes: refused by its length, by default and without that limit.
  static char request[11000];
  static const int statuses[] = {414, 400};
  memset(query + 5, 'n', 10000);
  query[10005] = '\0';
  for (int i = 0; i < 2; i++) {
    struct peer p;
    result = -1;
    mg_snprintf(request, sizeof(request), "POST /?%s HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
                query);
    struct answer a = peer_ask(&p, listener, request);
    CHECK_INT(a.status, statuses[i]);
    CHECK(result < 0);
    peer_close(&p);
    CHECK(mg_set_option(listener->mgr, "max_uri_size", "0") == NULL);
  }
  peer_end();
  return test_result();
}
