// Chapter 03, 56: server-side includes; section 3.12, 54.
// History: CVE-2026-73255 | nothing outside of the root is included, loops end at depth 5
// cflags: -DMG_ENABLE_SSI=1
#include "files_dir.h"

static struct mg_http_serve_opts opts;
static struct mg_connection *listener;

static void check(const char *page, const char *want) {
  struct peer p;
  files_make("web/page.shtml", page);
  struct answer a = peer_ask(&p, listener, "GET /page.shtml HTTP/1.1\r\n\r\n");
  test_check_int(__FILE__, __LINE__, page, a.status, 200);
  test_check_bytes(__FILE__, __LINE__, page, a.body, a.body_len, want, strlen(want));
  CHECK_LINE(a, "Content-Type: text/html; charset=utf-8");
  peer_close(&p);
}

int main(void) {
  char root[1000];
  files_make("secret.txt", "secret");
  files_make_dir("web");
  files_make_dir("web/inc");
  files_make("web/a.txt", "A");
  files_make("web/empty.txt", "");
  files_make("web/inc/b.txt", "B<!--#include file=\"c.txt\" -->");
  files_make("web/inc/c.txt", "C");
  files_make("web/loop.txt", "L<!--#include file=\"loop.txt\" -->");
  mg_snprintf(root, sizeof(root), "%s", files_path("web"));
  opts.root_dir = root;
  opts.ssi_pattern = "#.shtml";
  listener = peer_serve(files_serve, &opts);

  check("plain <b>text</b>", "plain <b>text</b>");
  check("x<!--#include file=\"a.txt\" -->y", "xAy");
  check("<!--#include file=\"inc/b.txt\" -->", "BC");
  check("<!--#include virtual=\"/inc/c.txt\"-->", "C");
  check("<!--#include\n \tfile=\"a.txt\" whatever -->", "A");
  check("<!--#includefile=\"a.txt\"-->", "A");
  check("x<!--#include file=\"none.txt\" -->y", "xy");
  check("x<!--#include file=\"empty.txt\" -->y", "xy");
  check("<!--#Include file=\"a.txt\" -->", "<!--#Include file=\"a.txt\" -->");
  check("<!--#include file=\"\" -->", "<!--#include file=\"\" -->");
  check("<!--#echo var=\"x\" -->", "<!--#echo var=\"x\" -->");
  check("<!-- comment -->", "<!-- comment -->");
  check("<!--#include file=\"a.txt\"", "<!--#include file=\"a.txt\"");
  // Six times: the file itself and five levels below.
  check("<!--#include file=\"loop.txt\" -->", "LLLLL");

  static const char *const climbing[] = {"../secret.txt", "inc/../../secret.txt", "/../secret.txt",
                                         "../../../../../../etc/passwd", "..\\secret.txt"};
  for (size_t i = 0; i < sizeof(climbing) / sizeof(climbing[0]); i++) {
    char page[200];
    mg_snprintf(page, sizeof(page), "x<!--#include file=\"%s\" --><!--#include virtual=\"%s\" -->y",
                climbing[i], climbing[i]);
    check(page, "xy");
  }

  // Many includes and much text end somewhere: the answer is an answer or the connection closes.
  char *many = (char *)malloc(100000);
  size_t len = 0;
  for (int i = 0; i < 1500; i++) {
    len += mg_snprintf(many + len, 100000 - len, "<!--#include file=\"self.shtml\" -->");
  }
  files_make_n("web/self.shtml", many, len);
  free(many);
  struct peer p;
  peer_ask(&p, listener, "GET /self.shtml HTTP/1.1\r\n\r\n");
  CHECK(p.closed || p.len > 0);
  peer_close(&p);

  // An empty page is an empty answer.
  check("", "");
  // Others are served as they are.
  struct answer a = peer_ask(&p, listener, "GET /loop.txt HTTP/1.1\r\n\r\n");
  CHECK_BODY(a, "L<!--#include file=\"loop.txt\" -->");
  peer_close(&p);
  peer_end();
  return test_result();
}
