// Parts of URLs, percent-encoding.
#include "mongoose.h"
#include "test.h"

int main(void) {
  const char *url = "https://joe:secret@example.org:8443/a/b?c=d";
  CHECK_STR(mg_url_host(url), "example.org");
  CHECK_STR(mg_url_user(url), "joe");
  CHECK_STR(mg_url_pass(url), "secret");
  CHECK_INT(mg_url_port(url), 8443);
  CHECK_INT(mg_url_port("mqtt://example.org"), 1883);
  CHECK_TEXT(mg_url_uri(url), "/a/b?c=d");
  CHECK(mg_url_is_ssl(url));
  CHECK(!mg_url_is_ssl("http://example.org"));

  char buf[40];
  CHECK_INT(mg_url_encode("a b/c", 5, buf, sizeof(buf)), 9);
  CHECK_TEXT(buf, "a%20b%2fc");
  CHECK_INT(mg_url_decode("a+b%2Fc", 7, buf, sizeof(buf), 1), 5);
  CHECK_TEXT(buf, "a b/c");
  CHECK_INT(mg_url_decode("%zz", 3, buf, sizeof(buf), 0), -1);
  return test_result();
}
