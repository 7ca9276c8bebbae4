// Chapter 02, 13-20: integers, strings, characters and unknown conversions of the format language.
// History: a9df523f-format | widths and precisions of 0 to 200 for %d, %x, %s and others
#include <limits.h>

#include "mongoose.h"
#include "test.h"

static char out[300];

// Formats into `out` and checks text, count and what a short buffer gets.
#define FMT(want, ...)                                                                \
  do {                                                                                \
    char cut[4] = "~~~";                                                              \
    memset(out, '~', sizeof(out));                                                    \
    CHECK_INT(mg_snprintf(out, sizeof(out), __VA_ARGS__), strlen(want));              \
    CHECK_TEXT(out, want);                                                            \
    CHECK_INT(mg_snprintf(NULL, 0, __VA_ARGS__), strlen(want));                       \
    CHECK_INT(mg_snprintf(cut, 3, __VA_ARGS__), strlen(want));                        \
    CHECK_BYTES(cut, strlen(cut), want, strlen(want) < 2 ? strlen(want) : (size_t)2); \
    CHECK_INT(cut[3], '\0');                                                          \
  } while (0)

static void integers(void) {
  FMT("   42;", "%5d;", 42);
  FMT("42   ;", "%-5d;", 42);
  FMT("00-42;", "%05d;", -42);
  FMT("00042;", "%-05d;", 42);
  FMT("      42;", "%8.3d;", 42);
  FMT("42", "%.5d", 42);
  FMT("0x002a;", "%#06x;", 0x2a);
  FMT("   0x0;", "%#6x;", 0);
  FMT("0x000abc;", "%#-08x;", 0xabc);
  FMT("0xb   ;", "%#-6x;", 0xb);
  FMT("0x5", "%#d", 5);
  FMT("ff", "%X", 255);
  FMT("300", "%hhd", 300);
  FMT("ffffffff", "%hhx", -1);
  FMT("4294967295", "%hu", -1);
  FMT("4294967295", "%u", -1);
  FMT("ffffffffffffffff", "%lx", -1L);
  FMT("ffffffffffffffff", "%llx", -1LL);
  FMT("18446744073709551615", "%llu", -1LL);
  FMT("2147483647 -2147483648", "%d %d", INT_MAX, INT_MIN);
  FMT("9223372036854775807", "%ld", LONG_MAX);
  FMT("-9223372036854775808", "%lld", LLONG_MIN);
  FMT("0", "%d", 0);
  FMT("    0xdead;", "%10p;", (void *)0xdead);
  FMT("0x0000dead;", "%010p;", (void *)0xdead);
  FMT("     0x5;", "%8.3p;", (void *)5);
  FMT("0x0", "%p", (void *)NULL);
  FMT("7;", "%.*d;", 3, 7);
}

static void strings(void) {
  static const char unterminated[3] = {'a', 'b', 'c'};
  FMT("", "%s", (char *)NULL);
  FMT("   ;", "%3s;", (char *)NULL);
  FMT(";", "%.0s;", (char *)NULL);
  FMT(";", "%.*s;", 3, (char *)NULL);  // section 12, 2
  FMT("ab", "%.2s", "abcd");
  FMT("ab", "%.5s", "ab");
  FMT("abc", "%.3s", unterminated);
  FMT("ab;", "%5.*s;", -1, "ab");
  FMT(";", "%.*s;", 0, "ab");
  FMT("a;", "%.*s;", 1, "ab");
  FMT(";", "%.s;", "ab");
  FMT("    a;", "%5.1s;", "ab");
  FMT("    ab;", "%8.4s;", "ab");
  FMT("ab;", "%3.10s;", "ab");
  FMT("000ab", "%05s", "ab");
  FMT("ab000", "%-05s", "ab");
  FMT("ab   ;", "%-5s;", "ab");
  FMT("wide", "%ls", "wide");
  FMT("x;", "%5c;", 'x');
  FMT("%", "%%");
  FMT("%", "%5%");
  CHECK_INT(mg_snprintf(out, sizeof(out), "%.5s;", "a\0b"), 2);
  CHECK_INT(mg_snprintf(out, sizeof(out), "[%c]", 0), 3);
  CHECK_BYTES(out, 4, "[\0]", 4);
}

// Unknown conversions take no argument: the number behind them still arrives.
static void unknown(void) {
  FMT("%i 8", "%i %d", 8);
  FMT("%zu 8", "%zu %d", 8);
  FMT("%+d 8", "%+d %d", 8);
  FMT("%*d 8", "%*d %d", 8);
  FMT("%y 8", "%5y %d", 8);
  FMT("%$s 8", "%2$s %d", 8);
  FMT("%#6x", "%-#6x");
  FMT("%hd", "%lhd");
}

// Section 12, 1: nothing behind the end of the format is read or printed.
static void cut_off(void) {
  static const char *const formats[] = {"50%\0SECRET", "%5\0SECRET", "%-08.3l\0SECRET",
                                        "%.*\0SECRET"};
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
    memset(out, 0, sizeof(out));
    const char *format = formats[i];
    mg_snprintf(out, sizeof(out), format, 1, 2);
    for (size_t k = 0; k + 6 < sizeof(out); k++) CHECK(memcmp(out + k, "SECRET", 6) != 0);
    CHECK(strchr(out, '%') != NULL);
  }
}

// The widest of everything in buffers of all sizes: the length is right, and nothing is written behind.
static void every_width(void) {
  static const char *const conversions[] = {"d", "u", "x", "lld", "llx", "s", "c", "p"};
  char small[64];
  for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++) {
    for (int n = 0; n <= 200; n++) {
      char format[20];
      const char *text = "a string of thirty characters.";
      bool is_text = conversions[i][0] == 's',
           is_wide = conversions[i][0] == 'l' || conversions[i][0] == 'p';
      mg_snprintf(format, sizeof(format), n % 2 ? "%%%d.%d%s" : "%%-%d.%d%s", n, n, conversions[i]);
      memset(small, '~', sizeof(small));
      size_t len = is_text   ? mg_snprintf(out, sizeof(out), format, text)
                   : is_wide ? mg_snprintf(out, sizeof(out), format, INT64_MIN)
                             : mg_snprintf(out, sizeof(out), format, INT_MIN);
      size_t cut = is_text   ? mg_snprintf(small, (size_t)n % 50, format, text)
                   : is_wide ? mg_snprintf(small, (size_t)n % 50, format, INT64_MIN)
                             : mg_snprintf(small, (size_t)n % 50, format, INT_MIN);
      test_check_int(__FILE__, __LINE__, format, (long long)cut, (long long)len);
      CHECK(len <= 240);
      for (size_t k = (size_t)n % 50; k < sizeof(small); k++) CHECK_INT(small[k], '~');
    }
  }
}

int main(void) {
  integers();
  strings();
  unknown();
  cut_off();
  every_width();
  return test_result();
}
