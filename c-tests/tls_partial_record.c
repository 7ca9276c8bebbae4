// Chapter 05, 40 and 41, and section 10, 8: with half a record received, polls sleep and data goes
// out; the end of the stream inside a record closes the connection without ERROR.
#include "tls_relay.h"

int main(void) {
  struct relayed t;
  struct mg_connection *server, *client;
  relayed_begin(&t, tls_hello);
  RELAY_UNTIL(&t, t.client.count == 5);
  for (int i = 0; i < 10; i++) {  // tickets and the like
    relay_step(&t.relay);
    mg_mgr_poll(&t.mgr, 1);
  }
  server = relayed_end(&t, &t.server);
  client = relayed_end(&t, &t.client);
  // A record of 1022 bytes: the server gets 600 of them.
  t.relay.piece = 600;
  t.relay.hold[TO_SERVER] = true;
  for (int i = 0; i < 50; i++) mg_send(client, "01234567890123456789", 20);
  POLL_UNTIL(&t.mgr, client->send.len == 0);
  t.relay.hold[TO_SERVER] = false;
  relay_step(&t.relay);
  t.relay.hold[TO_SERVER] = true;
  CHECK(polls_during(&t.mgr, 300) < 40);
  CHECK_INT(t.server.count, 5);
  mg_send(server, "still here", 10);
  RELAY_UNTIL(&t, t.client.count == 15);
  CHECK_TEXT(t.client.received, "hellostill here");
  relay_cut(&t.relay, TO_CLIENT);
  POLL_UNTIL(&t.mgr, has_closed(&t.server));
  CHECK_INT(t.server.count, 5);
  CHECK_TEXT(t.server.trace.text, "OPEN ACCEPT TLS_HS READ WRITE WRITE CLOSE ");
  relayed_end_all(&t);
  return test_result();
}
