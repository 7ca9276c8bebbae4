// Chapter 06, checklist 47 and 49 to 52, section 9, 35 and 38: what a Modbus handler may do with a
// request, and frames in pieces and in a row.
#include "event.h"

static int requests, reads;
static char error[100];
static uint16_t own[4] = {1, 2, 3, 4};

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_READ) reads++;
  if (ev == MG_EV_ERROR) snprintf(error, sizeof(error), "%s", (char *)ev_data);
  if (ev != MG_EV_MODBUS_REQ) return;
  struct mg_modbus_req *mr = (struct mg_modbus_req *)ev_data;
  requests++;
  CHECK(c->recv.len >= 12);
  CHECK(mr->u.regs != NULL);
  CHECK_INT(mr->error, 0);
  for (uint16_t i = 0; i < mr->len && mr->func == 3; i++) mr->u.regs[i] = (uint16_t)(0x1200 + i);
  switch (mr->addr) {
    case 1:
      mr->error = 77;
      break;
    case 2:
      mr->len = 1;
      break;
    case 3:
      mr->len = 1000;
      break;
    case 4:
      mr->u.regs = own;
      break;
    case 5:
      mr->u.regs = NULL;
      break;
    case 6:
      c->is_closing = 1;
      break;
    case 7:
      mg_close_conn(c);
      break;
    case 8:
      mr->func = 99;
      break;
    case 9:
      mg_iobuf_free(&c->recv);
      break;
    default:
      break;
  }
}

static struct mg_mgr mgr;
static int peer;

// Sends what stands for `len` bytes, and checks all that comes back until `want` is there.
static void exchange(const char *what, const void *request, size_t len, const void *want,
                     size_t want_len) {
  uint8_t got[1000];
  size_t n = 0;
  if (len > 0) CHECK_INT(send(peer, request, len, 0), len);
  uint64_t begin = mg_millis();
  while (n < want_len && mg_millis() - begin < 10000) {
    mg_mgr_poll(&mgr, 5);
    long more = plain_recv_now(peer, got + n, sizeof(got) - n);
    if (more > 0) n += (size_t)more;
  }
  if (!test_check_bytes(__FILE__, __LINE__, what, got, n, want, want_len)) return;
}

#define READ(addr, len) "\1\2\0\0\0\6\x11\3\0" addr "\0" len
#define EXCHANGE(what, request, want) \
  exchange(what, request, sizeof(request) - 1, want, sizeof(want) - 1)

int main(void) {
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  CHECK_PTR(mg_modbus_listen(&mgr, "tcp://nonsense:x", on_event, NULL), NULL);
  struct mg_connection *lsn = mg_modbus_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  peer = plain_connect(lsn);

  EXCHANGE("read", READ("\0", "\2"), "\1\2\0\0\0\7\x11\3\4\x12\0\x12\1");
  CHECK_INT(reads, 1);
  // Each byte in a segment of its own, then two requests in one.
  static const char one[] = READ("\0", "\1");
  for (size_t i = 0; i + 1 < sizeof(one) - 1; i++) {
    CHECK_INT(send(peer, one + i, 1, 0), 1);
    mg_mgr_poll(&mgr, 5);
  }
  exchange("in pieces", one + sizeof(one) - 2, 1, "\1\2\0\0\0\5\x11\3\2\x12\0", 11);
  requests = 0;
  EXCHANGE("two", READ("\0", "\1") READ("\1", "\1"),
           "\1\2\0\0\0\5\x11\3\2\x12\0"
           "\1\2\0\0\0\3\x11\x83\x4d");
  CHECK_INT(requests, 2);

  EXCHANGE("fewer", READ("\2", "\5"), "\1\2\0\0\0\5\x11\3\2\x12\0");
  EXCHANGE("more than there are", READ("\3", "\2"), "\1\2\0\0\0\7\x11\3\4\x12\0\x12\1");
  EXCHANGE("another array", READ("\4", "\1"), "\1\2\0\0\0\5\x11\3\2\x12\0");
  EXCHANGE("no array", READ("\5", "\1"), "\1\2\0\0\0\3\x11\x83\4");
  EXCHANGE("another function", READ("\x8", "\1"), "\1\2\0\0\0\3\x11\xe3\4");
  EXCHANGE("input taken away", READ("\x9", "\1"), "\1\2\0\0\0\5\x11\3\2\x12\0");
  EXCHANGE("single coil, length as the handler left it", "\1\2\0\0\0\6\x11\5\0\3\xff\0",
           "\1\2\0\0\0\6\x11\5\0\3\xff\0");

  // Nothing behind a request that closes is served.
  requests = 0;
  static const char last[] = READ("\6", "\1") READ("\0", "\1");
  CHECK_INT(send(peer, last, sizeof(last) - 1, 0), sizeof(last) - 1);
  POLL_UNTIL(&mgr, mgr.conns == lsn && lsn->next == NULL);
  CHECK_INT(requests, 1);
  close(peer);

  requests = 0;
  peer = plain_connect(lsn);
  static const char gone[] = READ("\7", "\1") READ("\0", "\1");
  CHECK_INT(send(peer, gone, sizeof(gone) - 1, 0), sizeof(gone) - 1);
  POLL_UNTIL(&mgr, requests > 0);
  CHECK(mgr.conns == lsn && lsn->next == NULL);
  CHECK_INT(requests, 1);
  close(peer);

  peer = plain_connect(lsn);
  CHECK_INT(send(peer, "\1\2\0\0\0\xff\x11\3\0\0\0\1", 12, 0), 12);
  POLL_UNTIL(&mgr, error[0] != '\0');
  CHECK_TEXT(error, "invalid pdu");
  close(peer);
  mg_mgr_free(&mgr);

  // Without handler: zeros, and writes are acknowledged.
  mg_mgr_init(&mgr);
  lsn = mg_modbus_listen(&mgr, "tcp://127.0.0.1:0", NULL, NULL);
  peer = plain_connect(lsn);
  EXCHANGE("zeros", READ("\1", "\1"), "\1\2\0\0\0\5\x11\3\2\0\0");
  close(peer);
  mg_mgr_free(&mgr);
  return test_result();
}
