// Chapter 02, 1-5: slices, comparisons, copies, splitting.
#include "mongoose.h"
#include "test.h"

static void compare(void) {
  static const struct {
    const char *a, *b;
    int exact, folded;
  } rows[] = {
      {"", "", 0, 0},     {"a", "a", 0, 0},        {"a", "ab", -1, -1}, {"ab", "a", 1, 1},
      {"a", "b", -1, -1}, {"Kiwi", "kIWI", -1, 0}, {"[", "a", -1, -1},  {"[", "A", 1, -1},
      {"", "x", -1, -1},  {"x", "", 1, 1},         {"z", "y", 1, 1},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    CHECK_INT(mg_strcmp(mg_str(rows[i].a), mg_str(rows[i].b)), rows[i].exact);
    CHECK_INT(mg_strcasecmp(mg_str(rows[i].a), mg_str(rows[i].b)), rows[i].folded);
  }
  CHECK_INT(mg_strcmp(mg_str(NULL), mg_str("")), 0);
  CHECK_INT(mg_strcmp(mg_str_n("a\0b", 3), mg_str_n("a\0c", 3)), -1);
  CHECK_INT(mg_casecmp("Mango", "mANGO"), 0);
  CHECK_INT(mg_casecmp("x", ""), 120);
  CHECK_INT(mg_casecmp("", "x"), -120);
  CHECK_INT(mg_casecmp("abc", "abd"), -1);
}

static void copy(void) {
  struct mg_str s = mg_strdup(mg_str_n("q\0r", 3));
  CHECK_BYTES(s.buf, s.len + 1, "q\0r", 4);
  mg_free(s.buf);
  s = mg_strdup(mg_str(""));
  CHECK(s.buf == NULL && s.len == 0);
  s = mg_strdup(mg_str_n(NULL, 0));
  CHECK(s.buf == NULL && s.len == 0);
}

static void split(void) {
  struct mg_str rest = mg_str("a,,b,"), item = mg_str("untouched");
  char text[40] = "";
  while (mg_span(rest, &item, &rest, ',')) {
    size_t used = strlen(text);
    mg_snprintf(text + used, sizeof(text) - used, "<%.*s>", (int)item.len, item.buf);
  }
  CHECK_TEXT(text, "<a><><b>");
  CHECK_STR(item, "b");  // an empty input leaves the outputs alone

  struct mg_str a, b;
  const char *whole = "whole";
  CHECK(mg_span(mg_str(whole), &a, &b, ','));
  CHECK_STR(a, "whole");
  CHECK(b.len == 0 && b.buf == whole + 5);
  CHECK(mg_span(mg_str(",x"), &a, &b, ','));
  CHECK(a.len == 0 && a.buf != NULL);
  CHECK_STR(b, "x");
  CHECK(mg_span(mg_str("k=v"), NULL, NULL, '='));
  CHECK(mg_span(mg_str("k=v"), NULL, &b, '='));
  CHECK_STR(b, "v");
  CHECK(mg_span(mg_str("k=v"), &b, &b, '='));
  CHECK_STR(b, "v");
  CHECK(!mg_span(mg_str(NULL), &a, &b, ','));
}

int main(void) {
  struct mg_str s = mg_str(NULL);
  CHECK(s.buf == NULL && s.len == 0);
  const char *p = "abc";
  s = mg_str_n(p, 2);
  CHECK(s.buf == p && s.len == 2);
  s = mg_str_s(p);
  CHECK(s.buf == p && s.len == 3);
  compare();
  copy();
  split();
  return test_result();
}
