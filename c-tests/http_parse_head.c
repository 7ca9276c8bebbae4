// Chapter 03, 1-9, 12: request and response heads; section 3.12, 2, 3, 5, 7.
// History: #2275; #2292; #2293; #2322; c493d3a4 | such heads are malformed
// History: CVE-2026-73257; CVE-2026-73256 | such heads are malformed
// History: #2425 | each byte in a method, a target and a header name
// History: 7.22-leniency | one row for each choice
#include "mongoose.h"
#include "test.h"

#define UNTIL_CLOSE ((long long)-1)

// `result`: 1 = the whole text is a head, 0 = more is needed, -1 = malformed.
static const struct {
  const char *text;
  int result;
  const char *method, *uri, *query, *proto;  // of a whole head
  long long body_len;
} rows[] = {
    {"GET / HTTP/1.1\r\n\r\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    {"GET / HTTP/1.1\n\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    {"GET / HTTP/1.1\r\n\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    {"GET / HTTP/1.1\n\r\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    {"PUT   /a   http/7.3\n\n", 1, "PUT", "/a", "", "http/7.3", 0},
    {"B\xc3\xa9 /\xc3\xa9?q=%41 HTTP/1.0\r\n\r\n", 1, "B\xc3\xa9", "/\xc3\xa9", "q=%41", "HTTP/1.0",
     0},
    {"GET /?a?b HTTP/1.1\r\nHost: x\r\n\r\n", 1, "GET", "/", "a?b", "HTTP/1.1", 0},
    {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"* * HTTP/1.1\n\n", 1, "*", "*", "", "HTTP/1.1", 0},
    {"POST / HTTP/1.1\r\nContent-Length: 0012\r\n\r\n", 1, "POST", "/", "", "HTTP/1.1", 12},
    {"POST / HTTP/1.1\r\ncontent-length:\t 5 \t\r\n\r\n", 1, "POST", "/", "", "HTTP/1.1", 5},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 1, "POST", "/", "", "HTTP/1.1", 0},
    // 7: responses
    {"HTTP/1.1 200 OK\r\n\r\n", 1, "HTTP/1.1", "200", "", "OK", UNTIL_CLOSE},
    {"HTTP/1.1 200\r\n\r\n", 1, "HTTP/1.1", "200", "", "", UNTIL_CLOSE},
    {"HTTP/1.1 200 \r\n\r\n", 1, "HTTP/1.1", "200", "", "", UNTIL_CLOSE},
    {"HTTP/1.1 503 Try again later \r\n\r\n", 1, "HTTP/1.1", "503", "", "Try again later ",
     UNTIL_CLOSE},
    {"HTTP/1.1 204 Gone\r\n\r\n", 1, "HTTP/1.1", "204", "", "Gone", 0},
    {"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", 1, "HTTP/1.1", "204", "", "No", 3},
    {"HTTP/1.1 100 Continue\r\n\r\n", 1, "HTTP/1.1", "100", "", "Continue", UNTIL_CLOSE},
    {"HTTP/1.1 304 Same\r\n\r\n", 1, "HTTP/1.1", "304", "", "Same", UNTIL_CLOSE},
    {"HTTP/x 200 OK\r\n\r\n", 1, "HTTP/x", "200", "", "OK", UNTIL_CLOSE},
    {"HTTP/ 200 OK\r\n\r\n", -1, 0, 0, 0, 0, 0},
    // 3: control bytes
    {"GET / HT\x01", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    {"\x1b", -1, 0, 0, 0, 0, 0},
    // 5: the request line
    {"GET /\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTQ/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.10\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/9.x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / 1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1 \r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET\t/\tHTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET /\tHTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {" GET / HTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET ?a=1 HTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"HTTP/1.1  \r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET /\r HTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},  // 3.12, 3
    // 6: empty lines in front
    {"\r\nGET / HTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"\n\nGET / HTTP/1.1\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"\r\n", 0, 0, 0, 0, 0, 0},
    {"", 0, 0, 0, 0, 0, 0},
    // 9: header lines
    {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nHost x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nContent-Length 10\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\n Host: x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\n:\r\nI: am chopped off\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\n: x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nVisible: a\rSmuggled: b\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nA\xff: x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nA\xc3: x\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"GET / HTTP/1.1\r\nA\xc3\xa9(\"@/: x\r\n\r\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    {"GET / HTTP/1.1\r\nA: \xff\xfe:\t:\r\n\r\n", 1, "GET", "/", "", "HTTP/1.1", 0},
    // 12: lengths
    {"POST / HTTP/1.1\r\nContent-Length: 1Z\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 5,5\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 5 5\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551614\r\n\r\n", -1, 0, 0, 0, 0, 0},
    {"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", -1, 0, 0, 0, 0,
     0},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", -1, 0, 0, 0, 0,
     0},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", -1, 0, 0, 0, 0,
     0},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", -1, 0, 0, 0, 0, 0},  // 3.12, 5
};

static void check(size_t i) {
  struct mg_http_message hm;
  const char *text = rows[i].text;
  size_t len = strlen(text);
  int wanted = rows[i].result > 0 ? (int)len : rows[i].result;
  if (!test_check_int(__FILE__, __LINE__, text, mg_http_parse(text, len, &hm), wanted)) return;
  if (rows[i].result <= 0) return;
  CHECK_STR(hm.method, rows[i].method);
  CHECK_STR(hm.uri, rows[i].uri);
  CHECK_STR(hm.query, rows[i].query);
  CHECK_STR(hm.proto, rows[i].proto);
  CHECK_STR(hm.head, text);
  test_check_int(__FILE__, __LINE__, text, (long long)hm.body.len, rows[i].body_len);
  CHECK_PTR(hm.body.buf, text + len);
  CHECK_PTR(hm.message.buf, text);
  CHECK(hm.message.len == (rows[i].body_len == UNTIL_CLOSE ? SIZE_MAX : len + hm.body.len));
  // 2: no proper prefix is a head, and a body behind it does not matter.
  for (size_t n = 0; n < len; n++) CHECK_INT(mg_http_parse(text, n, &hm), 0);
  char longer[400];
  mg_snprintf(longer, sizeof(longer), "%s\x01garbage\r\n\r\n", text);
  CHECK_INT(mg_http_parse(longer, strlen(longer), &hm), (int)len);
}

// Which bytes may stand in a method, a target, a header name.
static void every_byte(void) {
  static const char *const shapes[] = {"G%cT / HTTP/1.1\r\n\r\n", "GET /%c HTTP/1.1\r\n\r\n",
                                       "GET / HTTP/1.1\r\nA%cB: x\r\n\r\n"};
  for (size_t shape = 0; shape < 3; shape++) {
    for (int b = 0; b < 256; b++) {
      char text[60];
      struct mg_http_message hm;
      bool visible = b > 0x20 && b < 0x7f;
      size_t len = mg_snprintf(text, sizeof(text), shapes[shape], b);
      int n = mg_http_parse(text, len, &hm);
      // A blank, a query and a colon mean something else in their place.
      if ((b == ' ' || b == '?' || b == ':') && shape != 2) continue;
      if (b == ':' && shape == 2) continue;
      if (b == '\n' && shape == 2) visible = false;
      char what[40];
      mg_snprintf(what, sizeof(what), "shape %d byte %02x", (int)shape, b);
      test_check_int(__FILE__, __LINE__, what, n > 0, visible);
    }
  }
}

int main(void) {
  CHECK_INT(sizeof(struct mg_http_message), 112 + 32 * MG_MAX_HTTP_HEADERS);
  CHECK_INT(offsetof(struct mg_http_message, body), 64 + 32 * MG_MAX_HTTP_HEADERS);
  CHECK_INT(offsetof(struct mg_http_message, head), 80 + 32 * MG_MAX_HTTP_HEADERS);
  CHECK_INT(offsetof(struct mg_http_message, message), 96 + 32 * MG_MAX_HTTP_HEADERS);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) check(i);
  every_byte();

  struct mg_http_message hm;
  memset(&hm, 0x55, sizeof(hm));
  CHECK_INT(mg_http_parse(NULL, 0, &hm), 0);
  CHECK(hm.method.buf == NULL && hm.headers[0].name.len == 0);
  mg_http_parse("GET /? HTTP/1.1\n\n", 17, &hm);
  CHECK(hm.query.buf != NULL && hm.query.len == 0);
  mg_http_parse("GET / HTTP/1.1\n\n", 16, &hm);
  CHECK(hm.query.buf == NULL);
  mg_http_parse("HTTP/1.1 404 No\n\n", 17, &hm);
  CHECK_INT(mg_http_status(&hm), 404);
  CHECK_INT(mg_http_get_request_len(NULL, 0), 0);
  CHECK_INT(mg_http_get_request_len((const unsigned char *)"a\n\nb", 4), 3);
  CHECK_INT(mg_http_get_request_len((const unsigned char *)"a\nb\n", 4), 0);
  CHECK_INT(mg_http_get_request_len((const unsigned char *)"a\x02", 2), -1);
  return test_result();
}
