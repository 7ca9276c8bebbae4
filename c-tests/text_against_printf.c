// Formatting compared with the C library's, on random values, flags and widths. Chapter 02, 14-24.
// args: 100000
// modes: static shared
//
// Arguments: how many values per conversion, seed (1). Where the two languages differ by design,
// `theirs` and the comments say how:
//
// - integers: precision and `h` are ignored; digits of %X are lower case; `0` wins over `-`, its
//   zeros come before the sign; # prints 0x before 0, too
// - %s: the width is compared with the precision, if there is one
// - %c: the width is ignored
// - %p: as %#lx, NULL is 0x0
// - %f, %g: half a unit is added, then digits are cut, so that ties go up; below 0.1 %f cuts; %g
//   below 1 counts its digits from the point
#include "mongoose.h"
#include "test.h"

static uint64_t state;

static uint64_t random_bits(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * 0x2545f4914f6cdd1dULL;
}

static int below(int limit) {
  return (int)(random_bits() >> 33) % limit;
}

// Numbers of all lengths.
static long long random_integer(void) {
  return (long long)(random_bits() >> below(64)) * (below(2) ? 1 : -1);
}

// What stands between % and the letter.
struct spec {
  bool prefix, left, zero;
  int width, precision, halves, longs;  // precision: -1 for none
};

static struct spec random_spec(void) {
  struct spec spec = {below(3) == 0, below(3) == 0, below(3) == 0, 0, -1, 0, below(3)};
  if (below(2)) spec.width = below(30);
  if (below(4) == 0) spec.precision = below(12);
  if (spec.longs == 0) spec.halves = below(3);
  return spec;
}

static const char *format_of(const struct spec *spec, char letter, char *text) {
  char *at = text;
  *at++ = '%';
  if (spec->prefix) *at++ = '#';
  if (spec->left) *at++ = '-';
  if (spec->zero) *at++ = '0';
  if (spec->width > 0) at += sprintf(at, "%d", spec->width);
  if (spec->precision >= 0) at += sprintf(at, ".%d", spec->precision);
  for (int i = 0; i < spec->halves; i++) *at++ = 'h';
  for (int i = 0; i < spec->longs; i++) *at++ = 'l';
  *at++ = letter;
  *at = '\0';
  return text;
}

static bool same(const char *format, const char *got, size_t got_len, const char *want, int len) {
  return test_check_bytes(__FILE__, __LINE__, format, got, got_len, want, (size_t)len);
}

// The same value is printed again into a buffer that may be too small.
#define CHECK_CUT(whole, whole_len, format, value)                                            \
  do {                                                                                        \
    char cut[100];                                                                            \
    size_t room = (size_t)below(40) + 1, kept = whole_len < room ? whole_len : room - 1;      \
    CHECK_INT(mg_snprintf(cut, room, format, value), whole_len);                              \
    CHECK_BYTES(cut, kept + 1, memcpy(memset(want, 0, sizeof(want)), whole, kept), kept + 1); \
  } while (0)

static void check_integer(char letter) {
  struct spec spec = random_spec(), theirs;
  char format[40], c_format[40], got[100], want[100];
  long long value = random_integer();
  unsigned long long bits = spec.longs == 0 ? (unsigned)value : (unsigned long long)value;
  size_t len;
  int want_len;
  if (letter == 'd' || letter == 'u') spec.prefix = false;  // not defined in C
  format_of(&spec, letter, format);
  len = spec.longs == 0   ? mg_snprintf(got, sizeof(got), format, (int)value)
        : spec.longs == 1 ? mg_snprintf(got, sizeof(got), format, (long)value)
                          : mg_snprintf(got, sizeof(got), format, value);
  theirs = spec;
  theirs.longs = 2, theirs.halves = 0, theirs.precision = -1;
  theirs.left = spec.left && !spec.zero;
  if (letter == 'd') {
    char digits[30];
    int n = sprintf(digits, "%lld", spec.longs == 0 ? (int)value : value);
    if (spec.zero) {
      want_len = n > spec.width ? n : spec.width;
      memset(want, '0', sizeof(want));
      memcpy(want + want_len - n, digits, (size_t)n);
    } else {
      want_len = sprintf(want, spec.left ? "%-*s" : "%*s", spec.width, digits);
    }
  } else if (spec.prefix && bits == 0) {
    want_len = sprintf(want, theirs.left ? "%-*s" : "%*s", spec.width, "0x0");
    if (spec.zero) want_len = sprintf(want, "0x%0*d", spec.width > 3 ? spec.width - 2 : 1, 0);
  } else {
    format_of(&theirs, letter == 'X' ? 'x' : letter, c_format);
    want_len = snprintf(want, sizeof(want), c_format, bits);
  }
  if (same(format, got, len, want, want_len) && spec.longs == 2) {
    CHECK_CUT(got, len, format, value);
  }
}

static void check_pointer(char letter) {
  struct spec spec = random_spec(), theirs;
  char format[40], c_format[40], got[100], want[100];
  unsigned long value = (unsigned long)random_integer() | 1;
  size_t len;
  spec.precision = -1;
  theirs = spec;
  theirs.prefix = true, theirs.left = spec.left && !spec.zero, theirs.longs = 1, theirs.halves = 0;
  len = mg_snprintf(got, sizeof(got), format_of(&spec, letter, format), (void *)value);
  same(format, got, len, want,
       snprintf(want, sizeof(want), format_of(&theirs, 'x', c_format), value));
}

static void check_char(char letter) {
  struct spec spec = random_spec();
  char format[40], got[100], want = (char)below(256);
  size_t len = mg_snprintf(got, sizeof(got), format_of(&spec, letter, format), want);
  same(format, got, len, &want, 1);
}

static void check_text(char letter) {
  struct spec spec = random_spec(), theirs;
  char format[40], c_format[40], value[40], got[100], want[100];
  size_t len = (size_t)below(30), got_len;
  for (size_t i = 0; i < len; i++) value[i] = (char)(1 + below(255));
  value[len] = '\0';
  spec.prefix = spec.zero = false, spec.halves = spec.longs = 0;  // not defined in C
  theirs = spec;
  if (spec.precision > (int)len && (theirs.width -= spec.precision - (int)len) < 0)
    theirs.width = 0;
  got_len = mg_snprintf(got, sizeof(got), format_of(&spec, letter, format), value);
  same(format, got, got_len, want,
       snprintf(want, sizeof(want), format_of(&theirs, letter, c_format), value));
}

static long like_printf;  // floating-point texts that are the C library's, to the last byte

static double power_of_ten(int exponent) {
  char text[20];
  sprintf(text, "1e%d", exponent);
  return strtod(text, NULL);
}

static double magnitude(double x) {
  return x < 0 ? -x : x;
}

// A number with a given power of ten, perhaps one with few digits.
static double random_double(int exponent) {
  int digits = below(2) ? 1 + below(15) : 17;
  double fraction = (double)(random_bits() >> 11) / 9007199254740992.0;
  char text[40];
  sprintf(text, "%.*e", digits - 1, 1 + 9 * fraction);
  sprintf(strchr(text, 'e'), "e%d", exponent);
  return strtod(text, NULL) * (below(2) ? 1 : -1);
}

// The text has the value, but for `unit` or less; off by more than half of that it may be only if
// `cuts`.
static void check_close(const char *format, const char *got, double x, double unit, bool cuts) {
  double off = magnitude(strtod(got, NULL) - x), noise = magnitude(x) * 4e-16 + unit * 1e-9;
  if (off <= (cuts ? unit : unit / 2) + noise) return;
  test_fail(__FILE__, __LINE__, format);
  fprintf(stderr, "  got  %s\n  want %.17g\n", got, x);
}

static void check_fixed(char letter) {
  int precision = below(11), exponent = below(22 - precision) - 7;
  double x = random_double(exponent), unit = power_of_ten(-precision);
  char format[20], got[100], want[100], *point;
  size_t len;
  sprintf(format, "%%.%d%c", precision, letter);
  len = mg_snprintf(got, sizeof(got), format, x);
  CHECK_INT(len, strlen(got));
  sprintf(want, "%.*f%s", precision, x, precision == 0 ? "." : "");
  if (strcmp(got, want) == 0) {
    like_printf++;
    return;
  }
  point = strchr(got, '.');
  CHECK(point != NULL && (int)strspn(point + 1, "0123456789") == precision);
  CHECK(point != NULL && (int)strlen(point + 1) == precision);
  check_close(format, got, x, unit, magnitude(x) <= 0.1);
}

static void check_general(char letter) {
  int precision = 2 + below(14), exponent = below(22) - 7;
  double x = random_double(exponent);
  char format[20], got[100], want[100];
  size_t len;
  sprintf(format, "%%.%d%c", precision, letter);
  len = mg_snprintf(got, sizeof(got), format, x);
  CHECK_INT(len, strlen(got));
  sprintf(want, "%.*g", precision, x);
  if (strcmp(got, want) == 0) {
    like_printf++;
    return;
  }
  bool plain = strchr(got, 'e') == NULL;
  double unit = power_of_ten(plain && exponent < 0 ? -precision : exponent + 1 - precision);
  check_close(format, got, x, unit, plain && exponent < 0);
  CHECK(!plain || strchr(got, '.') == NULL || strchr("0.", got[len - 1]) == NULL);
  // Rounding may carry into the next power of ten, so that at the limits both forms are right.
  if (exponent > -precision && exponent < precision - 1) CHECK(plain);
  if (exponent < -precision || exponent >= precision) CHECK(!plain);
}

int main(int argc, char *argv[]) {
  static const struct {
    void (*check)(char letter);
    char letter;
  } rows[] = {{check_integer, 'd'}, {check_integer, 'u'}, {check_integer, 'x'},
              {check_integer, 'X'}, {check_pointer, 'p'}, {check_char, 'c'},
              {check_text, 's'},    {check_fixed, 'f'},   {check_general, 'g'}};
  long count = argc > 1 ? atol(argv[1]) : 100000;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    like_printf = 0;
    state = (seed + 1) * 0x9e3779b97f4a7c15ULL + i;
    for (long n = 0; n < count && test_failures < 10; n++) rows[i].check(rows[i].letter);
    printf("%%%c: %ld values, seed %lu", rows[i].letter, count, (unsigned long)seed);
    if (like_printf > 0) printf(", %ld printed as C does", like_printf);
    printf("\n");
  }
  return test_result();
}
