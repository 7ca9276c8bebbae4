// Chapter 02, 9-12: globs and their captures; section 12, 3, 4, 5: no capture behind the array, a
// star never takes a slash, no quadratic search. Pattern and text end at guard pages.
// History: 0d882f1b-match | pattern and text end at unmapped pages
#include "mongoose.h"
#include "test.h"
#include "guard_page.h"

#define UNTOUCHED "untouched"

static void check(const char *text, const char *pattern, bool matches, int n,
                  const char *const *want) {
  struct mg_str caps[6];
  char what[100];
  mg_snprintf(what, sizeof(what), "%s ~ %s", text, pattern);
  size_t text_len = strlen(text), pattern_len = strlen(pattern);
  struct mg_str t = mg_str_n(guard_copy(0, text, text_len), text_len);
  struct mg_str p = mg_str_n(guard_copy(1, pattern, pattern_len), pattern_len);
  for (int i = 0; i < 6; i++) caps[i] = mg_str(UNTOUCHED);
  test_check_int(__FILE__, __LINE__, what, mg_match(t, p, caps), matches);
  test_check_int(__FILE__, __LINE__, what, mg_match(t, p, NULL), matches);
  for (int i = 0; matches && i < n; i++) {
    if (want[i] == NULL) {
      test_check_int(__FILE__, __LINE__, what, caps[i].buf == NULL && caps[i].len == 0, true);
    } else {
      test_check_bytes(__FILE__, __LINE__, what, caps[i].buf, caps[i].len, want[i],
                       strlen(want[i]));
      test_check_int(__FILE__, __LINE__, what, caps[i].buf != NULL, true);
    }
  }
}

#define YES(text, pattern, ...)                                            \
  do {                                                                     \
    const char *const want[] = {__VA_ARGS__};                              \
    check(text, pattern, true, (int)(sizeof(want) / sizeof(*want)), want); \
  } while (0)
#define NO(text, pattern) check(text, pattern, false, 0, NULL)

static void cost(void) {
  size_t n = 40000;
  char *text = (char *)malloc(n), *pattern = (char *)malloc(n);
  memset(text, 'a', n);
  memset(pattern, 'a', n);
  pattern[0] = '#';
  pattern[20001] = 'b';
  CHECK(!mg_match(mg_str_n(text, n), mg_str_n(pattern, 20002), NULL));
  free(text);
  free(pattern);
}

int main(void) {
  YES("", "", NULL);
  NO("", "?");
  NO("a", "");
  YES("", "*", "", UNTOUCHED);
  YES("", "#", "", UNTOUCHED);
  YES("abc", "abc", NULL);
  NO("abc", "ab");
  NO("ab", "abc");
  NO("Abc", "abc");
  YES("shop/42/item", "shop/*/item", "42", NULL);
  YES("k=v=w", "*=*", "k", "v=w", UNTOUCHED);
  YES("k-l-m", "#-#-#", "k", "l", "m", UNTOUCHED);
  YES("mnomnop", "*mnop", "mno", NULL);
  YES("pq", "??", "p", "q", NULL);
  YES("pqr", "?*", "p", "qr", UNTOUCHED);
  YES("pqr", "**", "pqr", UNTOUCHED);
  NO("p/q", "*");
  YES("p/q", "*#", "p/q", UNTOUCHED);
  NO("p/q", "#*");
  YES("p/q", "p?q", "/", NULL);
  YES("//", "/*/", "", NULL);
  YES("a/b/c", "#", "a/b/c");
  YES("/a/b", "/#/b", "a", NULL);
  NO("/u/a//b", "/u/*/b");
  NO("/u/a/c/b", "/u/*/b");

  // However often a match is tried, captures stay within wildcards + 1.
  char many[2001];
  struct mg_str caps[4];
  for (size_t i = 0; i < 2000; i += 2) memcpy(many + i, "ax", 2);
  many[2000] = '\0';
  caps[3] = mg_str(UNTOUCHED);
  mg_match(mg_str(many), mg_str("#a?b"), caps);
  CHECK_STR(caps[3], UNTOUCHED);
  cost();
  return test_result();
}
