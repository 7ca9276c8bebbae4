// Chapter 05, 2.5 and section 10, 3: with skip_verification neither chain, name nor dates are
// checked, whatever `ca` and `name` are, on both sides; the name is asked for all the same (SNI).
#include "tls_relay.h"

static void check(const char *ca, const char *name, const char *cert, const char *key) {
  struct tls_side client, server;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options(ca, "", "", name);
  server.opts = tls_options("", cert, key, "");
  client.opts.skip_verification = true;
  if (!tls_converse(&client, &server)) test_fail(__FILE__, __LINE__, cert);
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct tls_side *side = (struct tls_side *)c->fn_data;
  side->opts = tls_options("other.crt", "", "", "asked-for.test");
  side->opts.skip_verification = true;
  tls_hello(c, ev, ev_data);
}

int main(void) {
  struct relayed t;
  struct tls_side client, server;
  check("other.crt", "", "server.crt", "server.key");
  check("root.crt", "no.test", "server.crt", "server.key");
  check("root.crt", "host.test", "expired.crt", "expired.key");
  check("root.crt", "host.test", "self.crt", "self.key");
  check("not\na certificate", "host.test", "server.crt", "server.key");
  // A server with `ca` asks for no certificate.
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options("root.crt", "", "", "host.test");
  server.opts = tls_options("root.crt", "server.crt", "server.key", "");
  server.opts.skip_verification = true;
  CHECK(tls_converse(&client, &server));
  relayed_begin(&t, on_client);
  RELAY_UNTIL(&t, t.client.count == 5);
  CHECK(relay_saw(&t.relay, TO_SERVER, "asked-for.test"));
  relayed_end_all(&t);
  return test_result();
}
