// Chapter 03, 21, 22: bytes of replies and chunks, on connections that no manager knows.
#include "mongoose.h"
#include "test.h"

static struct mg_connection c;

static void check(int line, const char *want, int is_resp) {
  test_check_bytes(__FILE__, line, "c.send", c.send.buf, c.send.len, want, strlen(want));
  test_check_int(__FILE__, line, "is_resp", c.is_resp, is_resp);
  mg_iobuf_free(&c.send);
  memset(&c, 0, sizeof(c));
  c.is_resp = 1;
}

#define WRITES(want, is_resp) check(__LINE__, want, is_resp)

int main(void) {
  c.is_resp = 1;
  mg_http_reply(&c, 200, "A: b\r\n", "%s=%d", "n", 12345);
  WRITES("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 7          \r\n\r\nn=12345", 0);
  mg_http_reply(&c, 404, NULL, "");
  WRITES("HTTP/1.1 404 Not Found\r\nContent-Length: 0          \r\n\r\n", 0);
  mg_http_reply(&c, 777, "", "x");
  WRITES("HTTP/1.1 777 \r\nContent-Length: 1          \r\n\r\nx", 0);
  mg_http_reply(&c, 204, "", "kept");
  WRITES("HTTP/1.1 204 No Content\r\nContent-Length: 4          \r\n\r\nkept", 0);
  mg_http_reply(&c, 418, "", "%m", MG_ESC("tea"));
  WRITES("HTTP/1.1 418 I'm a teapot\r\nContent-Length: 5          \r\n\r\n\"tea\"", 0);
  static const struct {
    int code;
    const char *reason;
  } reasons[] = {{100, "Continue"},
                 {206, "Partial Content"},
                 {301, "Moved Permanently"},
                 {411, "Length Required"},
                 {416, "Requested Range Not Satisfiable"},
                 {444, "Connection Closed Without Response"},
                 {599, "Network Connect Timeout Error"},
                 {0, ""},
                 {-1, ""}};
  for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
    char want[200];
    mg_snprintf(want, sizeof(want), "HTTP/1.1 %d %s\r\nContent-Length: 0          \r\n\r\n",
                reasons[i].code, reasons[i].reason);
    mg_http_reply(&c, reasons[i].code, "", "");
    WRITES(want, 0);
  }

  mg_http_printf_chunk(&c, "%s", "abcdefghijklmnop");
  WRITES("00000010\r\nabcdefghijklmnop\r\n", 1);
  mg_http_printf_chunk(&c, "%s", "");
  WRITES("00000000\r\n\r\n", 0);
  mg_http_write_chunk(&c, "abcdefghijklmnop", 16);
  WRITES("10\r\nabcdefghijklmnop\r\n", 1);
  mg_http_write_chunk(&c, NULL, 0);
  WRITES("0\r\n\r\n", 0);

  // What is queued stays in front.
  mg_http_write_chunk(&c, "a", 1);
  mg_http_printf_chunk(&c, "b");
  mg_http_printf_chunk(&c, "");
  WRITES("1\r\na\r\n00000001\r\nb\r\n00000000\r\n\r\n", 0);
  return test_result();
}
