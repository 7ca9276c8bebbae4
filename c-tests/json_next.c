// Chapter 02, 45: iterating over objects and arrays.
#include "mongoose.h"
#include "test.h"

// Lists offset, key and value of every entry.
static const char *list(const char *json) {
  static char out[300];
  struct mg_str key, val;
  size_t ofs = 0, used = 0;
  out[0] = '\0';
  while ((ofs = mg_json_next(mg_str(json), ofs, &key, &val)) > 0) {
    used += mg_snprintf(out + used, sizeof(out) - used, "%lu:%.*s=%.*s ", (unsigned long)ofs,
                        (int)key.len, key.buf == NULL ? "" : key.buf, (int)val.len, val.buf);
  }
  return out;
}

int main(void) {
  CHECK_TEXT(list("[1,2,3]"), "3:=1 5:=2 6:=3 ");
  CHECK_TEXT(list("[ 1 , [2, 3] ]"), "5:=1 13:=[2, 3] ");
  CHECK_TEXT(list("{\"a\":1,\"b\":{\"c\":2}}"), "7:\"a\"=1 18:\"b\"={\"c\":2} ");
  CHECK_TEXT(list("{ \"a\" : \"x\" , \"b\" : null }"), "13:\"a\"=\"x\" 25:\"b\"=null ");
  CHECK_TEXT(list("[]"), "");
  CHECK_TEXT(list("{}"), "");
  CHECK_TEXT(list("{"), "");
  CHECK_TEXT(list(""), "");
  CHECK_TEXT(list(" [1]"), "");
  CHECK_TEXT(list("5"), "");
  CHECK_TEXT(list("[1] 2"), "2:=1 ");
  CHECK_TEXT(list("[1,,2]"), "3:=1 ");

  struct mg_str key = mg_str("old"), val = mg_str("old");
  CHECK_INT(mg_json_next(mg_str("[1]"), 0, &key, NULL), 2);
  CHECK(key.buf == NULL && key.len == 0);
  key = mg_str("old");
  CHECK_INT(mg_json_next(mg_str("[1]"), 2, &key, &val), 0);
  CHECK_STR(key, "old");
  CHECK_STR(val, "old");
  CHECK_INT(mg_json_next(mg_str("[1]"), 0, NULL, NULL), 2);
  CHECK_INT(mg_json_next(mg_str("[1]"), 99, NULL, NULL), 0);
  return test_result();
}
