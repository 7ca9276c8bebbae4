// Chapter 03, 46, 47: redirects, index files, listings. Names and targets are
// escaped. Section 3.12, 40, 41.
// History: CVE-2026-73254 | names are escaped in text and encoded in links
// History: CVE-2026-73259 | the target is escaped in title and heading
#include "files_dir.h"

static struct mg_http_serve_opts opts;
static struct mg_connection *listener;

static struct answer get(struct peer *p, const char *uri, const char *headers) {
  char request[500];
  mg_snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n%s\r\n", uri, headers);
  return peer_ask(p, listener, request);
}

static void redirects(void) {
  static const char *const rows[][2] = {{"/sub", "/sub/"},
                                        {"/sub?x=y", "/sub/"},
                                        {"/s%75b", "/s%75b/"},
                                        {"//sub", "/sub/"},
                                        {"///sub", "/sub/"}};
  struct peer p;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char want[300];
    mg_snprintf(want, sizeof(want),
                "HTTP/1.1 301 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", rows[i][1]);
    get(&p, rows[i][0], "");
    test_check_text(__FILE__, __LINE__, rows[i][0], p.buf, want);
    CHECK(!p.closed);
    peer_close(&p);
  }
}

static void indexes(void) {
  static const struct {
    const char *uri, *headers, *body;
  } rows[] = {
      {"/both/", "", "html"},
      {"/shtml/", "", "shtml"},
      {"/zip/", "Accept-Encoding: gzip\r\n", "zipped"},
      {"/zip/", "", "Not found\n"},
  };
  struct peer p;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct answer a = get(&p, rows[i].uri, rows[i].headers);
    test_check_bytes(__FILE__, __LINE__, rows[i].uri, a.body, a.body_len, rows[i].body,
                     strlen(rows[i].body));
    peer_close(&p);
  }
}

// True if the body of the answer has `text`.
static bool has(const struct answer *a, const char *text) {
  return a->body != NULL && strstr(a->body, text) != NULL;
}

static void listings(void) {
  struct peer p;
  char row[300];
  struct stat st;
  struct answer a = get(&p, "/sub/", "");
  CHECK_INT(a.status, 200);
  CHECK_LINE(a, "Content-Type: text/html; charset=utf-8");
  CHECK_LINE(a, "X: y");
  CHECK(strstr(a.head, "\r\nContent-Length: ") != NULL);
  CHECK_INT(p.len, a.head_len + a.body_len);
  CHECK(has(&a, "<title>Index of /sub/</title>"));
  CHECK(has(&a, ">Index of /sub/</h1>"));
  CHECK(has(&a, "<a href=\"..\">..</a>"));
  CHECK(has(&a, "<a href=\"inner/\">inner/</a>"));
  CHECK(has(&a, "[DIR]"));
  CHECK(has(&a, "<a href=\"%2ehidden\">.hidden</a>") || has(&a, "<a href=\".hidden\">.hidden</a>"));
  stat(files_path("sub/a<b&c>.txt"), &st);
  mg_snprintf(row, sizeof(row),
              "  <tr><td><a href=\"a%%3cb%%26c%%3e.txt\">a&lt;b&amp;c&gt;.txt</a></td>"
              "<td name=%lld>%lld</td><td name=3>3</td></tr>\n",
              (long long)st.st_mtime, (long long)st.st_mtime);
  CHECK(has(&a, row));
  CHECK(has(&a, "href=\"a%20%22q%22'.txt\"") || has(&a, "href=\"a%20%22q%22%27.txt\""));
  CHECK(!has(&a, "<b&c>"));
  CHECK(!has(&a, "dangling"));
  CHECK(has(&a, "<a href=\"%c3%a9\">\xc3\xa9</a>"));
  peer_close(&p);

  a = get(&p, "/x%3Cscript%3E%22&/", "");
  CHECK_INT(a.status, 200);
  CHECK(has(&a, ">Index of /x&lt;script&gt;&quot;&amp;/<"));
  CHECK(!has(&a, "x<script>"));
  peer_close(&p);
  a = get(&p, "/", "");
  CHECK(has(&a, ">Index of /<"));
  peer_close(&p);
}

int main(void) {
  files_make_dir("sub");
  files_make_dir("sub/inner");
  files_make("sub/a<b&c>.txt", "abc");
  files_make("sub/a \"q\"'.txt", "");
  files_make("sub/.hidden", "");
  files_make("sub/\xc3\xa9", "");
  if (symlink("/nowhere/at/all", files_path("sub/dangling")) != 0) perror("symlink");
  files_make_dir("x<script>\"&");
  files_make_dir("both");
  files_make("both/index.html", "html");
  files_make("both/index.shtml", "shtml");
  files_make_dir("shtml");
  files_make("shtml/index.shtml", "shtml");
  files_make_dir("zip");
  files_make("zip/index.html.gz", "zipped");
  opts.extra_headers = "X: y\r\n";
  listener = peer_serve(files_serve, &opts);
  redirects();
  indexes();
  listings();
  peer_end();
  return test_result();
}
