// Chapter 03, 55: parts of a form; section 3.12, 52: no part without the end of it.
// History: CVE-2017-7185 | no boundary, no part; the server goes on
// History: CVE-2026-73258 | parts are exact around a lone CR or LF
#include "http_peer.h"

static const char form[] =
    "--B1\r\n"
    "Content-Disposition: form-data; name=\"text\"\r\n"
    "\r\n"
    "one\r\n--two\r\n\r\n--B\r\n"
    "--B1\r\n"
    "Content-Type: text/plain\r\n"
    "content-disposition: form-data; filename=\"a.txt\"; name=f\r\n"
    "\r\n"
    "\r\n"
    "--B1\r\n"
    "X: y\r\n"
    "\r\n"
    "nameless\r\n"
    "--B1--\r\n";

static void parts(void) {
  struct mg_http_part part;
  size_t ofs = mg_http_next_multipart(mg_str(form), 0, &part);
  CHECK(ofs > 0);
  CHECK_STR(part.name, "text");
  CHECK(part.filename.buf == NULL && part.filename.len == 0);
  CHECK_STR(part.body, "one\r\n--two\r\n\r\n--B");
  CHECK(strncmp(form + ofs, "--B1\r\nContent-Type", 18) == 0);
  ofs = mg_http_next_multipart(mg_str(form), ofs, &part);
  CHECK_STR(part.name, "f");
  CHECK_STR(part.filename, "a.txt");
  CHECK_INT(part.body.len, 0);
  ofs = mg_http_next_multipart(mg_str(form), ofs, &part);
  CHECK(part.name.buf == NULL);
  CHECK_STR(part.body, "nameless");
  CHECK_TEXT(form + ofs, "--B1--\r\n");
  memset(&part, 0x55, sizeof(part));
  CHECK_INT(mg_http_next_multipart(mg_str(form), ofs, &part), 0);
  CHECK(part.body.buf == NULL && part.name.len == 0);

  int n = 0;
  for (ofs = 0; (ofs = mg_http_next_multipart(mg_str(form), ofs, NULL)) > 0;) n++;
  CHECK_INT(n, 3);
  size_t without_crlf = sizeof(form) - 1 - 2;
  for (n = 0, ofs = 0; (ofs = mg_http_next_multipart(mg_str_n(form, without_crlf), ofs, NULL)) > 0;)
    n++;
  CHECK_INT(n, 3);
}

static void nothing(void) {
  static const char *const bodies[] = {
      "",
      "\r\n",
      "--B",
      "--B\r\n",
      "no boundary here",
      "--B\r\nContent-Disposition: form-data; name=x\r\n",
      "--B\r\nContent-Disposition: form-data; name=x\r\n\r\n",
      "--B\r\nContent-Disposition: form-data; name=x\r\n\r\ndata is cut off",
      "--B\r\nContent-Disposition: form-data; name=x\r\n\r\ndata\r\n--Bee\r\n",
  };
  for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
    struct mg_http_part part;
    test_check_int(__FILE__, __LINE__, bodies[i],
                   (long long)mg_http_next_multipart(mg_str(bodies[i]), 0, &part), 0);
    CHECK_INT(mg_http_next_multipart(mg_str(bodies[i]), 1000, &part), 0);
  }
}

static void lone_line_ends(void) {
  static const char *const names[] = {"a\rb", "a\nb", "\r", "\n", "a\r\rb"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    char body[200];
    struct mg_http_part part;
    mg_snprintf(body, sizeof(body),
                "--B\r\nContent-Disposition: form-data; name=\"n\"; "
                "filename=\"%s\"\r\n\r\nx\ry\nz\r\n--B--\r\n",
                names[i]);
    CHECK(mg_http_next_multipart(mg_str(body), 0, &part) > 0);
    CHECK_STR(part.name, "n");
    CHECK_STR(part.filename, names[i]);
    CHECK_STR(part.body, "x\ry\nz");
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  struct mg_http_part part;
  int n = 0;
  if (ev != MG_EV_HTTP_MSG) return;
  for (size_t ofs = 0; (ofs = mg_http_next_multipart(hm->body, ofs, &part)) > 0;) n++;
  mg_http_reply(c, 200, "", "%d", n);
}

// Forms whose boundary is not announced, empty, or not the one that is used.
static void without_boundary(void) {
  static const char *const rows[][3] = {
      {"multipart/form-data", "no form", "0"},
      {"multipart/form-data; boundary=", "--\r\n\r\n--", "0"},
      {"multipart/form-data; boundary", "", "0"},
      {"multipart/form-data; boundary=other", form, "3"},
      {"multipart/form-data", form, "3"},
  };
  struct mg_connection *listener = peer_serve(on_event, NULL);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char request[1000];
    struct peer p;
    mg_snprintf(request, sizeof(request),
                "POST / HTTP/1.1\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", rows[i][0],
                (int)strlen(rows[i][1]), rows[i][1]);
    struct answer a = peer_ask(&p, listener, request);
    CHECK_BODY(a, rows[i][2]);
    peer_close(&p);
  }
  peer_end();
}

int main(void) {
  parts();
  nothing();
  lone_line_ends();
  without_boundary();
  return test_result();
}
