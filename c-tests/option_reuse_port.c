// reuse_port: listeners of several managers share a port (chapter 08).
#include "guarded.h"

static void handle(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "ok");
  (void)ev_data;
}

int main(void) {
  struct mg_mgr a, b;
  struct mg_connection *first, *second;
  char url[64];
  int fds[64];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&a);
  mg_mgr_init(&b);
  first = http_listener(&a, handle);
  snprintf(url, sizeof(url), "%s", url_to("http", first));
  CHECK(mg_http_listen(&b, url, handle, NULL) == NULL);
  // Both have to want it.
  set_option(&b, "reuse_port", "on");
  CHECK(mg_http_listen(&b, url, handle, NULL) == NULL);
  set_option(&a, "reuse_port", "on");
  first = http_listener(&a, handle);
  snprintf(url, sizeof(url), "%s", url_to("http", first));
  second = mg_http_listen(&b, url, handle, NULL);
  CHECK(second != NULL);
  // The kernel spreads the peers over both, and each is served.
  for (int i = 0; i < 64; i++) fds[i] = plain_connect(first), plain_write(fds[i], GET);
  for (int i = 0; i < 64; i++) {
    const char *text;
    do mg_mgr_poll(&a, 0);
    while ((text = answer(&b, fds[i], 1)) == NULL);
    CHECK(strncmp(text, OK, strlen(OK)) == 0);
    close(fds[i]);
  }
  CHECK(stats_of(&a).accepted > 0 && stats_of(&b).accepted > 0);
  CHECK_INT(stats_of(&a).accepted + stats_of(&b).accepted, 64);
  // One goes away: new peers get to the other.
  mg_mgr_free(&a);
  for (int i = 0; i < 8; i++) {
    fds[i] = plain_connect(second);
    check_request(&b, fds[i], GET, OK);
    close(fds[i]);
  }
  mg_mgr_free(&b);
  return test_result();
}
