// mg_set_guard_handler: each refusal is asked about once, and can be spared (chapter 08, 8.2).
// Deadlines are in deadline_spared.c.
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static int asked, data;
static bool spares;
static struct mg_guard_event last;
static char uri[50];

static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  CHECK(fn_data == &data && c != NULL && c->mgr == &mgr);
  CHECK(c->is_listening == (event->action == MG_GUARD_REFUSE));
  asked++;
  last = *event;
  uri[0] = '\0';
  if (event->hm != NULL) {
    snprintf(uri, sizeof(uri), "%.*s", (int)event->hm->uri.len, event->hm->uri.buf);
  }
  return !spares;
}

static bool on_rate_only(struct mg_connection *c, const struct mg_guard_event *event,
                         void *fn_data) {
  (void)c, (void)fn_data;
  return event->action != MG_GUARD_RATE_LIMIT;
}

// What happens to a request when the guard acts, and when it is told not to.
static void check(const char *request, int status, int spared_status, int action,
                  const char *option, const char *request_uri) {
  for (int round = 0; round < 2; round++) {
    const char *text;
    spares = round == 1, asked = 0, memset(&last, 0, sizeof(last));
    text = ask(&mgr, l, request);
    test_check_int(__FILE__, __LINE__, option, status_in(text), spares ? spared_status : status);
    test_check_int(__FILE__, __LINE__, option, asked, 1);
    if (asked == 0) continue;
    test_check_int(__FILE__, __LINE__, option, last.action, action);
    test_check_int(__FILE__, __LINE__, option, last.status, status);
    test_check_text(__FILE__, __LINE__, option, last.option, option);
    test_check_text(__FILE__, __LINE__, option, uri, request_uri);
    CHECK(memcmp(last.peer.addr.ip, "\x7f\0\0\1", 4) == 0);
  }
}

static bool deny(struct mg_connection *c, struct mg_http_message *hm, void *fn_data) {
  (void)c, (void)hm, (void)fn_data;
  return false;
}

static void requests(void) {
  static const char post[] = "POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
  char many[500] = "GET /x HTTP/1.1\r\n";
  set_option(&mgr, "allowed_methods", "GET");
  check(post, 405, 200, MG_GUARD_REJECT, "allowed_methods", "/x");
  set_option(&mgr, "allowed_methods", NULL);
  set_option(&mgr, "max_body_size", "2");
  check(post, 413, 200, MG_GUARD_REJECT, "max_body_size", "/x");
  set_option(&mgr, "max_body_size", NULL);
  set_option(&mgr, "max_headers", "5");
  for (int i = 0; i < 6; i++) strcat(many, "X: y\r\n");
  strcat(many, "\r\n");
  check(many, 431, 200, MG_GUARD_REJECT, "max_headers", "");
  set_option(&mgr, "max_headers", NULL);
  set_option(&mgr, "max_header_size", "30");
  check(many, 431, 200, MG_GUARD_REJECT, "max_header_size", "");
  set_option(&mgr, "max_header_size", NULL);
  set_option(&mgr, "max_uri_size", "5");
  check("GET /123456 HTTP/1.1\r\n\r\n", 414, 200, MG_GUARD_REJECT, "max_uri_size", "");
  set_option(&mgr, "max_uri_size", NULL);
  mg_disable_http_endpoint(&mgr, "/gone");
  check("GET /gone HTTP/1.1\r\n\r\n", 404, 200, MG_GUARD_REJECT, "mg_disable_http_endpoint",
        "/gone");
  mg_set_auth_handler(&mgr, "/private", deny, NULL);
  check("GET /private HTTP/1.1\r\n\r\n", 401, 200, MG_GUARD_REJECT, "auth_domain", "/private");
  set_option(&mgr, "request_rate", "0.001/1");
  CHECK_INT(status_in(ask(&mgr, l, GET)), 200);
  check(GET, 429, 200, MG_GUARD_RATE_LIMIT, "request_rate", "/");
  set_option(&mgr, "request_rate", NULL);
}

// A spared peer still has to pass everything else, and is not asked about again and again.
static void spared_once(void) {
  char piece[50];
  int fd = plain_connect(l);
  set_option(&mgr, "request_rate", "0.001/1");
  spares = true;
  CHECK_INT(status_in(ask(&mgr, l, GET)), 200);
  mg_set_guard_handler(&mgr, on_rate_only, &data);
  CHECK_INT(status_in(ask(&mgr, l, "GET /private HTTP/1.1\r\n\r\n")), 401);
  CHECK_INT(status_in(ask(&mgr, l, "GET /gone HTTP/1.1\r\n\r\n")), 404);
  mg_set_guard_handler(&mgr, on_guard, &data);
  set_option(&mgr, "request_rate", NULL);
  set_option(&mgr, "max_body_size", "50");
  set_option(&mgr, "max_header_size", "20");
  asked = 0;
  plain_write(fd, "POST / HTTP/1.1\r\nTransfer-");
  CHECK(is_waiting(&mgr, fd));
  plain_write(fd, "Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 10; i++) {
    sprintf(piece, "14\r\n%020d\r\n", i);
    plain_write(fd, piece);
    CHECK(is_waiting(&mgr, fd));
  }
  check_request(&mgr, fd, "0\r\n\r\n", OK);
  CHECK_INT(asked, 2);
  close(fd);
  set_option(&mgr, "max_body_size", NULL);
  set_option(&mgr, "max_header_size", NULL);
}

static void connections(void) {
  spares = false, asked = 0;
  set_option(&mgr, "access_control_list", "-127.0.0.1");
  CHECK_TEXT(ask(&mgr, l, GET), "");
  CHECK_INT(asked, 1);
  CHECK_INT(last.action, MG_GUARD_REFUSE);
  CHECK_TEXT(last.option, "access_control_list");
  CHECK_INT(last.status, 0);
  spares = true;
  CHECK_INT(status_in(ask(&mgr, l, GET)), 200);
  CHECK_INT(asked, 2);
  set_option(&mgr, "access_control_list", NULL);
}

int main(void) {
  struct mg_stats s;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, reply_ok);
  mg_set_guard_handler(&mgr, on_guard, &data);
  requests();
  spared_once();
  connections();
  // What was spared is not counted.
  s = stats_of(&mgr);
  CHECK_INT(s.rejected_405, 1);
  CHECK_INT(s.rejected_413, 1);
  CHECK_INT(s.rejected_431, 2);
  CHECK_INT(s.rejected_414, 1);
  CHECK_INT(s.rejected_404, 2);
  CHECK_INT(s.rejected_401, 2);
  CHECK_INT(s.rejected_429, 1);
  CHECK_INT(s.refused_acl, 1);
  // Nobody is asked any more.
  asked = 0;
  mg_set_guard_handler(&mgr, NULL, NULL);
  mg_set_guard_handler(NULL, on_guard, NULL);
  CHECK_INT(status_in(ask(&mgr, l, "GET /gone HTTP/1.1\r\n\r\n")), 404);
  CHECK_INT(asked, 0);
  mg_mgr_free(&mgr);
  return test_result();
}
