// Certificates signed in the name of the CA, with other keys of all kinds, are refused by clients
// and by servers, alone in `ca` or in a bundle; so are certificates issued by one that is no CA.
// History: CVE-2026-5246 | forged under P-256, P-384, P-521, Ed25519, RSA, PSS: refused, both sides
// History: CVE-2026-73251 | the same with two certificates in `ca`
// History: a9df523f-usage | an issuer that is no CA is refused
#include "tls.h"

static char bundle[4000];

static void report(const char *what, const struct tls_side *client, const struct tls_side *server) {
  printf("%s\n  client: %s %s\n  server: %s %s\n", what, client->trace.text, client->trace.error,
         server->trace.text, server->trace.error);
}

// A server with that certificate; the client trusts `ca`.
static bool server_accepted(const char *ca, const char *cert, const char *key) {
  struct tls_side client, server;
  bool talked;
  int before = test_failures;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options(ca, "", "", "host.test");
  server.opts = tls_options("", cert, key, "");
  talked = tls_converse(&client, &server);
  if (!talked) {
    CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
    CHECK_INT(server.count, 0);
  }
  if (before != test_failures) report(cert, &client, &server);
  return talked;
}

// A client with that certificate; the server trusts `ca`.
static bool client_accepted(const char *ca, const char *cert, const char *key) {
  struct tls_side client, server;
  bool talked;
  int before = test_failures;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options("", cert, key, "");
  server.opts = tls_options(ca, "server.crt", "server.key", "");
  talked = tls_converse(&client, &server);
  if (!talked) {
    CHECK_TEXT(server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
    CHECK_INT(client.count, 0);
  }
  if (before != test_failures) report(cert, &client, &server);
  return talked;
}

int main(void) {
  static const char *const kinds[] = {"p256", "p384", "p521", "ed25519", "rsa", "pss"};
  mg_log_set(MG_LL_NONE);
  snprintf(bundle, sizeof(bundle), "%s%s", pki("other.crt").buf, pki("root.crt").buf);
  CHECK(server_accepted(bundle, "server.crt", "server.key"));
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    char cert[40], key[40];
    snprintf(cert, sizeof(cert), "forged-%s.crt", kinds[i]);
    snprintf(key, sizeof(key), "forged-%s.key", kinds[i]);
    CHECK(!server_accepted("root.crt", cert, key));
    CHECK(!client_accepted("root.crt", cert, key));
    CHECK(!server_accepted(bundle, cert, key));
    CHECK(!client_accepted(bundle, cert, key));
  }
  CHECK(!server_accepted("root.crt", "by-leaf.chain", "by-leaf.key"));
  CHECK(!client_accepted("root.crt", "by-leaf.chain", "by-leaf.key"));
  return test_result();
}
