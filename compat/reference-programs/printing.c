// Formatted text to buffers, functions and standard output; the printers of %M.
#include "mongoose.h"
#include "test.h"

static size_t to_buffer(char *buf, size_t len, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  size_t n = mg_vsnprintf(buf, len, fmt, &ap);
  va_end(ap);
  return n;
}

static char *to_memory(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *text = mg_vmprintf(fmt, &ap);
  va_end(ap);
  return text;
}

static size_t to_function(mg_pfn_t fn, void *arg, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  size_t n = mg_vxprintf(fn, arg, fmt, &ap);
  va_end(ap);
  return n;
}

static void targets(void) {
  char buf[20];
  CHECK_INT(to_buffer(buf, 4, "%d-%s", 12, "abc"), 6);
  CHECK_TEXT(buf, "12-");
  char *text = to_memory("%05d|%-3s|%lld|%g", 42, "x", 1LL << 40, 2.25);
  CHECK_TEXT(text, "00042|x  |1099511627776|2.25");
  mg_free(text);

  struct mg_iobuf io = {NULL, 0, 0, 16};
  CHECK_INT(mg_xprintf(mg_pfn_iobuf, &io, "%x", 255), 2);
  CHECK_INT(to_function(mg_pfn_iobuf, &io, "%.*s", 2, "abc"), 2);
  CHECK_BYTES(io.buf, io.len, "ffab", 4);
  mg_iobuf_free(&io);

  struct mg_iobuf fixed = {(unsigned char *)buf, 4, 0, 0};
  CHECK_INT(mg_xprintf(mg_pfn_iobuf_noresize, &fixed, "%s", "abcdef"), 6);
  CHECK_TEXT(buf, "abc");
}

static void standard_output(void) {
  int fds[2], saved = dup(1);
  char got[10] = "";
  fflush(stdout);
  CHECK_INT(pipe(fds), 0);
  dup2(fds[1], 1);
  mg_xprintf(mg_pfn_stdout, NULL, "%s", "printed");
  fflush(stdout);
  dup2(saved, 1);
  CHECK_INT(read(fds[0], got, sizeof(got) - 1), 7);
  CHECK_TEXT(got, "printed");
  close(fds[0]), close(fds[1]), close(saved);
}

#define PRINTS(want, ...)                         \
  do {                                            \
    char out_[100];                               \
    mg_snprintf(out_, sizeof(out_), __VA_ARGS__); \
    CHECK_TEXT(out_, want);                       \
  } while (0)

static void printers(void) {
  static const uint8_t bytes[16] = {1, 2, 3, 0xab, 0xcd, 0xef, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1};
  struct mg_addr addr;
  memset(&addr, 0, sizeof(addr));
  addr.addr.ip4 = mg_htonl(0x7f000001);
  addr.port = mg_htons(80);
  PRINTS("AQID", "%M", mg_print_base64, 3, bytes);
  PRINTS("\"a\\\"b\"", "%m", mg_print_esc, 0, "a\"b");
  PRINTS("010203ab", "%M", mg_print_hex, 4, bytes);
  PRINTS("&lt;b&gt;", "%M", mg_print_html_esc, 3, "<b>");
  PRINTS("01:02:03:ab:cd:ef:07:08", "%M", mg_print_ieee64, bytes);
  PRINTS("01:02:03:ab:cd:ef", "%M", mg_print_mac, bytes);
  PRINTS("127.0.0.1", "%M", mg_print_ip, &addr);
  PRINTS("127.0.0.1:80", "%M", mg_print_ip_port, &addr);
  PRINTS("1.2.3.171", "%M", mg_print_ip4, bytes);
  PRINTS("[102:3ab:cdef:708:0:0:0:1]", "%M", mg_print_ip6, bytes);
}

int main(void) {
  targets();
  standard_output();
  printers();
  return test_result();
}
