#include "mongoose.h"
#include "test.h"

int main(void) {
  const char *text = "GET /path?a=1&b=two HTTP/1.1\r\nHost: example.org\r\n\r\n";
  struct mg_http_message hm;
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
  return test_result();
}
