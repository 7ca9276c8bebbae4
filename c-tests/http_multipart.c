// Chapter 03, 55: parts of a form; section 3.12, 52: no part without the end of it.
// History: CVE-2017-7185 | no boundary, no part; the server goes on
// History: CVE-2026-73258 | parts are exact around a lone CR or LF
#include "mongoose.h"
#include "test.h"

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

int main(void) {
  parts();
  nothing();
  lone_line_ends();
  return test_result();
}
