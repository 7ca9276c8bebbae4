// The library under test: `/small` by mg_http_reply, everything else from a directory.
// Usage: meerkat PORT DIRECTORY TLS-PORT CERTIFICATE KEY
#include "mongoose.h"

static const char *s_root;
static struct mg_tls_opts s_tls;

static void handler(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT && c->is_tls) mg_tls_init(c, &s_tls);
  if (ev != MG_EV_HTTP_MSG) return;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (mg_match(hm->uri, mg_str("/small"), NULL)) {
    mg_http_reply(c, 200, "", "{\"status\":%d}\n", 1);
  } else if (mg_match(hm->uri, mg_str("/close"), NULL)) {
    mg_http_reply(c, 200, "", "x");
    c->is_draining = 1;
  } else if (mg_match(hm->uri, mg_str("/json"), NULL)) {
    mg_http_reply(c, 200, "", "{%m:%m}\n", MG_ESC("name"), MG_ESC("a \"quoted\" value"));
  } else {
    struct mg_http_serve_opts opts = {.root_dir = s_root};
    mg_http_serve_dir(c, hm, &opts);
  }
}

int main(int argc, char **argv) {
  struct mg_mgr mgr;
  char url[64];
  if (argc < 6) return 1;
  s_root = argv[2];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  mg_snprintf(url, sizeof(url), "http://127.0.0.1:%s", argv[1]);
  if (mg_http_listen(&mgr, url, handler, NULL) == NULL) return 1;
  s_tls.cert = mg_file_read(&mg_fs_posix, argv[4]);
  s_tls.key = mg_file_read(&mg_fs_posix, argv[5]);
  mg_snprintf(url, sizeof(url), "https://127.0.0.1:%s", argv[3]);
  if (mg_http_listen(&mgr, url, handler, NULL) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
