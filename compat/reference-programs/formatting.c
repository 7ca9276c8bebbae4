// A little of text, JSON and buffers in one program.
#include "mongoose.h"
#include "test.h"

int main(void) {
  char buf[50];
  CHECK_INT(mg_snprintf(buf, sizeof(buf), "{%m:%d}", MG_ESC("a\"b"), 42), 11);
  CHECK_TEXT(buf, "{\"a\\\"b\":42}");
  CHECK_INT(mg_json_get_long(mg_str("{\"x\":[1,77]}"), "$.x[1]", -1), 77);

  char *text = mg_mprintf("%s-%.2f", "pi", 3.14159);
  CHECK_TEXT(text, "pi-3.14");
  mg_free(text);

  struct mg_iobuf io = {NULL, 0, 0, 16};
  CHECK_INT(mg_iobuf_add(&io, 0, "hello", 5), 5);
  CHECK_INT(io.len, 5);
  CHECK_INT(io.size, 16);
  mg_iobuf_free(&io);
  CHECK_PTR(io.buf, NULL);
  return test_result();
}
