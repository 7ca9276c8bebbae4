// Chapter 06, weak spot 42: for https: URLs TLS is started, with the host as the name to verify.
#include "ota_peer.h"

static char name[100];

void mg_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts) {
  CHECK(c->is_tls && c->is_client);
  CHECK(!opts->skip_verification);
  CHECK_INT(opts->cert.len + opts->key.len, 0);
  mg_snprintf(name, sizeof(name), "%.*s", (int)opts->name.len, opts->name.buf);
  mg_error(c, "seen");
}

int main(void) {
  struct ota_peer peer;
  char url[80];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&ota_mgr);
  ota_peer_open(&peer);
  snprintf(url, sizeof(url), "https%.60s", peer.url + 4);
  mg_ota_url_check(&ota_mgr, url, ota_report);
  ota_expect("seen\n");
  CHECK_TEXT(name, "127.0.0.1");
  close(accept(peer.listener, NULL, NULL));

  // The image too.
  ota_start(&peer);
  CHECK(strncmp(peer.request, "GET /meta?", 10) == 0);
  name[0] = '\0';
  char json[200];
  snprintf(json, sizeof(json), "{\"version\":\"2\",\"url\":\"https://localhost:%d/fw\",\"size\":5}",
           ntohs(plain_port(peer.listener)));
  ota_peer_answer(&peer, 200, strlen(json), json);
  ota_expect("seen\n");
  CHECK_TEXT(name, "localhost");
  mg_mgr_free(&ota_mgr);
  close(peer.listener);
  close(peer.fd);
  return test_result();
}
