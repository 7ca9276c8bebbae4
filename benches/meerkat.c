// The library under test: `/small` and `/json` by mg_http_reply, `/ws` echoes, everything else from
// a directory. Usage: meerkat PORT DIRECTORY TLS-PORT CERTIFICATE KEY [OPTION=VALUE...]
#include "mongoose.h"
#include "mongoose_guard.h"

static const char *s_root;
static struct mg_tls_opts s_tls;

static void handler(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT && c->is_tls) mg_tls_init(c, &s_tls);
  if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_ws_send(c, wm->data.buf, wm->data.len, WEBSOCKET_OP_TEXT);
  }
  if (ev != MG_EV_HTTP_MSG) return;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (mg_match(hm->uri, mg_str("/small"), NULL)) {
    mg_http_reply(c, 200, "", "{\"status\":%d}\n", 1);
  } else if (mg_match(hm->uri, mg_str("/close"), NULL)) {
    mg_http_reply(c, 200, "", "x");
    c->is_draining = 1;
  } else if (mg_match(hm->uri, mg_str("/json"), NULL)) {
    mg_http_reply(c, 200, "", "{%m:%m}\n", MG_ESC("name"), MG_ESC("a \"quoted\" value"));
  } else if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    struct mg_http_serve_opts opts = {.root_dir = s_root};
    mg_http_serve_dir(c, hm, &opts);
  }
}

// Sets OPTION=VALUE. False if there is no such option.
static bool set_option(struct mg_mgr *mgr, char *option) {
  char *value = strchr(option, '=');
  if (value == NULL) return false;
  *value++ = '\0';
  return mg_set_option(mgr, option, value) == NULL;
}

int main(int argc, char **argv) {
  struct mg_mgr mgr;
  char url[64];
  if (argc < 6) return 1;
  s_root = argv[2];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  for (int i = 6; i < argc; i++) {
    if (!set_option(&mgr, argv[i])) return 1;
  }
  mg_snprintf(url, sizeof(url), "http://127.0.0.1:%s", argv[1]);
  if (mg_http_listen(&mgr, url, handler, NULL) == NULL) return 1;
  s_tls.cert = mg_file_read(&mg_fs_posix, argv[4]);
  s_tls.key = mg_file_read(&mg_fs_posix, argv[5]);
  mg_snprintf(url, sizeof(url), "https://127.0.0.1:%s", argv[3]);
  if (mg_http_listen(&mgr, url, handler, NULL) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
