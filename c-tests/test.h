// Checks for the C tests. Each prints both values when it fails; the program goes on, and ends with
// status 1 through `return test_result();`.
#ifndef TEST_H
#define TEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_failures;

static inline int test_result(void) {
  return test_failures == 0 ? 0 : 1;
}

static inline void test_fail(const char *file, int line, const char *what) {
  test_failures++;
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

static inline bool test_check_int(const char *file, int line, const char *what, long long got,
                                  long long want) {
  if (got == want) return true;
  test_fail(file, line, what);
  fprintf(stderr, "  got  %lld (0x%llx)\n  want %lld (0x%llx)\n", got, (unsigned long long)got,
          want, (unsigned long long)want);
  return false;
}

static inline void test_print_bytes(const char *label, const void *p, size_t len) {
  const unsigned char *bytes = (const unsigned char *)p;
  fprintf(stderr, "  %s %lu bytes \"", label, (unsigned long)len);
  for (size_t i = 0; i < len; i++) {
    if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '"' && bytes[i] != '\\') {
      fputc(bytes[i], stderr);
    } else {
      fprintf(stderr, "\\x%02x", bytes[i]);
    }
  }
  fputs("\"\n", stderr);
}

static inline bool test_check_bytes(const char *file, int line, const char *what, const void *got,
                                    size_t got_len, const void *want, size_t want_len) {
  if (got_len == want_len && (got_len == 0 || memcmp(got, want, got_len) == 0)) return true;
  test_fail(file, line, what);
  test_print_bytes("got ", got, got_len);
  test_print_bytes("want", want, want_len);
  return false;
}

static inline bool test_check_text(const char *file, int line, const char *what, const char *got,
                                   const char *want) {
  if (got == NULL || want == NULL) {
    if (got == want) return true;
    test_fail(file, line, what);
    fprintf(stderr, "  got  %s\n  want %s\n", got ? got : "NULL", want ? want : "NULL");
    return false;
  }
  return test_check_bytes(file, line, what, got, strlen(got), want, strlen(want));
}

// The condition holds.
#define CHECK(condition) \
  ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, "not so: " #condition))

// Two integers, two strings, two blocks of memory, or a struct mg_str and a string are equal.
#define CHECK_INT(got, want) \
  ((void)test_check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want)))
#define CHECK_TEXT(got, want) ((void)test_check_text(__FILE__, __LINE__, #got, (got), (want)))
#define CHECK_BYTES(got, got_len, want, want_len) \
  ((void)test_check_bytes(__FILE__, __LINE__, #got, (got), (got_len), (want), (want_len)))
#define CHECK_STR(got, want) \
  ((void)test_check_bytes(__FILE__, __LINE__, #got, (got).buf, (got).len, (want), strlen(want)))

// Two pointers are equal.
#define CHECK_PTR(got, want)                                                  \
  ((void)test_check_int(__FILE__, __LINE__, #got, (long long)(intptr_t)(got), \
                        (long long)(intptr_t)(want)))

#endif  // TEST_H
