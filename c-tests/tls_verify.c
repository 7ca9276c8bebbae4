// Chapter 05, 15..30, 34, 35 and section 10, 1..4: who is trusted by whom. One row per situation:
// the options of both sides, and whether they get to talk. A side that refuses reports one ERROR,
// then CLOSE, and never TLS_HS or READ.
// History: CVE-2026-73253 | a wildcard stands for one label, never for an address
// History: a9df523f-dates | expired and not yet valid are refused
// History: a9df523f-usage | certificates for something else are refused
// History: CVE-2026-73251 | a namesake of the issuer is refused
// History: #3608 | without `ca` any name will do, with it the name counts
#include "tls.h"

enum { CLIENT_REFUSES = 1, SERVER_REFUSES = 2, TALK = 0 };

// Trust anchors of a client, two certificates in either order, and a bundle with the key.
static char bundle[4][8000];

static const char *join(int i, const char *a, const char *b) {
  snprintf(bundle[i], sizeof(bundle[i]), "%s%s", pki(a).buf, pki(b).buf);
  return bundle[i];
}

struct row {
  const char *what;
  const char *ca, *name;   // of the client
  const char *cert, *key;  // of the server
  const char *client_cert, *client_key;
  const char *server_ca, *server_name;
  int outcome;
};

static void check(const struct row *row) {
  struct tls_side client, server;
  bool talked;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts = tls_options(row->ca, row->client_cert, row->client_key, row->name);
  server.opts = tls_options(row->server_ca, row->cert, row->key, row->server_name);
  talked = tls_converse(&client, &server);
  if (talked != (row->outcome == TALK)) test_fail(__FILE__, __LINE__, row->what);
  if (row->outcome == CLIENT_REFUSES) {
    CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
    if (strstr(server.trace.text, "READ") != NULL) test_fail(__FILE__, __LINE__, row->what);
  } else if (row->outcome == SERVER_REFUSES) {
    CHECK_TEXT(server.trace.text, "OPEN ACCEPT ERROR CLOSE ");
    CHECK_INT(client.count, 0);
  }
  if (test_failures > 0) {
    printf("%s\n  client: %s %s\n  server: %s %s\n", row->what, client.trace.text,
           client.trace.error, server.trace.text, server.trace.error);
  }
}

int main(void) {
  const char *two = join(0, "other.crt", "root.crt"),
             *two_swapped = join(1, "root.crt", "other.crt");
  const char *names_only = join(2, "other.crt", "twin.crt");
  const char *cert_and_key = join(3, "server.crt", "server.key");
  const struct row rows[] = {
      // Anchors.
      {"right CA and name", "root.crt", "host.test", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"another CA", "other.crt", "host.test", "server.crt", "server.key", 0, 0, 0, 0, 1},
      {"CA of the same name", "twin.crt", "host.test", "server.crt", "server.key", 0, 0, 0, 0, 1},
      {"no CA", "", "", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"no CA, another name", "", "no.test", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"bundle", two, "host.test", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"bundle, swapped", two_swapped, "host.test", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"bundle of namesakes", names_only, "host.test", "server.crt", "server.key", 0, 0, 0, 0, 1},
      {"CA in DER", "root.crt.der", "host.test", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"intermediate sent", "root.crt", "host.test", "leaf.chain", "leaf.key", 0, 0, 0, 0, TALK},
      {"intermediate missing", "root.crt", "host.test", "leaf.crt", "leaf.key", 0, 0, 0, 0, 1},
      {"intermediate as CA", "inter.crt", "host.test", "leaf.crt", "leaf.key", 0, 0, 0, 0, TALK},
      // Names.
      {"another name", "root.crt", "no.test", "server.crt", "server.key", 0, 0, 0, 0, 1},
      {"any name", "root.crt", "", "wronghost.crt", "wronghost.key", 0, 0, 0, 0, TALK},
      {"for another host", "root.crt", "host.test", "wronghost.crt", "wronghost.key", 0, 0, 0, 0,
       1},
      {"letter case", "root.crt", "HOST.Test", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"wildcard", "root.crt", "a.zone.test", "wildcard.crt", "wildcard.key", 0, 0, 0, 0, TALK},
      {"two labels", "root.crt", "a.b.zone.test", "wildcard.crt", "wildcard.key", 0, 0, 0, 0, 1},
      {"wildcard for addresses", "root.crt", "127.0.0.1", "wildcard-ip.crt", "wildcard-ip.key", 0,
       0, 0, 0, 1},
      {"wildcard for everything", "root.crt", "host.test", "wildcard-all.crt", "wildcard-all.key",
       0, 0, 0, 0, 1},
      {"wildcard inside", "root.crt", "a.b.zone.test", "wildcard-odd.crt", "wildcard-odd.key", 0, 0,
       0, 0, 1},
      {"wildcard in a part", "root.crt", "host.zone.test", "wildcard-odd.crt", "wildcard-odd.key",
       0, 0, 0, 0, 1},
      {"no label", "root.crt", "zone.test", "wildcard.crt", "wildcard.key", 0, 0, 0, 0, 1},
      {"address", "root.crt", "127.0.0.1", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"IPv6 address", "root.crt", "::1", "server.crt", "server.key", 0, 0, 0, 0, TALK},
      {"another address", "root.crt", "127.0.0.2", "server.crt", "server.key", 0, 0, 0, 0, 1},
      {"common name", "root.crt", "host.test", "cn.crt", "cn.key", 0, 0, 0, 0, TALK},
      {"another common name", "root.crt", "no.test", "cn.crt", "cn.key", 0, 0, 0, 0, 1},
      {"common name beside a SAN", "root.crt", "server", "server.crt", "server.key", 0, 0, 0, 0, 1},
      // Dates and usage.
      {"expired", "root.crt", "host.test", "expired.crt", "expired.key", 0, 0, 0, 0, 1},
      {"not yet valid", "root.crt", "host.test", "future.crt", "future.key", 0, 0, 0, 0, 1},
      {"expired, unverified", "", "host.test", "expired.crt", "expired.key", 0, 0, 0, 0, TALK},
      {"usage", "root.crt", "host.test", "usage-server.crt", "usage-server.key", 0, 0, 0, 0, TALK},
      {"wrong usage", "root.crt", "host.test", "usage-client.crt", "usage-client.key", 0, 0, 0, 0,
       1},
      {"issuer may not sign", "root.crt", "host.test", "by-nosign.chain", "by-nosign.key", 0, 0, 0,
       0, 1},
      {"CA that may not sign", "nosign.crt", "host.test", "by-nosign.crt", "by-nosign.key", 0, 0, 0,
       0, 1},
      {"pinned leaf as an issuer", "self-leaf.crt", "host.test", "by-self-leaf.crt",
       "by-self-leaf.key", 0, 0, 0, 0, 1},
      {"client, issuer may not sign", "root.crt", "host.test", "server.crt", "server.key",
       "by-nosign.chain", "by-nosign.key", "root.crt", 0, 2},
      {"client, pinned leaf as an issuer", "root.crt", "host.test", "server.crt", "server.key",
       "by-self-leaf.crt", "by-self-leaf.key", "self-leaf.crt", 0, 2},
      {"client, pinned leaf", "root.crt", "host.test", "server.crt", "server.key", "self-leaf.crt",
       "self-leaf.key", "self-leaf.crt", 0, TALK},
      // Certificates of devices.
      {"version 1", "v1root.crt", "host.test", "v1leaf.crt", "v1leaf.key", 0, 0, 0, 0, TALK},
      {"version 1, another name", "v1root.crt", "no.test", "v1leaf.crt", "v1leaf.key", 0, 0, 0, 0,
       1},
      {"version 1, another CA", "root.crt", "host.test", "v1leaf.crt", "v1leaf.key", 0, 0, 0, 0, 1},
      {"pinned, bare", "self.crt", "host.test", "self.crt", "self.key", 0, 0, 0, 0, TALK},
      {"pinned, another name", "self.crt", "no.test", "self.crt", "self.key", 0, 0, 0, 0, 1},
      {"pinned leaf", "self-leaf.crt", "host.test", "self-leaf.crt", "self-leaf.key", 0, 0, 0, 0,
       TALK},
      {"pinned, expired", "expired.crt", "host.test", "expired.crt", "expired.key", 0, 0, 0, 0, 1},
      {"self-signed, not pinned", "root.crt", "host.test", "self.crt", "self.key", 0, 0, 0, 0, 1},
      {"CA as a server", "root.crt", "", "root.crt", "root.key", 0, 0, 0, 0, TALK},
      // Kinds of keys and forms of the options.
      {"P-384", "root.crt", "host.test", "p384.crt", "p384.key", 0, 0, 0, 0, TALK},
      {"RSA", "root.crt", "host.test", "rsa.crt", "rsa.key", 0, 0, 0, 0, TALK},
      {"Ed25519", "root.crt", "host.test", "ed25519.crt", "ed25519.key", 0, 0, 0, 0, TALK},
      {"SEC1", "root.crt", "host.test", "server.crt", "server-sec1.key", 0, 0, 0, 0, TALK},
      {"PKCS#1", "root.crt", "host.test", "rsa.crt", "rsa-pkcs1.key", 0, 0, 0, 0, TALK},
      {"DER", "root.crt", "host.test", "server.crt.der", "server.key.der", 0, 0, 0, 0, TALK},
      {"DER SEC1", "root.crt", "host.test", "server.crt.der", "server-sec1.key.der", 0, 0, 0, 0,
       TALK},
      {"DER PKCS#1", "root.crt", "host.test", "rsa.crt.der", "rsa-pkcs1.key.der", 0, 0, 0, 0, TALK},
      {"one buffer", "root.crt", "host.test", cert_and_key, cert_and_key, 0, 0, 0, 0, TALK},
      // Clients with certificates.
      {"mutual", "root.crt", "host.test", "server.crt", "server.key", "client.crt", "client.key",
       "root.crt", 0, TALK},
      {"not asked for", "root.crt", "host.test", "server.crt", "server.key", "client.crt",
       "client.key", 0, 0, TALK},
      {"client without", "root.crt", "host.test", "server.crt", "server.key", 0, 0, "root.crt", 0,
       2},
      {"client of another CA", "root.crt", "host.test", "server.crt", "server.key",
       "client-other.crt", "client-other.key", "root.crt", 0, 2},
      {"client with a server's", "root.crt", "host.test", "server.crt", "server.key",
       "usage-server.crt", "usage-server.key", "root.crt", 0, 2},
      {"client's name", "root.crt", "host.test", "server.crt", "server.key", "client.crt",
       "client.key", "root.crt", "client.test", TALK},
      {"client's other name", "root.crt", "host.test", "server.crt", "server.key", "client.crt",
       "client.key", "root.crt", "no.test", 2},
      {"client, version 1", "root.crt", "host.test", "server.crt", "server.key", "v1leaf.crt",
       "v1leaf.key", "v1root.crt", 0, TALK},
      {"server without a certificate", "", "", "", "", 0, 0, 0, 0, 2},
  };
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) check(&rows[i]);
  return test_result();
}
