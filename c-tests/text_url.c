// Chapter 02, 46: parts of URLs; section 12, 24: ports that do not fit, brackets behind the path.
#include "mongoose.h"
#include "test.h"

static const struct {
  const char *url, *host;
  int port;
  const char *user, *pass, *uri;
} rows[] = {
    {"http://cam7.lan:8081/live?id=3", "cam7.lan", 8081, "", "", "/live?id=3"},
    {"https://cam7.lan", "cam7.lan", 443, "", "", "/"},
    {"HTTP://cam7.lan", "cam7.lan", 0, "", "", "/"},
    {"tcp://:4000", "", 4000, "", "", "/"},
    {"cam7:99", "cam7", 99, "", "", "/"},
    {"cam7/x", "cam7/x", 0, "", "", "/"},
    {"cam7:99/x", "cam7", 99, "", "", "/"},
    {"http://[fe80::2]:81/z", "[fe80::2]", 81, "", "", "/z"},
    {"http://[::1]", "[::1]", 80, "", "", "/"},
    {"mqtt://bob:s3:cr@hub", "hub", 1883, "bob", "s3:cr", "/"},
    {"http://a@b@c/", "b@c", 80, "a", "", "/"},
    {"bob:pw@hub", "hub", 0, "", "pw", "/"},
    {"http://hub?x=/y", "hub?x=", 80, "", "", "/y"},
    {"http://hub:81/a]b", "hub", 81, "", "", "/a]b"},
    {"http://hub:/x", "hub", 0, "", "", "/x"},
    {"http://hub:65616/", "hub", 0, "", "", "/"},
    {"ws://h", "h", 80, "", "", "/"},
    {"wss://h", "h", 443, "", "", "/"},
    {"mqtts://h", "h", 8883, "", "", "/"},
    {"", "", 0, "", "", "/"},
};

int main(void) {
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const char *url = rows[i].url;
    struct mg_str host = mg_url_host(url), user = mg_url_user(url), pass = mg_url_pass(url);
    test_check_bytes(__FILE__, __LINE__, url, host.buf, host.len, rows[i].host,
                     strlen(rows[i].host));
    test_check_int(__FILE__, __LINE__, url, mg_url_port(url), rows[i].port);
    CHECK_STR(user, rows[i].user);
    CHECK_STR(pass, rows[i].pass);
    CHECK(user.buf != NULL && pass.buf != NULL);
    test_check_text(__FILE__, __LINE__, url, mg_url_uri(url), rows[i].uri);
  }
  static const char *const with_tls[] = {"wss:", "https:", "mqtts:", "ssl:", "tls:", "tcps:"};
  static const char *const without[] = {
      "ws:", "http:", "mqtt:", "tcp:", "udp:", "HTTPS:", "", "https"};
  char url[40];
  for (size_t i = 0; i < sizeof(with_tls) / sizeof(with_tls[0]); i++) {
    mg_snprintf(url, sizeof(url), "%s//h", with_tls[i]);
    CHECK_INT(mg_url_is_ssl(url), true);
  }
  for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
    mg_snprintf(url, sizeof(url), "%s//h", without[i]);
    CHECK_INT(mg_url_is_ssl(url), false);
  }
  return test_result();
}
