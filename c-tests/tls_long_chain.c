// Chains of a megabyte are refused by clients and by servers, while long ones pass.
// History: CVE-2026-5244 | chains of a megabyte are refused
// modes: static shared asan
#include "tls.h"

enum { MOST = 1500 };

static char *chain;

// That many copies of the intermediate behind the leaf.
static void long_chain(int copies) {
  size_t len = pki("leaf.crt").len, more = pki("inter.crt").len;
  memcpy(chain, pki("leaf.crt").buf, len);
  for (int i = 0; i < copies; i++, len += more) memcpy(chain + len, pki("inter.crt").buf, more);
  chain[len] = '\0';
}

// One side has the chain, and the other trusts its root.
static bool accepted(bool server_has_it) {
  struct tls_side client, server;
  bool talked;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  if (server_has_it) {
    client.opts = tls_options("root.crt", "", "", "host.test");
    server.opts = tls_options("", chain, "leaf.key", "");
  } else {
    client.opts = tls_options("", chain, "leaf.key", "");
    server.opts = tls_options("root.crt", "server.crt", "server.key", "");
  }
  talked = tls_converse(&client, &server);
  if (!talked) {
    struct tls_side *judge = server_has_it ? &client : &server;
    CHECK(strstr(judge->trace.text, "ERROR CLOSE ") != NULL);
    CHECK_INT(client.count, 0);
  }
  return talked;
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  chain = (char *)malloc(pki("leaf.crt").len + MOST * pki("inter.crt").len + 1);
  for (int server_has_it = 0; server_has_it < 2; server_has_it++) {
    long_chain(20);
    CHECK(accepted(server_has_it));
    long_chain(MOST);
    CHECK(!accepted(server_has_it));
  }
  free(chain);
  return test_result();
}
