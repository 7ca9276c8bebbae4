// Chapter 02, 40-44: numbers, booleans, strings, hex and base64 out of JSON. Section 12, 18, 19.
// History: 0d882f1b-numbers | an exponent of 10^9
// History: dc52d8b1 | odd lengths and other characters
#include <limits.h>

#include "mongoose.h"
#include "test.h"

static void numbers(void) {
  static const struct {
    const char *json;
    bool ok;
    double want;
  } rows[] = {
      {"0", true, 0},
      {"-12", true, -12},
      {"3.25", true, 3.25},
      {"-0.5", true, -0.5},
      {"2e3", true, 2000},
      {"2E+3", true, 2000},
      {"25e-1", true, 2.5},
      {"-.5", true, -0.5},
      {"01", true, 1},
      {"1e", true, 1},
      {"  7 x", true, 7},
      {"\"7\"", false, 0},
      {"true", false, 0},
      {"[7]", false, 0},
      {"", false, 0},
      {"null", false, 0},
      {"1e400", true, 1e308},
      {"1e-400", true, 1e-308},
      {"1e1000000000", true, 1e308},
      {"1.7976931348623157e308", true, 1.7976931348623157e308},
      {"123456789012345678", true, 123456789012345678.0},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    double v = 77, tolerance = 1e-13;
    bool ok = mg_json_get_num(mg_str(rows[i].json), "$", &v);
    test_check_int(__FILE__, __LINE__, rows[i].json, ok, rows[i].ok);
    CHECK_INT(mg_json_get_num(mg_str(rows[i].json), "$", NULL), rows[i].ok);
    double want = ok ? rows[i].want : 77;
    double error = v - want, limit = (want < 0 ? -want : want) * tolerance;
    test_check_int(__FILE__, __LINE__, rows[i].json, error <= limit && -error <= limit, true);
  }
  CHECK_INT(mg_json_get_long(mg_str("{\"a\":-7.9}"), "$.a", 5), -7);
  CHECK_INT(mg_json_get_long(mg_str("{\"a\":7.9}"), "$.a", 5), 7);
  CHECK_INT(mg_json_get_long(mg_str("{\"a\":\"7\"}"), "$.a", 5), 5);
  CHECK_INT(mg_json_get_long(mg_str("{}"), "$.a", -3), -3);
  CHECK_INT(mg_json_get_long(mg_str("1e300"), "$", 0), LONG_MAX);
  CHECK_INT(mg_json_get_long(mg_str("-1e300"), "$", 0), LONG_MIN);
}

static void booleans(void) {
  bool v = false;
  CHECK(mg_json_get_bool(mg_str("[true,false,null,1,\"true\"]"), "$[0]", &v));
  CHECK(v);
  CHECK(mg_json_get_bool(mg_str("[true,false,null,1,\"true\"]"), "$[1]", &v));
  CHECK(!v);
  v = true;
  CHECK(!mg_json_get_bool(mg_str("[true,false,null,1,\"true\"]"), "$[2]", &v));
  CHECK(!mg_json_get_bool(mg_str("[true,false,null,1,\"true\"]"), "$[3]", &v));
  CHECK(!mg_json_get_bool(mg_str("[true,false,null,1,\"true\"]"), "$[4]", &v));
  CHECK(!mg_json_get_bool(mg_str("[true]"), "$[1]", &v));
  CHECK(v);
  CHECK(mg_json_get_bool(mg_str("false"), "$", NULL));
}

static void unescape(void) {
  static const struct {
    const char *json;
    size_t size, result;
    const char *want;  // with its NUL; NULL = untouched
  } rows[] = {
      {"\"abc\"", 4, 3, "abc"},
      {"\"abc\"", 3, 0, "ab"},
      {"\"abc\"", 1, 0, ""},
      {"\"abc\"", 0, 0, NULL},
      {"\"\"", 4, 0, ""},
      {"\"\"", 0, 0, NULL},
      {"\"\\b\\f\\n\\r\\t\\\\\\\"\"", 9, 7, "\b\f\n\r\t\\\""},
      {"\"\\u0041\\u00e9\"", 9, 2, "A\xe9"},
      {"\"\\u20acx\"", 9, 0, ""},
      {"\"ab\\u20acx\"", 9, 2, "ab"},
      {"\"ab\\q\"", 9, 0, "ab"},  // section 12, 18: always terminated
      {"\"ab\\u1\"", 9, 0, "ab"},
      {"7", 9, 0, NULL},
      {"[]", 9, 0, NULL},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char out[12] = "~~~~~~~~~~~";
    size_t n = mg_json_unescape(mg_str(rows[i].json), "$", out, rows[i].size);
    test_check_int(__FILE__, __LINE__, rows[i].json, (long long)n, (long long)rows[i].result);
    if (rows[i].want == NULL) {
      test_check_int(__FILE__, __LINE__, rows[i].json, out[0], '~');
    } else {
      test_check_text(__FILE__, __LINE__, rows[i].json, out, rows[i].want);
    }
    CHECK_INT(out[rows[i].size], '~');
  }
  char out[8];
  CHECK_INT(mg_json_unescape(mg_str("\"a\\u0000b\""), "$", out, sizeof(out)), 3);
  CHECK_BYTES(out, 4, "a\0b", 4);
}

static void check_str(const char *json, const char *want) {
  char *s = mg_json_get_str(mg_str(json), "$.a");
  test_check_text(__FILE__, __LINE__, json, s, want);
  mg_free(s);
}

static void strings(void) {
  check_str("{\"a\":\"\"}", "");
  check_str("{\"a\":\"x\\ny\"}", "x\ny");
  check_str("{\"a\":\"\\u20ac\"}", NULL);
  check_str("{\"a\":\"5 \\u20ac net\"}", "5 ");
  check_str("{\"a\":5}", NULL);
  check_str("{}", NULL);
}

static void encoded(void) {
  static const struct {
    const char *json, *hex, *base64;  // NULL = no block
    int hex_len, base64_len;
  } rows[] = {
      {"{\"a\":\"4a4B\"}", "JK", "\xe1\xae\x01", 2, 3},
      {"{\"a\":\"4a4\"}", "J", "", 1, 0},
      {"{\"a\":\"\"}", "", "", 0, 0},
      {"{\"a\":\"aGk=\"}", NULL, "hi", 2, 2},
      {"{\"a\":\"a!k=\"}", NULL, "", 2, 0},
      {"{\"a\":5}", NULL, NULL, -1, -1},
      {"{}", NULL, NULL, -1, -1},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int hex_len = -1, base64_len = -1;
    char *hex = mg_json_get_hex(mg_str(rows[i].json), "$.a", &hex_len);
    char *base64 = mg_json_get_b64(mg_str(rows[i].json), "$.a", &base64_len);
    test_check_int(__FILE__, __LINE__, rows[i].json, hex_len, rows[i].hex_len);
    test_check_int(__FILE__, __LINE__, rows[i].json, base64_len, rows[i].base64_len);
    test_check_int(__FILE__, __LINE__, rows[i].json, hex != NULL, rows[i].hex_len >= 0);
    if (rows[i].hex != NULL)
      CHECK_BYTES(hex, strlen(rows[i].hex) + 1, rows[i].hex, strlen(rows[i].hex) + 1);
    if (rows[i].base64 != NULL || base64 != NULL) CHECK_TEXT(base64, rows[i].base64);
    mg_free(hex);
    mg_free(base64);
  }
  int len;
  char *zeros = mg_json_get_hex(mg_str("\"zz41\""), "$", &len);
  CHECK_INT(len, 2);
  CHECK_BYTES(zeros, 3, "\0A", 3);
  mg_free(zeros);
}

int main(void) {
  numbers();
  booleans();
  unescape();
  strings();
  encoded();
  return test_result();
}
