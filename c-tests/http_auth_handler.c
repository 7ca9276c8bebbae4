// mg_set_auth_handler (chapter 08).
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static int asked, handled;
static char data[] = "data";

static void handle(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/big"), NULL)) {
    static char big[9000000];
    memset(big, 'x', sizeof(big) - 1);
    mg_http_reply(c, 200, "", "%s", big);
    return;
  }
  handled += ev == MG_EV_HTTP_MSG || ev == MG_EV_HTTP_HDRS;
  reply_ok(c, ev, ev_data);
}

// What the user is called decides what becomes of the request.
static bool may(struct mg_connection *c, struct mg_http_message *hm, void *fn_data) {
  struct mg_str *user = mg_http_get_header(hm, "User");
  asked++;
  CHECK(fn_data == data);
  if (user == NULL) return false;
  if (mg_strcmp(*user, mg_str("replies")) == 0) mg_http_reply(c, 403, "", "no\n");
  if (mg_strcmp(*user, mg_str("closes")) == 0) c->is_closing = 1;
  if (mg_strcmp(*user, mg_str("drains")) == 0) c->is_draining = 1;
  return mg_strcmp(*user, mg_str("good")) == 0;
}

static void check_user(const char *headers, int status, int told) {
  handled = 0;
  test_check_int(__FILE__, __LINE__, headers, status_of(&mgr, l, "GET /private", headers), status);
  test_check_int(__FILE__, __LINE__, headers, handled, told);
}

// A request that waits behind output nobody takes is not let through at the end either.
static void waiting_at_the_end(void) {
  int fd = plain_connect(l), before = asked;
  plain_write(fd, "GET /big HTTP/1.1\r\n\r\nGET /private HTTP/1.1\r\n\r\n");
  POLL_UNTIL(&mgr, stats_of(&mgr).responses_2xx == 1);
  handled = 0;
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK_INT(asked, before + 1);
  CHECK_INT(handled, 0);
}

int main(void) {
  const char *text;
  int fd;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, handle);
  mg_set_auth_handler(&mgr, "/private", may, data);
  waiting_at_the_end();
  asked = 0;
  check_user("User: good\r\n", 200, 2);
  check_user("", 401, 0);
  check_user("User: bad\r\n", 401, 0);
  check_user("User: replies\r\n", 403, 0);
  check_user("User: closes\r\n", 0, 0);
  check_user("User: drains\r\n", 0, 0);
  CHECK_INT(asked, 6);
  CHECK_INT(status_of(&mgr, l, "GET /", ""), 200);
  CHECK_INT(asked, 6);
  text = ask(&mgr, l, "GET /private HTTP/1.1\r\n\r\n");
  check_has(text, "\r\nWWW-Authenticate: ");
  CHECK(strstr(text, "Connection: close") == NULL);
  // The connection goes on behind a refusal.
  fd = plain_connect(l);
  check_request(&mgr, fd, "GET /private HTTP/1.1\r\n\r\n", "HTTP/1.1 401 ");
  check_request(&mgr, fd, "GET /private HTTP/1.1\r\nUser: replies\r\n\r\n", "HTTP/1.1 403 ");
  check_request(&mgr, fd, "GET /private HTTP/1.1\r\nUser: good\r\n\r\n", OK);
  close(fd);
  mg_set_auth_handler(&mgr, "/private", NULL, NULL);
  check_user("", 200, 2);
  mg_set_auth_handler(NULL, "/", may, NULL);
  mg_set_auth_handler(&mgr, NULL, may, NULL);
  CHECK_INT(stats_of(&mgr).rejected_401, 8);
  mg_mgr_free(&mgr);
  return test_result();
}
