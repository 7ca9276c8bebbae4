// Values out of JSON text.
#include "mongoose.h"
#include "test.h"

int main(void) {
  struct mg_str json = mg_str(
      "{\"n\":-2.5,\"t\":true,\"s\":\"a\\nb\",\"l\":[1,22],\"h\":\"4142\","
      "\"b\":\"eHl6\"}");
  int len = 0;
  int at = mg_json_get(json, "$.l", &len);
  CHECK_BYTES(json.buf + at, (size_t)len, "[1,22]", 6);
  CHECK_INT(mg_json_get(json, "$.none", &len), MG_JSON_NOT_FOUND);
  CHECK_STR(mg_json_get_tok(json, "$.s"), "\"a\\nb\"");

  double number = 0;
  bool truth = false;
  CHECK(mg_json_get_num(json, "$.n", &number));
  CHECK(number == -2.5);
  CHECK(mg_json_get_bool(json, "$.t", &truth));
  CHECK(truth);
  CHECK_INT(mg_json_get_long(json, "$.l[1]", 0), 22);

  char text[10];
  CHECK_INT(mg_json_unescape(json, "$.s", text, sizeof(text)), 3);
  CHECK_TEXT(text, "a\nb");
  char *copy = mg_json_get_str(json, "$.s");
  CHECK_TEXT(copy, "a\nb");
  mg_free(copy);
  copy = mg_json_get_hex(json, "$.h", &len);
  CHECK_BYTES(copy, (size_t)len, "AB", 2);
  mg_free(copy);
  copy = mg_json_get_b64(json, "$.b", &len);
  CHECK_BYTES(copy, (size_t)len, "xyz", 3);
  mg_free(copy);

  struct mg_str key, value;
  size_t ofs = mg_json_next(json, 0, &key, &value);
  CHECK_STR(key, "\"n\"");
  CHECK_STR(value, "-2.5");
  CHECK(mg_json_next(json, ofs, &key, &value) > ofs);
  CHECK_STR(key, "\"t\"");
  return test_result();
}
