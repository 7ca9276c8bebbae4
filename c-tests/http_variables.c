// Chapter 03, 14-17: variables of queries and forms, URL coding, parameters of header values;
// section 3.12, 49, 51.
#include "mongoose.h"
#include "test.h"

static void variables(void) {
  static const char query[] = "a=1&B=x%20y+z&&c&=n&d=&e=%41%00%42&bad=ab%4g&a=2&long=12345&p%41=9";
  static const struct {
    const char *name;
    size_t size;
    int result;
    const char *want;
  } rows[] = {
      {"a", 20, 1, "1"},    {"A", 20, 1, "1"},       {"b", 20, 5, "x y z"},   {"c", 20, 0, ""},
      {"d", 20, 0, ""},     {"", 20, 1, "n"},        {"zz", 20, -4, ""},      {"pA", 20, -4, ""},
      {"p%41", 20, 1, "9"}, {"long", 6, 5, "12345"}, {"long", 5, -3, "1234"}, {"long", 1, -3, ""},
      {"d", 1, 0, ""},      {"bad", 20, -3, "ab"},   {"lon", 20, -4, ""},
  };
  struct mg_str s = mg_str(query);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char out[24];
    memset(out, '~', sizeof(out));
    int n = mg_http_get_var(&s, rows[i].name, out, rows[i].size);
    test_check_int(__FILE__, __LINE__, rows[i].name, n, rows[i].result);
    test_check_text(__FILE__, __LINE__, rows[i].name, out, rows[i].want);
    CHECK_INT(out[rows[i].size], '~');
  }
  char out[24] = "~";
  CHECK_INT(mg_http_get_var(&s, "e", out, sizeof(out)), 3);
  CHECK_BYTES(out, 4, "A\0B", 4);
  CHECK_INT(mg_http_get_var(&s, "a", NULL, 5), -2);
  CHECK_INT(mg_http_get_var(&s, "a", out, 0), -2);
  CHECK_INT(mg_http_get_var(&s, NULL, out, sizeof(out)), -1);
  struct mg_str none = mg_str_n(NULL, 0), empty = mg_str("");
  CHECK_INT(mg_http_get_var(&none, "a", out, sizeof(out)), -1);
  CHECK_INT(mg_http_get_var(&empty, "a", out, sizeof(out)), -1);
  CHECK_INT(out[0], '\0');

  CHECK_STR(mg_http_var(s, mg_str("b")), "x%20y+z");
  CHECK(mg_http_var(s, mg_str("c")).buf != NULL);
  CHECK(mg_http_var(s, mg_str("zz")).buf == NULL);
  CHECK(mg_http_var(mg_str(NULL), mg_str("a")).buf == NULL);
}

static void coding(void) {
  static const struct {
    const char *text;
    int form, result;
    const char *want;
  } rows[] = {
      {"a+b%2B", 0, 4, "a+b+"}, {"a+b%2b", 1, 4, "a b+"},     {"", 0, 0, ""},
      {"%", 0, -1, ""},         {"a%4", 0, -1, "a"},          {"a%4g", 0, -1, "a"},
      {"%g4", 0, -1, ""},       {"%c3%A9", 0, 2, "\xc3\xa9"},
  };
  char out[24];
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    memset(out, '~', sizeof(out));
    int n = mg_url_decode(rows[i].text, strlen(rows[i].text), out, sizeof(out), rows[i].form);
    test_check_int(__FILE__, __LINE__, rows[i].text, n, rows[i].result);
    test_check_text(__FILE__, __LINE__, rows[i].text, out, rows[i].want);
  }
  CHECK_INT(mg_url_decode("%00", 3, out, sizeof(out), 0), 1);
  CHECK_BYTES(out, 2, "\0", 2);
  CHECK_INT(mg_url_decode("%4142", 3, out, sizeof(out), 0), 1);
  CHECK_INT(mg_url_decode("%41", 2, out, sizeof(out), 0), -1);
  CHECK_INT(mg_url_decode("abc", 3, out, 3, 0), -1);
  CHECK_TEXT(out, "ab");
  CHECK_INT(mg_url_decode("abc", 3, out, 4, 0), 3);
  CHECK_INT(mg_url_decode("", 0, out, 0, 0), -1);
  CHECK_INT(mg_url_decode(NULL, 0, out, 1, 0), 0);
  char in_place[] = "a%20b";
  CHECK_INT(mg_url_decode(in_place, 5, in_place, sizeof(in_place), 0), 3);
  CHECK_TEXT(in_place, "a b");

  CHECK_INT(mg_url_encode("aZ9._-~/ \xe9", 10, out, sizeof(out)), 16);
  CHECK_TEXT(out, "aZ9._-~%2f%20%e9");
  CHECK_INT(mg_url_encode("a", 1, out, 5), 1);
  CHECK_INT(mg_url_encode("a", 1, out, 4), 0);
  CHECK_INT(mg_url_encode("", 0, out, 0), 0);
}

static void parameters(void) {
  static const struct {
    const char *text, *name, *want;
  } rows[] = {
      {"form-data; name=\"a b\"; filename=x.txt", "name", "a b"},
      {"form-data; name=\"a b\"; filename=x.txt", "filename", "x.txt"},
      {"a=1,b=22 c=3;d=\"\"", "b", "22"},
      {"a=1,b=22 c=3;d=\"\"", "c", "3"},
      {"a=1,b=22 c=3;d=\"\"", "d", ""},
      {"a=1,b=22 c=3;d=\"\"", "B", NULL},
      {"a=;b=2x", "a", ""},
      {"foo=\"bar", "foo", "\"bar"},
      {"a=x\"y", "a", "x\"y"},
      {"flag; a=1", "flag", NULL},
      {"grid=7x; id=9x", "id", "9x"},  // 3.12, 51
      {"xaccess_token=bad", "access_token", NULL},
      {"filename=\"f\"; name=\"n\"", "name", "n"},
      {"k=v", "k", "v"},
      {"k=", "k", NULL},
      {"k =v", "k", NULL},
      {"abc", "", NULL},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct mg_str v = mg_http_get_header_var(mg_str(rows[i].text), mg_str(rows[i].name));
    if (rows[i].want == NULL) {
      test_check_int(__FILE__, __LINE__, rows[i].text, v.len == 0, true);
    } else {
      test_check_bytes(__FILE__, __LINE__, rows[i].text, v.buf, v.len, rows[i].want,
                       strlen(rows[i].want));
      CHECK(v.buf != NULL);
    }
  }
}

int main(void) {
  variables();
  coding();
  parameters();
  return test_result();
}
