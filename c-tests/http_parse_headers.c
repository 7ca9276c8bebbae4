// Chapter 03, 8, 10, 11, 13: header fields; section 3.12, 1: what stands behind the last one that
// fits.
// History: CVE-2020-25756 | look-ups end with 30, 31 and 300 headers
// History: #2763 | two headers of a kind that frames or authenticates are refused
// History: 7.22-header-count | the parser refuses framing headers behind the last one that fits
// History: #2790 | tabs around values are taken off
#include "mongoose.h"
#include "test.h"

static struct mg_http_message hm;

static int parse(const char *text) {
  static char copy[100000];
  mg_snprintf(copy, sizeof(copy), "%s", text);
  return mg_http_parse(copy, strlen(copy), &hm);
}

static void check_header(const char *name, const char *want) {
  struct mg_str *value = mg_http_get_header(&hm, name);
  if (want == NULL) {
    test_check_int(__FILE__, __LINE__, name, value == NULL, true);
  } else if (test_check_int(__FILE__, __LINE__, name, value != NULL, true)) {
    test_check_bytes(__FILE__, __LINE__, name, value->buf, value->len, want, strlen(want));
  }
}

static void values(void) {
  CHECK(parse("GET / HTTP/1.1\r\nA: \t x y \t\r\nEmpty:\r\nblank: \t \r\nurl:http://h:1/\r\nA: "
              "second\r\n"
              "Accept: 1\r\nAccept: 2\r\n\r\n") > 0);
  check_header("a", "x y");
  check_header("EMPTY", "");
  check_header("Blank", "");
  check_header("URL", "http://h:1/");
  check_header("accept", "1");
  check_header("missing", NULL);
  check_header("Acc", NULL);
  check_header("", NULL);
  CHECK_STR(hm.headers[4].name, "A");
  CHECK_STR(hm.headers[4].value, "second");
  CHECK(hm.headers[1].value.buf != NULL);
  CHECK(hm.headers[7].name.buf == NULL && hm.headers[7].name.len == 0);
  // The value is inside the message, and may be changed.
  struct mg_str *value = mg_http_get_header(&hm, "a");
  CHECK(value == &hm.headers[0].value);
}

static void duplicates(void) {
  static const struct {
    const char *name, *value;
  } rows[] = {{"Content-Length", "5"},
              {"Transfer-Encoding", "chunked"},
              {"Cookie", "a=b"},
              {"Authorization", "x"},
              {"Connection", "close"}};
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char text[300];
    mg_snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s: %s\r\nx: y\r\n%s: %s\r\n\r\n",
                rows[i].name, rows[i].value, rows[i].name, rows[i].value);
    test_check_int(__FILE__, __LINE__, rows[i].name, parse(text), -1);
  }
}

// A head with `n` plain headers, and `last` behind them.
static int parse_many(int n, const char *last) {
  static char text[100000];
  size_t len = mg_snprintf(text, sizeof(text), "POST / HTTP/1.1\r\n");
  for (int i = 0; i < n; i++) {
    len += mg_snprintf(text + len, sizeof(text) - len, "h%d: %d\r\n", i, i);
  }
  mg_snprintf(text + len, sizeof(text) - len, "%s\r\n", last);
  return parse(text);
}

static void surplus(void) {
  const int max = MG_MAX_HTTP_HEADERS;
  CHECK(parse_many(max, "") > 0);
  check_header("h29", "29");
  check_header("none", NULL);
  CHECK(parse_many(max, "last: x\r\n") > 0);
  check_header("last", NULL);
  CHECK(parse_many(10 * max, "") > 0);
  check_header("none", NULL);
  static const char *const refused[] = {"Content-Length: 7\r\n",
                                        "content-length: 7\r\n",
                                        "Transfer-Encoding: chunked\r\n",
                                        "Connection: close\r\n",
                                        "Authorization: x\r\n",
                                        "Cookie: a=b\r\n",
                                        "no colon\r\n",
                                        " folded: x\r\n",
                                        "blank : x\r\n",
                                        ": x\r\n",
                                        "a: b\rc: d\r\n"};
  for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
    test_check_int(__FILE__, __LINE__, refused[i], parse_many(max, refused[i]), -1);
    test_check_int(__FILE__, __LINE__, refused[i], parse_many(3 * max, refused[i]), -1);
  }
  CHECK(parse_many(max - 1, "Content-Length: 7\r\n") > 0);
  CHECK_INT(hm.body.len, 7);
}

int main(void) {
  values();
  duplicates();
  surplus();
  return test_result();
}
