// Parsing of requests, responses, headers, variables and multipart bodies.
#include "mongoose.h"
#include "test.h"

static void request(void) {
  const char *text = "GET /path?a=1&b=two HTTP/1.1\r\nHost: example.org\r\n\r\n";
  struct mg_http_message hm;
  CHECK_INT(mg_http_get_request_len((const unsigned char *)text, strlen(text)), strlen(text));
  CHECK_INT(mg_http_get_request_len((const unsigned char *)text, 20), 0);
  CHECK_INT(mg_http_parse(text, strlen(text), &hm), (int)strlen(text));
  CHECK_STR(hm.method, "GET");
  CHECK_STR(hm.uri, "/path");
  CHECK_STR(hm.query, "a=1&b=two");
  CHECK_STR(hm.headers[0].name, "Host");
  CHECK_STR(hm.message, text);
  struct mg_str *host = mg_http_get_header(&hm, "hOST");
  CHECK(host == &hm.headers[0].value);
  CHECK_STR(mg_http_var(hm.query, mg_str("b")), "two");
  CHECK_INT(mg_strcmp(hm.proto, mg_str("HTTP/1.1")), 0);
}

static void response(void) {
  const char *text = "HTTP/1.1 404 Gone away\r\nContent-Length: 2\r\n\r\nno";
  struct mg_http_message hm;
  CHECK(mg_http_parse(text, strlen(text), &hm) > 0);
  CHECK_INT(mg_http_status(&hm), 404);
  CHECK_STR(hm.proto, "Gone away");
  CHECK_STR(hm.body, "no");
}

static void variables(void) {
  struct mg_str form = mg_str("a=1&name=J%20D&b=2");
  char buf[10];
  CHECK_INT(mg_http_get_var(&form, "name", buf, sizeof(buf)), 3);
  CHECK_TEXT(buf, "J D");
  CHECK_INT(mg_http_get_var(&form, "none", buf, sizeof(buf)), -4);
  CHECK_STR(mg_http_get_header_var(mg_str("form-data; name=\"x\"; b"), mg_str("name")), "x");
}

static void parts(void) {
  struct mg_str body = mg_str(
      "--xyz\r\nContent-Disposition: form-data; name=\"v\"\r\n\r\none\r\n"
      "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\ntwo\r\n"
      "--xyz--\r\n");
  struct mg_http_part part;
  size_t ofs = mg_http_next_multipart(body, 0, &part);
  CHECK(ofs > 0);
  CHECK_STR(part.name, "v");
  CHECK_STR(part.body, "one");
  ofs = mg_http_next_multipart(body, ofs, &part);
  CHECK(ofs > 0);
  CHECK_STR(part.filename, "a.txt");
  CHECK_STR(part.body, "two");
  CHECK_INT(mg_http_next_multipart(body, ofs, &part), 0);
}

int main(void) {
  request();
  response();
  variables();
  parts();
  return test_result();
}
