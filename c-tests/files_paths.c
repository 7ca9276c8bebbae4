// Chapter 03, 48, 49, 51: what a target may reach. Section 3.12, 27-33.
// History: CVE-2009-1354 | none of 40 targets reaches another byte than those in the root
// History: CVE-2011-2900 | a path of 10 000 bytes, with GET and PUT
#include "files_dir.h"
#include "mongoose_guard.h"

static struct mg_http_serve_opts opts;
static struct mg_connection *listener;

static void check(const char *root, const char *uri, int status, const char *body) {
  static char request[20000];
  char what[200];
  struct peer p;
  opts.root_dir = root;
  mg_snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n\r\n", uri);
  mg_snprintf(what, sizeof(what), "%.100s in %.60s", uri, root == NULL ? "-" : root);
  struct answer a = peer_ask(&p, listener, request);
  test_check_int(__FILE__, __LINE__, what, a.status, status);
  test_check_bytes(__FILE__, __LINE__, what, a.body, a.body_len, body, strlen(body));
  peer_close(&p);
}

#define INVALID 400, "Invalid path"
#define MISSING 404, "Not found\n"

int main(void) {
  char root[1000], roots[3000], odd_root[1000];
  files_make("secret.txt", "secret");
  files_make_dir("web");
  files_make_dir("web/d");
  files_make("web/a.txt", "A");
  files_make("web/with space+.txt", "S");
  files_make("web/\xc3\xa9.txt", "E");
  files_make("web/.hidden", "H");
  files_make("web/..cache", "never");
  files_make("web/notes..txt", "N");
  files_make("web/d/img.txt", "in web");
  files_make_dir("pics");
  files_make("pics/img.txt", "in pics");
  mg_snprintf(root, sizeof(root), "%s", files_path("web"));
  mg_snprintf(odd_root, sizeof(odd_root), "%s", files_path("pics/../web"));
  listener = peer_serve(files_serve, &opts);
  CHECK(mg_set_option(listener->mgr, "max_uri_size", "0") == NULL);
  CHECK(mg_set_option(listener->mgr, "max_header_size", "0") == NULL);

  check(root, "/a.txt", 200, "A");
  check(root, "/a.txt?../../x", 200, "A");
  check(root, "/a.txt/", 200, "A");
  check(root, "/d/./img.txt", 200, "in web");
  check(root, "//d//img.txt", 200, "in web");
  check(root, "/%61%2etxt", 200, "A");
  check(root, "/d%2fimg.txt", 200, "in web");
  check(root, "/with%20space+.txt", 200, "S");
  check(root, "/\xc3\xa9.txt", 200, "E");
  check(root, "/%c3%A9.txt", 200, "E");
  check(root, "/.hidden", 200, "H");
  check(root, "/notes..txt", 200, "N");
  check(odd_root, "/a.txt", 200, "A");  // the program's own path is trusted

  static const char *const climbing[] = {"/..",
                                         "/../secret.txt",
                                         "/../web/a.txt",
                                         "/d/../a.txt",
                                         "/d/..",
                                         "/%2e%2e/secret.txt",
                                         "/%2E./secret.txt",
                                         "/..%2fsecret.txt",
                                         "/d%2f..%2fa",
                                         "/..%5csecret.txt",
                                         "/d\\..\\a.txt",
                                         "/..cache",
                                         "/d/...",
                                         "/%2e%2e%2fsecret.txt",
                                         "/d/%2e%2e%5ca.txt",
                                         "/../../../../../etc/passwd",
                                         "/a.txt%00",
                                         "/a.txt%00.png",
                                         "/%00",
                                         "/a%",
                                         "/a%4",
                                         "/a%4g",
                                         "/%",
                                         "//../secret.txt"};
  for (size_t i = 0; i < sizeof(climbing) / sizeof(climbing[0]); i++) {
    check(root, climbing[i], INVALID);
  }
  static const char *const nothing[] = {"/none",
                                        "/%252e%252e/secret.txt",
                                        "/a.txt::$DATA",
                                        "/a.txt.",
                                        "/a.txt%20",
                                        "*",
                                        "http://host/a.txt",
                                        "a.txt",
                                        "secret.txt",
                                        "/~",
                                        "/%2e%252e/secret.txt"};
  for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
    check(root, nothing[i], MISSING);
  }
  static char uri[12000];
  uri[0] = '/';
  memset(uri + 1, 'p', 10000);
  check(root, uri, 400, "Exceeded path size");
  memset(uri + 1, '/', 9000);
  check(root, uri, 400, "Exceeded path size");

  // With the limits that a program has by default the path is not looked at.
  CHECK(mg_set_option(listener->mgr, "max_uri_size", NULL) == NULL);
  CHECK(mg_set_option(listener->mgr, "max_header_size", NULL) == NULL);
  static char long_request[12000];
  static const char *const methods[] = {"GET", "PUT"};
  memset(uri + 1, 'p', 10000);
  for (size_t i = 0; i < 2; i++) {
    struct peer p;
    mg_snprintf(long_request, sizeof(long_request), "%s %s HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
                methods[i], uri);
    CHECK_INT(peer_ask(&p, listener, long_request).status, 414);
    CHECK(peer_wait_closed(&p));
    peer_close(&p);
  }
  check(root, "/a.txt", 200, "A");

  // 51 and 3.12, 28: several roots, prefixes end at a segment.
  mg_snprintf(roots, sizeof(roots), "%s,/pics=%s,/d=%s", root, files_path("pics"),
              files_path("pics"));
  check(roots, "/a.txt", 200, "A");
  check(roots, "/pics/img.txt", 200, "in pics");
  check(roots, "/d/img.txt", 200, "in pics");
  check(roots, "/picsimg.txt", MISSING);
  check(roots, "/pics/../secret.txt", INVALID);
  mg_snprintf(roots, sizeof(roots), "/d=%s,%s", files_path("pics"), root);
  check(roots, "/d/img.txt", 200, "in web");  // a default root behind it wins
  // 3.12, 27: nothing is mapped.
  mg_snprintf(roots, sizeof(roots), "/pics=%s", files_path("pics"));
  check(roots, "/etc/passwd", MISSING);
  check(roots, "/picsx/img.txt", MISSING);
  check("", "/etc/passwd", MISSING);
  peer_end();

  // With no root at all.
  static struct mg_http_serve_opts none;
  struct mg_connection c;
  struct mg_http_message hm;
  const char *request = "GET /etc/passwd HTTP/1.1\r\n\r\n";
  memset(&c, 0, sizeof(c));
  mg_http_parse(request, strlen(request), &hm);
  mg_http_serve_dir(&c, &hm, &none);
  CHECK(c.send.len > 12 && memcmp(c.send.buf, "HTTP/1.1 404", 12) == 0);
  mg_iobuf_free(&c.send);
  return test_result();
}
