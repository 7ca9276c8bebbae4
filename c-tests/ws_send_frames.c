// Chapter 04, 12 to 16 and 22: lengths of frames, masks, empty frames, wrapping, printing, and FIN
// cleared by hand, on connections of the program's own.
#include "test.h"
#include "mongoose.h"

static char payload[70000];

static void lengths(struct mg_connection *c, size_t more) {
  const size_t table[][2] = {{0, 2}, {125, 2}, {126, 4}, {65535, 4}, {65536, 10}};
  for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
    c->send.len = 0;
    CHECK_INT(mg_ws_send(c, payload, table[i][0], WEBSOCKET_OP_BINARY),
              table[i][0] + table[i][1] + more);
    CHECK_INT(c->send.len, table[i][0] + table[i][1] + more);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection server, client;
  unsigned char first[10], unmasked[4];
  memset(&mgr, 0, sizeof(mgr));
  memset(&server, 0, sizeof(server));
  server.mgr = &mgr;
  client = server;
  client.is_client = 1;
  lengths(&server, 0);
  lengths(&client, 4);

  client.send.len = 0;
  CHECK_INT(mg_ws_send(&client, "data", 4, WEBSOCKET_OP_TEXT), 10);
  memcpy(first, client.send.buf, 10);
  for (int i = 0; i < 4; i++) unmasked[i] = first[6 + i] ^ first[2 + i];
  CHECK_BYTES(unmasked, 4, "data", 4);
  client.send.len = 0;
  mg_ws_send(&client, "data", 4, WEBSOCKET_OP_TEXT);
  CHECK(memcmp(first + 2, client.send.buf + 2, 4) != 0);

  server.send.len = 0;
  CHECK_INT(mg_ws_send(&server, NULL, 0, WEBSOCKET_OP_PING), 2);
  mg_iobuf_add(&server.send, server.send.len, "..abc", 5);
  CHECK_INT(mg_ws_wrap(&server, 3, WEBSOCKET_OP_TEXT), 9);
  CHECK_BYTES(server.send.buf, server.send.len,
              "\x89\x00..\x81\x03"
              "abc",
              9);
  CHECK_INT(mg_ws_wrap(&server, 10, WEBSOCKET_OP_TEXT), 9);
  size_t start = server.send.len;
  CHECK_INT(mg_ws_printf(&server, WEBSOCKET_OP_TEXT, "%d-%s", 42, "x"), 4);
  CHECK_BYTES(server.send.buf + start, server.send.len - start,
              "\x81\x04"
              "42-x",
              6);
  server.send.buf[start] &= 0x7f;
  CHECK_INT(mg_ws_printf(&server, WEBSOCKET_OP_CONTINUE, "%s", ""), 0);
  CHECK_BYTES(server.send.buf + start, server.send.len - start,
              "\x01\x04"
              "42-x\x80\x00",
              8);
  // The source may lie in the buffer itself.
  server.send.len = 0;
  mg_iobuf_add(&server.send, 0, payload, sizeof(payload));
  CHECK_INT(mg_ws_send(&server, server.send.buf, 60000, WEBSOCKET_OP_BINARY), 60004);
  mg_iobuf_free(&server.send);
  mg_iobuf_free(&client.send);
  return test_result();
}
