// Chapter 03, 41-43, 45, 50: HEAD, etags, ranges, compressed variants, missing files.
#include "files_dir.h"

static struct mg_http_serve_opts opts;
static struct mg_connection *listener;

// Asks for a target with more header lines; checks status and body.
static struct answer ask(struct peer *p, const char *method, const char *uri, const char *headers) {
  char request[500];
  mg_snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\n%s\r\n", method, uri, headers);
  return peer_ask(p, listener, request);
}

static void heads(void) {
  struct peer p;
  struct stat st;
  char etag[100], line[200], want[500];
  stat(files_path("ten.html"), &st);
  mg_snprintf(etag, sizeof(etag), "\"%lld.10\"", (long long)st.st_mtime);
  mg_snprintf(want, sizeof(want),
              "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nEtag: %s\r\n"
              "Content-Length: 10\r\nX: y\r\n\r\n",
              etag);
  struct answer a = ask(&p, "GET", "/ten.html", "");
  CHECK_BYTES(a.head, a.head_len, want, strlen(want));
  CHECK_BODY(a, "0123456789");
  peer_close(&p);

  a = ask(&p, "HEAD", "/ten.html", "");
  CHECK_BYTES(a.head, a.head_len, want, strlen(want));
  peer_settle(&p);
  CHECK_INT(p.len, a.head_len);
  peer_drop(&p, p.len);
  peer_say(&p, "GET /ten.html HTTP/1.1\r\n\r\n");  // the connection is usable
  a = peer_answer(&p, true);
  CHECK_BODY(a, "0123456789");
  peer_close(&p);

  mg_snprintf(line, sizeof(line), "If-None-Match: %s\r\n", etag);
  a = ask(&p, "GET", "/ten.html", line);
  CHECK_INT(a.status, 304);
  CHECK_LINE(a, "X: y");
  CHECK_BODY(a, "");
  CHECK(strstr(a.head, "Etag") == NULL);
  peer_close(&p);
  static const char *const other[] = {"*", "\"1.10\"", "W/\"1.10\""};
  for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
    mg_snprintf(line, sizeof(line), "If-None-Match: %s\r\n", other[i]);
    a = ask(&p, "GET", "/ten.html", line);
    CHECK_INT(a.status, 200);
    peer_close(&p);
  }
  a = ask(&p, "DELETE", "/ten.html", "");  // methods are not looked at
  CHECK_BODY(a, "0123456789");
  peer_close(&p);
}

static void ranges(void) {
  static const struct {
    const char *range;
    int status;
    const char *body, *content_range;
  } rows[] = {
      {"bytes=0-3", 206, "0123", "Content-Range: bytes 0-3/10"},
      {"bytes=9-9", 206, "9", "Content-Range: bytes 9-9/10"},
      {"bytes=4-", 206, "456789", "Content-Range: bytes 4-9/10"},
      {"bytes= 2 - 5 ", 206, "2345", "Content-Range: bytes 2-5/10"},
      {"bytes=0-9", 206, "0123456789", "Content-Range: bytes 0-9/10"},
      {"bytes=0-10", 416, "", "Content-Range: bytes */10"},
      {"bytes=10-", 416, "", "Content-Range: bytes */10"},
      {"bytes=5-2", 416, "", "Content-Range: bytes */10"},
      {"bytes=18446744073709551615-", 416, "", "Content-Range: bytes */10"},
      {"bytes=x-y", 200, "0123456789", NULL},
      {"bytes=", 200, "0123456789", NULL},
      {"items=0-3", 200, "0123456789", NULL},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char line[100];
    struct peer p;
    mg_snprintf(line, sizeof(line), "Range: %s\r\n", rows[i].range);
    for (int head = 0; head <= 1; head++) {
      struct answer a = ask(&p, head ? "HEAD" : "GET", "/ten.html", line);
      test_check_int(__FILE__, __LINE__, rows[i].range, a.status, rows[i].status);
      if (!head) {
        test_check_bytes(__FILE__, __LINE__, rows[i].range, a.body, a.body_len, rows[i].body,
                         strlen(rows[i].body));
      }
      test_check_int(__FILE__, __LINE__, rows[i].range, peer_length(a.head, a.head_len),
                     (long long)strlen(rows[i].body));
      test_check_int(__FILE__, __LINE__, rows[i].range,
                     rows[i].content_range == NULL ? strstr(a.head, "Content-Range") == NULL
                                                   : answer_has(&a, rows[i].content_range),
                     true);
      peer_close(&p);
    }
  }
  struct peer p;
  struct answer a = ask(&p, "GET", "/empty.txt", "Range: bytes=0-\r\n");
  CHECK_INT(a.status, 416);
  CHECK_LINE(a, "Content-Range: bytes */0");
  peer_close(&p);
  a = ask(&p, "GET", "/empty.txt", "");
  CHECK_INT(a.status, 200);
  CHECK_BODY(a, "");
  peer_close(&p);
}

static void compressed(void) {
  static const struct {
    const char *uri, *accept, *body;
    bool gzip;
  } rows[] = {
      {"/z.css", "", "plain", false},
      {"/z.css", "Accept-Encoding: br\r\n", "plain", false},
      {"/z.css", "Accept-Encoding: GZIP\r\n", "plain", false},
      {"/z.css", "Accept-Encoding: gzip\r\n", "zipped", true},
      {"/z.css", "Accept-Encoding: br, gzip;q=0.5, *\r\n", "zipped", true},
      {"/z.css", "Accept-Encoding: gzip\r\nRange: bytes=1-2\r\n", "ip", true},
      {"/only.css", "Accept-Encoding: gzip\r\n", "only zipped", true},
      {"/ten.html", "Accept-Encoding: gzip\r\n", "0123456789", false},
  };
  struct peer p;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct answer a = ask(&p, "GET", rows[i].uri, rows[i].accept);
    test_check_bytes(__FILE__, __LINE__, rows[i].accept, a.body, a.body_len, rows[i].body,
                     strlen(rows[i].body));
    CHECK_INT(answer_has(&a, "Content-Encoding: gzip"), rows[i].gzip);
    if (rows[i].uri[1] != 't') CHECK_LINE(a, "Content-Type: text/css; charset=utf-8");
    peer_close(&p);
  }
  struct answer a = ask(&p, "GET", "/only.css", "");
  CHECK_INT(a.status, 404);
  peer_close(&p);
}

static void missing(void) {
  struct peer p;
  struct answer a = ask(&p, "GET", "/none", "");
  static const char want[] =
      "HTTP/1.1 404 Not Found\r\nX: y\r\nContent-Length: 10         \r\n\r\nNot found\n";
  CHECK_BYTES(p.buf, p.len, want, strlen(want));
  CHECK_INT(a.status, 404);
  peer_close(&p);
  char page[1000];
  mg_snprintf(page, sizeof(page), "%s", files_path("sorry.json"));
  opts.page404 = page;
  a = ask(&p, "GET", "/none.css", "");
  CHECK_INT(a.status, 200);
  CHECK_LINE(a, "Content-Type: application/json");
  CHECK_BODY(a, "{}");
  peer_close(&p);
  opts.page404 = "/none/either";
  a = ask(&p, "GET", "/none", "");
  CHECK_INT(a.status, 404);
  CHECK_BODY(a, "Not found\n");
  peer_close(&p);
  opts.page404 = NULL;
}

int main(void) {
  files_make("ten.html", "0123456789");
  files_make("empty.txt", "");
  files_make("z.css", "plain");
  files_make("z.css.gz", "zipped");
  files_make("only.css.gz", "only zipped");
  files_make("sorry.json", "{}");
  opts.extra_headers = "X: y\r\n";
  listener = peer_serve(files_serve, &opts);
  heads();
  ranges();
  compressed();
  missing();
  peer_end();
  return test_result();
}
