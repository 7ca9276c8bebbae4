// handler_warn_ms: a call of program code that takes too long is logged and counted (chapter 08).
#include "guarded.h"

static char log_text[4000];

static void log_char(char c, void *param) {
  size_t len = strlen(log_text);
  if (len + 1 < sizeof(log_text)) log_text[len] = c;
  (void)param;
}

static void handle(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/slow"), NULL)) usleep(60000);
  mg_http_reply(c, 200, "", "%lu", c->id);
}

static void ask(struct mg_mgr *mgr, int fd, const char *uri) {
  char request[100];
  snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n\r\n", uri);
  check_request(mgr, fd, request, OK);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *l;
  char start[50];
  int fd;
  mg_log_set(MG_LL_ERROR);
  mg_log_set_fn(log_char, NULL);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, handle);
  fd = plain_connect(l);
  ask(&mgr, fd, "/slow");
  CHECK_INT(stats_of(&mgr).slow_handlers, 0);
  set_option(&mgr, "handler_warn_ms", "50");
  ask(&mgr, fd, "/slow");
  CHECK_INT(stats_of(&mgr).slow_handlers, 1);
  snprintf(start, sizeof(start), "%lu handler took ", mgr.conns->id);
  CHECK(strstr(log_text, start) != NULL);
  // A handler of its own is watched as well.
  mg_set_request_handler(&mgr, "/slow", handle, NULL);
  ask(&mgr, fd, "/slow");
  CHECK_INT(stats_of(&mgr).slow_handlers, 2);
  set_option(&mgr, "handler_warn_ms", "0");
  ask(&mgr, fd, "/slow");
  CHECK_INT(stats_of(&mgr).slow_handlers, 2);
  close(fd);
  mg_mgr_free(&mgr);
  return test_result();
}
