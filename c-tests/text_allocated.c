// Chapter 02, 27, 28, 33: mg_mprintf, mg_queue_printf, printing into an iobuf; section 12, 10: a
// long text takes no quadratic time.
#include "mongoose.h"
#include "test.h"

static void allocated(void) {
  char *s = mg_mprintf("%s-%d", "x", 7);
  CHECK_TEXT(s, "x-7");
  mg_free(s);
  s = mg_mprintf("%s", "");
  CHECK(s == NULL);
  mg_free(s);

  size_t n = 1000000;
  char *big = (char *)malloc(n + 1);
  memset(big, 'y', n);
  big[n] = '\0';
  s = mg_mprintf("%s", big);
  CHECK(s != NULL && strlen(s) == n);
  mg_free(s);
  free(big);
}

static void queued(void) {
  char storage[64], *message;
  struct mg_queue q;
  memset(storage, 0, sizeof(storage));
  mg_queue_init(&q, storage, sizeof(storage));
  CHECK_INT(mg_queue_printf(&q, "%s", ""), 0);
  CHECK_INT(mg_queue_next(&q, &message), 0);
  CHECK_INT(mg_queue_printf(&q, "%d,%m", 12, MG_ESC("ab")), 7);
  uint32_t len = 0;
  memcpy(&len, storage, 4);
  CHECK_INT(len, 7);
  CHECK_INT(mg_queue_printf(&q, "second"), 6);
  size_t n = mg_queue_next(&q, &message);
  CHECK_BYTES(message, n, "12,\"ab\"", 7);
  CHECK(message == storage + 4);
  mg_queue_del(&q, n);
  n = mg_queue_next(&q, &message);
  CHECK_BYTES(message, n, "second", 6);
  mg_queue_del(&q, n);
  CHECK_INT(
      mg_queue_printf(&q, "%s", "this text is longer than the queue and can't be stored there"), 0);
  CHECK_INT(mg_queue_next(&q, &message), 0);
}

static void iobuf(void) {
  struct mg_iobuf io;
  memset(&io, 0, sizeof(io));
  io.align = 64;
  CHECK_INT(mg_xprintf(mg_pfn_iobuf, &io, ""), 0);
  CHECK(io.buf == NULL);
  for (int i = 0; i < 200; i++) {
    mg_xprintf(mg_pfn_iobuf, &io, "%c", 'a' + i % 26);
    CHECK_INT(io.len, i + 1);
    CHECK_INT(io.buf[io.len], 0);
    CHECK(io.size > io.len && io.size % 64 == 0);
  }
  mg_iobuf_free(&io);

  io.align = 0;
  char chunk[61];
  memset(chunk, 'z', 60);
  chunk[60] = '\0';
  for (int i = 0; i < 1000; i++) mg_xprintf(mg_pfn_iobuf, &io, "%s", chunk);
  CHECK_INT(io.len, 60000);
  CHECK_INT(io.buf[60000], 0);
  mg_iobuf_free(&io);
}

static void iobuf_fixed(void) {
  unsigned char room[6] = "~~~~~";
  struct mg_iobuf io = {room, 4, 0, 0};
  mg_xprintf(mg_pfn_iobuf_noresize, &io, "abc");
  CHECK_INT(io.len, 3);
  CHECK_BYTES(room, 5, "abc\0~", 5);
  mg_xprintf(mg_pfn_iobuf_noresize, &io, "defgh");
  CHECK_INT(io.len, 4);
  CHECK_BYTES(room, 5, "abc\0~", 5);
  struct mg_iobuf none = {room, 0, 0, 0};
  mg_xprintf(mg_pfn_iobuf_noresize, &none, "abc");
  CHECK_INT(none.len, 0);
  CHECK_INT(room[0], 'a');
}

int main(void) {
  allocated();
  queued();
  iobuf();
  iobuf_fixed();
  return test_result();
}
