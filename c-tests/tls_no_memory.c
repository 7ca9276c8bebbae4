// Every allocation of a TLS conversation fails once; no crash, nothing leaks, and nothing goes out
// in clear.
// History: CVE-2021-26529 | each allocation of a handshake fails once
#include "no_memory.h"
#include "tls.h"

static char content[3][3000];

static bool session(void) {
  struct tls_side client, server;
  struct mg_mgr mgr;
  struct mg_connection *listener, *c;
  memset(&client, 0, sizeof(client));
  memset(&server, 0, sizeof(server));
  client.opts.ca = mg_str(content[0]);
  client.opts.name = mg_str("host.test");
  server.opts.cert = mg_str(content[1]);
  server.opts.key = mg_str(content[2]);
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tls://127.0.0.1:0", tls_echo, &server);
  c = listener == NULL ? NULL : mg_connect(&mgr, url_to("tls", listener), tls_hello, &client);
  for (int i = 0; i < 40 && c != NULL && client.count < 5 && !has_closed(&client); i++) {
    mg_mgr_poll(&mgr, 5);
  }
  mg_mgr_free(&mgr);
  CHECK(server.count == 0 || strncmp(server.received, "hello", 5) == 0);
  return client.count == 5;
}

int main(void) {
  static const char *const names[] = {"root.crt", "server.crt", "server.key"};
  mg_log_set(MG_LL_NONE);
  for (size_t i = 0; i < 3; i++) {
    char path[500];
    struct mg_str file;
    snprintf(path, sizeof(path), "%s/%s", getenv("TEST_PKI"), names[i]);
    file = mg_file_read(&mg_fs_posix, path);
    snprintf(content[i], sizeof(content[i]), "%s", file.buf);
    mg_free(file.buf);
  }
  sweep("a TLS conversation", session, 5);
  return test_result();
}
