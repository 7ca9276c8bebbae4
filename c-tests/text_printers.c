// Chapter 02, 26 and 29-32: %M and %m with printers of the program and of the library.
#include "mongoose.h"
#include "test.h"

static char out[300];

// Takes an int and a string, prints "n:string", with a conversion of its own inside.
static size_t print_pair(mg_pfn_t fn, void *arg, va_list *ap) {
  int n = va_arg(*ap, int);
  const char *text = va_arg(*ap, const char *);
  return mg_xprintf(fn, arg, "%d:%m", n, MG_ESC(text));
}

// Takes nothing, prints two bytes, claims five.
static size_t print_lie(mg_pfn_t fn, void *arg, va_list *ap) {
  (void)ap;
  fn('x', arg);
  fn('y', arg);
  return 5;
}

// Takes a printer and its arguments.
static size_t print_nested(mg_pfn_t fn, void *arg, va_list *ap) {
  fn('<', arg);
  mg_pm_t inner = va_arg(*ap, mg_pm_t);
  size_t n = inner(fn, arg, ap);
  fn('>', arg);
  return n + 2;
}

#define FMT(want, ...)                                                   \
  do {                                                                   \
    CHECK_INT(mg_snprintf(out, sizeof(out), __VA_ARGS__), strlen(want)); \
    CHECK_TEXT(out, want);                                               \
  } while (0)

static void custom(void) {
  FMT("a 7:\"q\\\"\" b", "a %M %s", print_pair, 7, "q\"", "b");
  FMT("\"7:\"x\"\" 9", "%m %d", print_pair, 7, "x", 9);
  FMT("<1:\"z\"> 2", "%M %d", print_nested, print_pair, 1, "z", 2);
  FMT("3:\"\";", "%10.*M;", 4, print_pair, 3, "");
  CHECK_INT(mg_snprintf(out, sizeof(out), "%m.", print_lie), 5 + 2 + 1);
  CHECK_TEXT(out, "\"xy\".");
}

static void bytes(void) {
  static const char *const hex[] = {"", "61", "6162", "616263", "61626364"};
  static const char *const base64[] = {"", "YQ==", "YWI=", "YWJj", "YWJjZA=="};
  for (size_t n = 0; n <= 4; n++) {
    FMT(hex[n], "%M", mg_print_hex, (int)n, "abcd");
    FMT(base64[n], "%M", mg_print_base64, (int)n, "abcd");
    FMT(hex[n], "%M", mg_print_hex, n, "abcd");  // a size_t takes one slot, too
  }
  FMT("\"61\"", "%m", mg_print_hex, 1, "a");
  FMT("00ff;", "%M;", mg_print_hex, 2, "\0\xff");
  FMT(";", "%M;", mg_print_hex, 0, (void *)NULL);
  // Section 12, 2 and 14: NULL and negative lengths print nothing.
  FMT(";", "%M;", mg_print_hex, 3, (void *)NULL);
  FMT(";", "%M;", mg_print_base64, 3, (void *)NULL);
  FMT(";", "%M;", mg_print_hex, -1, "abc");
  FMT(";", "%M;", mg_print_base64, -1, "abc");
  FMT(";", "%M;", mg_print_html_esc, -1, "abc");
  FMT(";", "%M;", mg_print_html_esc, 3, (char *)NULL);
  FMT(";", "%M;", mg_print_esc, 3, (char *)NULL);
}

static void escapes(void) {
  FMT("\\b\\f\\n\\r\\t\\\\\\\"", "%M", mg_print_esc, 0, "\b\f\n\r\t\\\"");
  FMT("/\x01\x7f\xc3\xa9'", "%M", mg_print_esc, 0, "/\x01\x7f\xc3\xa9'");
  FMT("ab", "%M", mg_print_esc, 2, "abc");
  FMT("ab", "%M", mg_print_esc, 9, "ab\0cd");
  FMT("abc", "%M", mg_print_esc, -1, "abc");
  FMT("\"\"", "%m", mg_print_esc, 0, (char *)NULL);
  FMT("{\"rpm\":900}", "{%m:%d}", MG_ESC("rpm"), 900);
  FMT("&amp;&lt;&gt;&quot;'", "%M", mg_print_html_esc, 5, "&<>\"'");
  FMT("", "%M", mg_print_html_esc, 0, "abc");
  FMT("ab", "%M", mg_print_html_esc, 2, "ab<");
}

static void addresses(void) {
  struct mg_addr a;
  char unaligned[17] = "\0\xfe\x80\0\0\0\0\0\0\0\0\0\x12\0\x34\0\x56";
  memset(&a, 0, sizeof(a));
  memcpy(&a, "\xc0\xa8\x01\x09", 4);
  a.port = mg_htons(8080);
  FMT("192.168.1.9", "%M", mg_print_ip, &a);
  FMT("192.168.1.9:8080", "%M", mg_print_ip_port, &a);
  FMT("192.168.1.9", "%M", mg_print_ip4, &a);
  memcpy(&a, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  a.is_ip6 = true;
  FMT("[2001:db8:0:0:0:0:0:1]", "%M", mg_print_ip, &a);
  FMT("[2001:db8:0:0:0:0:0:1]:8080", "%M", mg_print_ip_port, &a);
  FMT("[2001:db8:0:0:0:0:0:1]", "%M", mg_print_ip6, &a);
  FMT("[fe80:0:0:0:0:12:34:56]", "%M", mg_print_ip6, unaligned + 1);
  FMT("00:1a:ff:03:04:05", "%M", mg_print_mac, "\0\x1a\xff\x03\x04\x05");
  FMT("00:01:02:03:04:05:06:ff", "%M", mg_print_ieee64, "\0\x01\x02\x03\x04\x05\x06\xff");
}

int main(void) {
  custom();
  bytes();
  escapes();
  addresses();
  return test_result();
}
