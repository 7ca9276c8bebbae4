// Design section 9: a program's own struct mg_connection, on the stack and without a manager, takes
// mg_send, mg_printf, mg_http_reply and others: only its public fields are touched.
#include "event.h"

int main(void) {
  struct trace trace = {0};
  struct mg_http_message hm;
  struct {
    char before[256];
    struct mg_connection c;
    char after[256];
  } own;
  memset(&own, 0x55, sizeof(own));
  memset(&own.c, 0, sizeof(own.c));
  mg_log_set(MG_LL_NONE);
  own.c.fn = record;
  own.c.fn_data = &trace;
  own.c.fd = (void *)(size_t)-1;
  CHECK(mg_send(&own.c, "abc", 3));
  CHECK_INT(mg_printf(&own.c, "%d", 42), 2);
  CHECK_BYTES(own.c.send.buf, own.c.send.len, "abc42", 5);
  own.c.send.len = 0;
  mg_http_reply(&own.c, 200, "A: b\r\n", "{%m:%d}", MG_ESC("n"), 7);
  CHECK(mg_http_parse((char *)own.c.send.buf, own.c.send.len, &hm) > 0);
  CHECK_INT(mg_http_status(&hm), 200);
  CHECK_STR(hm.body, "{\"n\":7}");
  own.c.send.len = 0;
  mg_http_printf_chunk(&own.c, "%s", "chunk");
  mg_http_write_chunk(&own.c, "", 0);
  CHECK_BYTES(own.c.send.buf, own.c.send.len, "00000005\r\nchunk\r\n0\r\n\r\n", 22);
  own.c.send.len = 0;
  mg_http_bauth(&own.c, "user", "pass");
  CHECK_INT(own.c.send.len, strlen("Authorization: Basic dXNlcjpwYXNz\r\n"));
  mg_call(&own.c, MG_EV_OPEN, NULL);
  mg_error(&own.c, "%s", "oops");
  CHECK_TEXT(trace.text, "OPEN ERROR ");
  CHECK_INT(own.c.is_closing, 1);
  mg_iobuf_add(&own.c.rtls, 0, "raw", 3);
  char buf[2];
  CHECK_INT(mg_io_recv(&own.c, buf, sizeof(buf)), 2);
  CHECK_INT(mg_io_send(&own.c, "x", 1), MG_IO_ERR);
  own.c.is_udp = 1;
  CHECK(!mg_send(&own.c, "x", 1));
  mg_http_serve_file(&own.c, &hm, "/dev/null/nothing", NULL);
  mg_iobuf_free(&own.c.send);
  mg_iobuf_free(&own.c.recv);
  mg_iobuf_free(&own.c.rtls);
  for (size_t i = 0; i < 256; i++) {
    CHECK_INT(own.before[i], 0x55);
    CHECK_INT(own.after[i], 0x55);
  }
  return test_result();
}
