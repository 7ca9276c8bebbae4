// Chapter 03, 44: content types, and how a program changes them.
#include "files_dir.h"

static struct mg_http_serve_opts opts;
static struct mg_connection *listener;

static void check(const char *file, const char *mime_types, const char *want) {
  char request[200], line[200], what[300];
  struct peer p;
  opts.mime_types = mime_types;
  mg_snprintf(request, sizeof(request), "HEAD /%s HTTP/1.1\r\n\r\n", file);
  mg_snprintf(line, sizeof(line), "Content-Type: %s", want);
  mg_snprintf(what, sizeof(what), "%s with %s", file, mime_types == NULL ? "" : mime_types);
  struct answer a = peer_ask(&p, listener, request);
  test_check_int(__FILE__, __LINE__, what, answer_has(&a, line), true);
  peer_close(&p);
}

int main(void) {
  static const char *const builtin[][2] = {{"a.html", "text/html; charset=utf-8"},
                                           {"a.shtml", "text/html; charset=utf-8"},
                                           {"a.js", "text/javascript; charset=utf-8"},
                                           {"a.svg", "image/svg+xml"},
                                           {"a.jpeg", "image/jpeg"},
                                           {"a.woff", "font/woff"},
                                           {"a.3gp", "video/3gpp"},
                                           {"a.tgz", "application/tar-gz"},
                                           {"a.json", "application/json"},
                                           {"a.exe", "application/octet-stream"},
                                           {"a.HTML", "text/plain; charset=utf-8"},
                                           {"a.xyz", "text/plain; charset=utf-8"},
                                           {"noext", "text/plain; charset=utf-8"},
                                           {"a.b.png", "image/png"}};
  listener = peer_serve(files_serve, &opts);
  for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
    files_make(builtin[i][0], "");
    check(builtin[i][0], NULL, builtin[i][1]);
  }
  check("a.xyz", "xyz=my/type", "my/type");
  check("a.html", "html=my/html; q=1", "my/html; q=1");
  check("a.html", "xyz=my/type", "text/html; charset=utf-8");
  check("a.xyz", "xyz=first,xyz=second", "first");
  check("a.html", "*=all,html=never", "all");
  check("a.html", "html=found,*=all", "found");
  check("a.xyz", "html=found,*=all", "all");
  check("a.xyz", "xyz", "");
  check("a.xyz", " xyz=no,", "text/plain; charset=utf-8");
  peer_end();
  return test_result();
}
