// extra_headers, hsts and error_pages: what every response gets, and what errors look like.
#include "files_dir.h"
#include "guarded.h"

static struct mg_mgr mgr;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  struct mg_http_serve_opts opts;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/reply"), NULL)) {
    mg_http_reply(c, 200, "X-Own: 1\r\n", "ok");
  } else {
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = files_path("web");
    mg_http_serve_dir(c, hm, &opts);
  }
}

static const char *ask(struct mg_connection *l, const char *request) {
  static char text[5000];
  int fd = plain_connect(l);
  const char *got;
  plain_write(fd, request);
  got = answer(&mgr, fd, 5000);
  snprintf(text, sizeof(text), "%s", got == NULL ? "(nothing)" : got);
  close(fd);
  return text;
}

static bool has(const char *text, const char *part) {
  if (strstr(text, part) == NULL) fprintf(stderr, "no %s in %s\n", part, text);
  return strstr(text, part) != NULL;
}

int main(void) {
  struct mg_connection *l;
  const char *bad = "a header line is not of the form name: value";
  files_make_dir("web");
  files_make("web/a.txt", "A");
  files_make_dir("pages");
  files_make("pages/404.html", "<p>not here");
  files_make("pages/40x.html", "<p>forty");
  files_make("pages/error.html", "<p>wrong");
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);

  CHECK(strstr(ask(l, "GET /reply HTTP/1.1\r\n\r\n"), "X-Site") == NULL);
  set_option(&mgr, "extra_headers", "X-Site: one\r\nContent-Security-Policy: default-src 'self'\n");
  set_option(&mgr, "hsts", "max-age=63072000");
  const char *const targets[] = {"/reply", "/a.txt", "/", "/missing"};
  for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
    char request[100];
    const char *text;
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n\r\n", targets[i]);
    text = ask(l, request);
    CHECK(has(text, "\r\nX-Site: one\r\n"));
    CHECK(has(text, "\r\nContent-Security-Policy: default-src 'self'\r\n"));
    CHECK(strstr(text, "Strict-Transport-Security") == NULL);  // not over TLS
  }
  CHECK(has(ask(l, "GET /reply HTTP/1.1\r\n\r\n"), "\r\nX-Own: 1\r\n"));

  // Bad lines are refused, and the good ones stay.
  CHECK_TEXT(mg_set_option(&mgr, "extra_headers", "no colon"), bad);
  CHECK_TEXT(mg_set_option(&mgr, "extra_headers", "A b: c"), bad);
  CHECK_TEXT(mg_set_option(&mgr, "extra_headers", ": c"), bad);
  CHECK(mg_set_option(&mgr, "hsts", "a\r\nb") != NULL);
  CHECK(has(ask(l, "GET /reply HTTP/1.1\r\n\r\n"), "\r\nX-Site: one\r\n"));
  set_option(&mgr, "extra_headers", NULL);
  CHECK(strstr(ask(l, "GET /reply HTTP/1.1\r\n\r\n"), "X-Site") == NULL);

  // Pages for what the guard answers: by status, by its first two digits, for all.
  set_option(&mgr, "error_pages", files_path("pages"));
  set_option(&mgr, "allowed_methods", "GET");
  CHECK(has(ask(l, "PUT /reply HTTP/1.1\r\n\r\n"), "\r\n\r\n<p>forty"));
  CHECK(has(ask(l, "PUT /reply HTTP/1.1\r\n\r\n"), "\r\nAllow: GET\r\n"));
  mg_disable_http_endpoint(&mgr, "/reply");
  CHECK(has(ask(l, "GET /reply HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 "));
  CHECK(has(ask(l, "GET /reply HTTP/1.1\r\n\r\n"), "\r\n\r\n<p>not here"));
  set_option(&mgr, "max_uri_size", "10");
  CHECK(has(ask(l, "GET /0123456789 HTTP/1.1\r\n\r\n"), "\r\n\r\n<p>wrong"));
  mg_mgr_free(&mgr);
  return test_result();
}
