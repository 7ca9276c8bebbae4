// Every prefix of valid heads and forms right before an unmapped page. Chapter 03, 2, 17, 19, 55.
// History: CVE-2019-13503 | every prefix of heads and forms in front of an unmapped page
// History: a9df523f-http | quotes that end with the memory
#include "mongoose.h"
#include "test.h"
#include "guard_page.h"

static const char *const heads[] = {
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\n\n",
    "GET /a/b?c=d&e=%41 HTTP/1.0\r\nHost: example\r\nAccept: */*\r\n\r\n",
    "POST /up HTTP/1.1\r\nContent-Length: 123456\r\nContent-Type: text/plain\r\n\r\n",
    "POST /up HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX:\r\n\r\n",
    "B\xc3\xa9T\xf0\x9f\x98\x80 /\xe2\x82\xac HTTP/1.1\r\n\xc3\xa9: \xff\r\n\r\n",
    "GET /?access_token=%41bc HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nCookie: a=b; access_token=\"xyz\r\n\r\n",
    "GET / HTTP/1.1\r\nAuthorization: Basic Ym9iOnB3\r\n\r\n",
    "GET / HTTP/1.1\r\nAuthorization: Bearer abcdef\r\n\r\n",
    "GET / HTTP/1.1\r\nRange: bytes=1-2\r\nIf-None-Match: \"1.2\"\r\nConnection: close\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 204 \r\n\r\n",
    "HTTP/1.1 200\r\n\r\n",
    "HTTP/1.0 404 Not Found\nServer: x\n\n",
};

static const char form[] =
    "--B1\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\none\r\n"
    "--B1\r\nContent-Disposition: form-data; filename=\"a.txt\"; name=f\r\n\r\ntwo\r\n--B1--\r\n";

static void parse(const char *text, size_t len, size_t whole) {
  struct mg_http_message hm;
  char user[20], pass[20];
  char *head = guard_copy(0, text, len);
  int n = mg_http_parse(head, len, &hm);
  test_check_int(__FILE__, __LINE__, text, n, len == whole ? (long long)whole : 0);
  test_check_int(__FILE__, __LINE__, text, mg_http_get_request_len((unsigned char *)head, len), n);
  if (n <= 0) return;
  mg_http_get_header(&hm, "Cookie");
  mg_http_get_header(&hm, "none");
  mg_http_status(&hm);
  mg_http_creds(&hm, user, sizeof(user), pass, sizeof(pass));
  for (int i = 0; i < MG_MAX_HTTP_HEADERS && hm.headers[i].name.len > 0; i++) {
    struct mg_str value = hm.headers[i].value;
    char *copy = guard_copy(1, value.buf, value.len);
    mg_http_get_header_var(mg_str_n(copy, value.len), mg_str("access_token"));
  }
}

// Each head again with one byte changed: any answer will do, as long as it stays inside.
static void damaged(const char *text, size_t len) {
  static const char bytes[] = {0, '\r', '\n', ' ', ':', '?', '"', '\xff', '\xf0'};
  char copy[300];
  for (size_t i = 0; i < len; i++) {
    for (size_t b = 0; b < sizeof(bytes); b++) {
      struct mg_http_message hm;
      memcpy(copy, text, len);
      copy[i] = bytes[b];
      int n = mg_http_parse(guard_copy(0, copy, len), len, &hm);
      CHECK(n >= -1 && n <= (int)len);
    }
  }
}

int main(void) {
  for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
    size_t whole = strlen(heads[i]);
    for (size_t len = 0; len <= whole; len++) parse(heads[i], len, whole);
    damaged(heads[i], whole);
  }
  for (size_t len = 0; len < sizeof(form); len++) {
    struct mg_str body = mg_str_n(guard_copy(0, form, len), len);
    struct mg_http_part part;
    for (size_t ofs = 0; (ofs = mg_http_next_multipart(body, ofs, &part)) > 0;) CHECK(ofs <= len);
    mg_http_next_multipart(body, len, &part);
    mg_http_next_multipart(body, len / 2, &part);
  }
  static const char *const values[] = {"Digest foo=\"bar", "foo=\"", "foo=", "foo", "a; foo=x"};
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    size_t len = strlen(values[i]);
    mg_http_get_header_var(mg_str_n(guard_copy(0, values[i], len), len), mg_str("foo"));
  }
  return test_result();
}
