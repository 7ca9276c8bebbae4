// A program that looks for firmware on a server, which is a listener in the same manager.
#include "event.h"

static char base[64], told[100], asked[200];

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/meta"), NULL)) {
    mg_snprintf(asked, sizeof(asked), "%.*s", (int)hm->query.len, hm->query.buf);
    mg_http_reply(c, 200, "", "{%m:%m,%m:\"%s/image\",%m:%d}", MG_ESC("version"), MG_ESC("9.0"),
                  MG_ESC("url"), base, MG_ESC("size"), 5);
  } else {
    mg_http_reply(c, 200, "", "image");
  }
}

static void report(const char *message) {
  mg_snprintf(told, sizeof(told), "%s", message == NULL ? "installed" : message);
}

int main(void) {
  struct mg_mgr mgr;
  char url[100];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", serve, NULL);
  mg_snprintf(base, sizeof(base), "%s", url_to("http", listener));
  mg_snprintf(url, sizeof(url), "%s/meta", base);
  mg_ota_url_check(&mgr, url, report);
  CHECK_TEXT(told, "");
  POLL_UNTIL(&mgr, told[0] != '\0');
  CHECK_TEXT(told, "installed");
  CHECK(strstr(asked, "version=1.0.0") != NULL);

  // Every poll calls it; the library's own leaves the manager alone.
  struct mg_mgr before = mgr;
  mg_ota_poll(&mgr);
  CHECK_BYTES(&mgr, sizeof(mgr), &before, sizeof(before));
  mg_mgr_free(&mgr);
  return test_result();
}
