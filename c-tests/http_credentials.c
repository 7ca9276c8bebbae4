// Chapter 03, 19, 20: mg_http_creds and mg_http_bauth; section 3.12, 49, 50.
#include "mongoose.h"
#include "test.h"

static void creds(void) {
  static const struct {
    const char *head, *user, *pass;
  } rows[] = {
      {"Authorization: Basic Ym9iOnMzOmNy\r\n", "bob", "s3:cr"},
      {"Authorization: Basic Ym9i\r\n", "", ""},
      {"Authorization: Basic Ym9iOg==\r\n", "bob", ""},
      {"Authorization: Basic  Ym9iOnMz\r\n", "", ""},
      {"Authorization: Bearer token1\r\n", "", "token1"},
      {"Authorization: bearer token1\r\n", "", "q uery"},
      {"Authorization: Basic\r\nCookie: access_token=c00kie\r\n", "", "c00kie"},
      {"Cookie: a=b; access_token=c00kie; d=e\r\n", "", "c00kie"},
      {"Cookie: xaccess_token=bad\r\n", "", ""},
      {"Cookie: a=b\r\n", "", ""},
      {"", "", "q uery"},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char text[300], user[20] = "~", pass[20] = "~";
    struct mg_http_message hm;
    mg_snprintf(text, sizeof(text), "GET /?access_token=q+uery HTTP/1.1\r\n%s\r\n", rows[i].head);
    CHECK(mg_http_parse(text, strlen(text), &hm) > 0);
    mg_http_creds(&hm, user, sizeof(user), pass, sizeof(pass));
    test_check_text(__FILE__, __LINE__, rows[i].head, user, rows[i].user);
    test_check_text(__FILE__, __LINE__, rows[i].head, pass, rows[i].pass);
    // Short buffers: cut, terminated, and a buffer without room stays as it is.
    char small_user[4] = "~~~", small_pass[4] = "~~~";
    mg_http_creds(&hm, small_user, 0, small_pass, 3);
    CHECK_TEXT(small_user, "~~~");
    CHECK(strlen(small_pass) <= 2 && small_pass[3] == '\0');
    CHECK(strncmp(small_pass, rows[i].pass, strlen(small_pass)) == 0);
    mg_http_creds(&hm, NULL, 0, NULL, 0);
  }

  struct mg_http_message hm;
  const char *bad = "GET /?access_token=ab%4g HTTP/1.1\r\n\r\n";
  char user[8] = "~~~~~~~", pass[8] = "~~~~~~~";
  mg_http_parse(bad, strlen(bad), &hm);
  mg_http_creds(&hm, user, sizeof(user), pass, sizeof(pass));
  CHECK_TEXT(user, "");
  CHECK_TEXT(pass, "");
}

static void bauth(void) {
  static const struct {
    const char *user, *pass, *want;
  } rows[] = {
      {"bob", "pw", "Authorization: Basic Ym9iOnB3\r\n"},
      {"bob", NULL, "Authorization: Basic Ym9i\r\n"},
      {"bob", "", "Authorization: Basic Ym9i\r\n"},
      {NULL, "pw", "Authorization: Basic OnB3\r\n"},
      {NULL, NULL, "Authorization: Basic \r\n"},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct mg_connection c;
    memset(&c, 0, sizeof(c));
    mg_http_bauth(&c, rows[i].user, rows[i].pass);
    CHECK_BYTES(c.send.buf, c.send.len, rows[i].want, strlen(rows[i].want));
    CHECK_INT(c.is_closing, 0);
    mg_iobuf_free(&c.send);
  }
}

int main(void) {
  creds();
  bauth();
  return test_result();
}
