// Chapter 02, 34-39: finding tokens in JSON, and the codes for everything that is none.
#include "mongoose.h"
#include "test.h"

// A token found: `want` is its text; or a code, and `want` is NULL.
static const struct {
  const char *json, *path, *want;
  int code;
} rows[] = {
    // 34
    {"5", "$", "5", 0},
    {"  true ", "$", "true", 0},
    {"\"a\\\"b\"", "$", "\"a\\\"b\"", 0},
    {"{}", "$", "{}", 0},
    {" [ ] ", "$", "[ ]", 0},
    {"{\"a\":{\"b\":[1,{\"c\":-2.5e3}]}}", "$.a.b[1].c", "-2.5e3", 0},
    {"{ \"a\" : [ 1 , [ 2 , 3 ] ] }", "$.a[1]", "[ 2 , 3 ]", 0},
    {"{\"a\":\"\"}", "$.a", "\"\"", 0},
    {"{\"a\":5} junk", "$", "{\"a\":5}", 0},
    {"{\"a\":5 junk", "$.a", "5", 0},
    {"truex", "$", "true", 0},
    {"[1,2", "$", NULL, MG_JSON_NOT_FOUND},
    {"[1 2]", "$", NULL, MG_JSON_INVALID},
    // 35
    {"{\"a\":1}", "a", NULL, MG_JSON_INVALID},
    {"{\"a\":1}", "", NULL, MG_JSON_INVALID},
    {"", "$", NULL, MG_JSON_NOT_FOUND},
    {"   ", "$", NULL, MG_JSON_NOT_FOUND},
    // 36
    {"[1,2]", "$[2]", NULL, MG_JSON_NOT_FOUND},
    {"[1,2]", "$[]", "1", 0},
    {"[1,2]", "$[1", "2", 0},
    {"[1,2]", "$[01]", "2", 0},
    {"[1,2]", "$[4294967297]", NULL, MG_JSON_NOT_FOUND},
    {"[1,2]", "$[-1]", NULL, MG_JSON_NOT_FOUND},
    {"{\"a\":5}", "$.a.b", NULL, MG_JSON_NOT_FOUND},
    {"{\"a\":5}", "$.a[0]", NULL, MG_JSON_NOT_FOUND},
    {"{\"a\":5}", "$[0]", NULL, MG_JSON_NOT_FOUND},
    {"[5]", "$.a", NULL, MG_JSON_NOT_FOUND},
    {"{\"ab\":1,\"a\":2}", "$.a", "2", 0},
    {"{\"a\":2,\"ab\":1}", "$.ab", "1", 0},
    {"{\"b\":1,\"a\":2}", "$.a", "2", 0},
    {"{\"a\":1,\"a\":2}", "$.a", "1", 0},
    {"{\"a\":1,\"a\":{\"b\":2}}", "$.a.b", NULL, MG_JSON_NOT_FOUND},
    {"{\"t.x\":1}", "$.t.x", "1", 0},
    {"{\"\":7}", "$.", "7", 0},
    {"{\"a\\\"b\":7}", "$.a\\\"b", "7", 0},
    // 38
    {"[1,2,]", "$", "[1,2,]", 0},
    {"{\"k\":1,}", "$", "{\"k\":1,}", 0},
    {"[,1]", "$", NULL, MG_JSON_INVALID},
    {"[1,,2]", "$[1]", NULL, MG_JSON_INVALID},
    {"{,}", "$", NULL, MG_JSON_INVALID},
    {"{\"a\" 1}", "$.a", NULL, MG_JSON_INVALID},
    {"{a:1}", "$.a", NULL, MG_JSON_INVALID},
    {"{'a':1}", "$.a", NULL, MG_JSON_INVALID},
    {"True", "$", NULL, MG_JSON_INVALID},
    {"+1", "$", NULL, MG_JSON_INVALID},
    {".5", "$", NULL, MG_JSON_INVALID},
    {"[1}", "$", NULL, MG_JSON_INVALID},
    {"{\"a\":1]", "$", NULL, MG_JSON_INVALID},
    {"{\"a\":", "$.a", NULL, MG_JSON_NOT_FOUND},
    {"\"abc", "$", NULL, MG_JSON_INVALID},
    {"\"a\nb\"", "$", "\"a\nb\"", 0},
    {"01", "$", "01", 0},
    {"1e+", "$", "1e+", 0},
    {"0x10", "$", "0", 0},
    {"[0x10]", "$[0]", "0", 0},
    // 39, section 12, 16: never the wrong sibling
    {"[[7],[8,9]]", "$[0][1]", NULL, MG_JSON_NOT_FOUND},
    {"[[7],[8,9]]", "$[0][2]", NULL, MG_JSON_NOT_FOUND},
    {"[[],[5]]", "$[0][0]", NULL, MG_JSON_NOT_FOUND},
    {"[{},{\"q\":1}]", "$[0].q", NULL, MG_JSON_NOT_FOUND},
    {"[{\"p\":0},{\"q\":1}]", "$[0].q", NULL, MG_JSON_NOT_FOUND},
    {"{\"m\":[4],\"n\":[5,6]}", "$.m[1]", NULL, MG_JSON_NOT_FOUND},
};

// 37: thirty levels are fine, one more is not.
static void depth(void) {
  char text[80], path[200];
  int len = 5;
  for (size_t levels = 30; levels <= 31; levels++) {
    memset(text, '[', levels);
    text[levels] = '7';
    memset(text + levels + 1, ']', levels);
    text[2 * levels + 1] = '\0';
    strcpy(path, "$");
    for (size_t i = 0; i < levels; i++) strcat(path, "[0]");
    CHECK_INT(mg_json_get(mg_str(text), path, &len),
              levels == 30 ? (int)levels : (int)MG_JSON_TOO_DEEP);
    CHECK_INT(len, levels == 30 ? 1 : 0);
  }
  char around[200];
  mg_snprintf(around, sizeof(around), "{\"a\":1,\"deep\":%s,\"b\":2}", text);
  CHECK_INT(mg_json_get(mg_str(around), "$.a", NULL), 5);
  CHECK_INT(mg_json_get(mg_str(around), "$.b", NULL), MG_JSON_TOO_DEEP);
}

int main(void) {
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int len = 1234;
    char what[100];
    mg_snprintf(what, sizeof(what), "%s in %s", rows[i].path, rows[i].json);
    int at = mg_json_get(mg_str(rows[i].json), rows[i].path, &len);
    CHECK_INT(mg_json_get(mg_str(rows[i].json), rows[i].path, NULL), at);
    struct mg_str token = mg_json_get_tok(mg_str(rows[i].json), rows[i].path);
    if (rows[i].want == NULL) {
      test_check_int(__FILE__, __LINE__, what, at, rows[i].code);
      test_check_int(__FILE__, __LINE__, what, len, 0);
      CHECK(token.buf == NULL && token.len == 0);
    } else if (test_check_int(__FILE__, __LINE__, what, at >= 0, true)) {
      test_check_bytes(__FILE__, __LINE__, what, rows[i].json + at, (size_t)len, rows[i].want,
                       strlen(rows[i].want));
      CHECK_STR(token, rows[i].want);
    }
  }
  CHECK_INT(mg_json_get(mg_str_n("\"a\0b\"", 5), "$", NULL), MG_JSON_INVALID);
  depth();
  return test_result();
}
