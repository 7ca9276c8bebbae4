// Chapter 04, 17 to 21, 23, 24: PING, fragments, the harmless continuation, frames byte by byte,
// CLOSE; a reserved opcode, and frames that break the rules.
// History: CVE-2025-51495 | a last fragment without a first: 1002, or nothing if it is empty
// History: CVE-2017-2921 | lengths of 2^31 to 2^64 - 1 are refused at the header
// History: 7.22-websocket-checks | what is refused ends with its close code
#include "ws.h"

static struct mg_mgr mgr;
static struct mg_connection *listener;
static struct ws_log log_;

// Sends `bytes` behind a request, `step` at a time, and compares what the program saw and got sent.
static void check(const char *bytes, size_t len, size_t step, const char *seen, const char *sent,
                  size_t sent_len) {
  struct mg_connection *raw = ws_raw(&mgr, listener);
  const char *end;
  log_.text[0] = '\0';
  mg_printf(raw, "%s", WS_REQUEST);
  POLL_UNTIL(&mgr, raw->recv.len >= 129);
  raw->recv.len = 0;
  log_.read = 0;
  // The peer stops once the server has closed.
  for (size_t at = 0; at < len && strstr(log_.text, "CLOSE") == NULL; at += step) {
    mg_send(raw, bytes + at, len - at < step ? len - at : step);
    POLL_UNTIL(&mgr, log_.read >= at + step || log_.read == len);
  }
  end = seen + strlen(seen);
  POLL_UNTIL(&mgr, strlen(log_.text) >= (size_t)(end - seen) && raw->recv.len >= sent_len);
  CHECK_TEXT(log_.text, seen);
  CHECK_BYTES(raw->recv.buf, raw->recv.len, sent, sent_len);
  raw->is_closing = 1;
  POLL_UNTIL(&mgr, log_.c == NULL);
}

#define MASK "\0\0\0\0"
#define CHECK_FRAMES(bytes, seen, sent)                                         \
  check(bytes, sizeof(bytes) - 1, sizeof(bytes), seen, sent, sizeof(sent) - 1); \
  check(bytes, sizeof(bytes) - 1, 1, seen, sent, sizeof(sent) - 1)

int main(void) {
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  listener = ws_listen(&mgr, &log_);
  CHECK_FRAMES("\x89\x84" MASK "ping", "OPEN CTL 89 ping ", "\x8a\x04ping");
  CHECK_FRAMES("\x01\x82" MASK "ab\x89\x81" MASK "x\x00\x81" MASK "c\x80\x81" MASK "d",
               "OPEN CTL 89 x CTL 00 c CTL 80 d MSG 01 abcd ", "\x8a\x01x");
  CHECK_FRAMES("\x80\x80" MASK "\x81\x82" MASK "ok", "OPEN CTL 80  MSG 81 ok ", "");
  CHECK_FRAMES("\x88\x84" MASK "\x0b\xb8ok", "OPEN CTL 88 \x0b\xb8ok CLOSE ", "\x88\x04\x0b\xb8ok");
  CHECK_FRAMES("\x83\x80" MASK, "OPEN ERROR unknown WS op 3 CLOSE ", "");
  CHECK_FRAMES("\x81\x02hi", "OPEN ERROR WS frame without mask CLOSE ", "\x88\x02\x03\xea");
  CHECK_FRAMES("\xc1\x80" MASK, "OPEN ERROR WS reserved bits CLOSE ", "\x88\x02\x03\xea");
  CHECK_FRAMES("\x81\x81" MASK "\xff", "OPEN ERROR WS text is not UTF-8 CLOSE ",
               "\x88\x02\x03\xef");
  CHECK_FRAMES("\x82\xff\x00\x00\x00\x00\x00\x30\x00\x00" MASK,
               "OPEN ERROR MG_MAX_RECV_SIZE CLOSE ", "\x88\x02\x03\xf1");
  CHECK_FRAMES("\x80\x82" MASK "zz\x81\x82" MASK "ok",
               "OPEN ERROR WS continuation without message CLOSE ", "\x88\x02\x03\xea");
  // Lengths of 2^31, 2^32 - 1, 2^62, 2^63 and 2^64 - 1: refused when the header is there.
#define HUGE(length, why, code) \
  CHECK_FRAMES("\x82\xff" length MASK, "OPEN ERROR " why " CLOSE ", "\x88\x02\x03" code)
  HUGE("\x00\x00\x00\x00\x80\x00\x00\x00", "MG_MAX_RECV_SIZE", "\xf1");
  HUGE("\x00\x00\x00\x00\xff\xff\xff\xff", "MG_MAX_RECV_SIZE", "\xf1");
  HUGE("\x40\x00\x00\x00\x00\x00\x00\x00", "MG_MAX_RECV_SIZE", "\xf1");
  HUGE("\x80\x00\x00\x00\x00\x00\x00\x00", "WS frame length", "\xea");
  HUGE("\xff\xff\xff\xff\xff\xff\xff\xff", "WS frame length", "\xea");
  mg_mgr_free(&mgr);
  return test_result();
}
