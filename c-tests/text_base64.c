// Chapter 02, 47-49: base64, whole and byte by byte.
#include "mongoose.h"
#include "test.h"

static void encode(void) {
  static const char *const want[] = {"", "YQ==", "YWI=", "YWJj", "YWJjZA==", "YWJjZGU="};
  for (size_t n = 0; n <= 5; n++) {
    char out[20];
    size_t room = 4 * ((n + 2) / 3) + 1;
    memset(out, '~', sizeof(out));
    CHECK_INT(mg_base64_encode((const unsigned char *)"abcde", n, out, room), strlen(want[n]));
    CHECK_TEXT(out, want[n]);
    CHECK_INT(out[room], '~');
    memset(out, '~', sizeof(out));
    CHECK_INT(mg_base64_encode((const unsigned char *)"abcde", n, out, room - 1), 0);
    CHECK_INT(out[0], n == 0 ? '~' : '\0');
  }
}

static void decode(void) {
  static const struct {
    const char *text, *want;  // "" may be an error, too
    size_t room;
  } rows[] = {
      {"YWJj", "abc", 4},  {"YWI=", "ab", 4}, {"YQ==", "a", 4},      {"YWJjZA==", "abcd", 7},
      {"YWJjZ", "abc", 4}, {"YW", "", 1},     {"", "", 1},           {"YW=j", "a", 4},
      {"=WJj", "", 4},     {"Y=Jj", "", 4},   {"YW j", "", 4},       {"YWJ\n", "", 4},
      {"YW-_", "", 4},     {"YR==", "a", 4},  {"QQ==QQ==", "AA", 7},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char out[20];
    memset(out, '~', sizeof(out));
    size_t n = mg_base64_decode(rows[i].text, strlen(rows[i].text), out, rows[i].room);
    test_check_bytes(__FILE__, __LINE__, rows[i].text, out, n, rows[i].want, strlen(rows[i].want));
    CHECK_INT(out[n], '\0');
    CHECK_INT(out[rows[i].room], '~');
    memset(out, '~', sizeof(out));
    n = mg_base64_decode(rows[i].text, strlen(rows[i].text), out, rows[i].room - 1);
    test_check_int(__FILE__, __LINE__, rows[i].text, (long long)n, 0);
    CHECK_INT(out[rows[i].room - 1], '~');
  }
  char out[4] = "~~~";
  CHECK_INT(mg_base64_decode(NULL, 4, out, 4), 0);
  CHECK_INT(out[0], '\0');
}

static void incremental(void) {
  unsigned char data[70];
  for (size_t i = 0; i < sizeof(data); i++) data[i] = (unsigned char)(i * 37 + 11);
  for (size_t n = 0; n <= sizeof(data); n++) {
    char whole[120], piecewise[120];
    size_t len = 0;
    mg_base64_encode(data, n, whole, sizeof(whole));
    for (size_t i = 0; i < n; i++) len = mg_base64_update(data[i], piecewise, len);
    len = mg_base64_final(piecewise, len);
    CHECK_INT(len, strlen(whole));
    CHECK_TEXT(piecewise, whole);
  }
}

int main(void) {
  encode();
  decode();
  incremental();
  return test_result();
}
