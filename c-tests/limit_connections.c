// max_connections with each full_policy (chapter 08, checklist 1, 2 and 12).
// History: 7.22-no-limits | never more connections than the limit
#include "guarded.h"

enum { LIMIT = 3 };

static struct mg_mgr mgr;

static struct mg_connection *start(const char *policy) {
  struct mg_connection *l;
  mg_mgr_init(&mgr);
  set_option(&mgr, "max_connections", "3");
  set_option(&mgr, "full_policy", policy);
  l = http_listener(&mgr, reply_ok);
  CHECK_INT(stats_of(&mgr).max_connections, LIMIT);
  return l;
}

static void finish(void) {
  struct mg_stats s = stats_of(&mgr);
  CHECK_INT(s.accepted, s.closed + s.now_accepted);
  CHECK(s.now_max <= LIMIT);
  mg_mgr_free(&mgr);
}

// The one that is too many waits until somebody leaves; meanwhile nothing spins.
static void queue(void) {
  struct mg_connection *l = start("queue");
  int fds[LIMIT], late;
  struct mg_stats s;
  for (int i = 0; i < LIMIT; i++) fds[i] = plain_connect(l), check_request(&mgr, fds[i], GET, OK);
  late = plain_connect(l);
  plain_write(late, GET);
  CHECK(is_waiting(&mgr, late));
  CHECK(polls_during(&mgr, 400) < 30);
  CHECK(is_waiting(&mgr, late));
  s = stats_of(&mgr);
  CHECK_INT(s.now_accepted, LIMIT);
  CHECK_INT(s.full_episodes, 1);
  CHECK(s.full_ms >= 300);
  for (int i = 0; i < LIMIT; i++) check_request(&mgr, fds[i], GET, OK);
  close(fds[1]);
  CHECK(strncmp(answer(&mgr, late, 5000), OK, strlen(OK)) == 0);
  s = stats_of(&mgr);
  CHECK_INT(s.accepted, LIMIT + 1);
  CHECK_INT(s.closed, 1);
  CHECK_INT(s.requests, 2 * LIMIT + 1);
  CHECK_INT(s.refused_full + s.evicted, 0);
  close(fds[0]), close(fds[2]), close(late);
  finish();
}

// HTTP peers hear 503, others just see the end.
static void reject(void) {
  struct mg_connection *l = start("reject"), *raw;
  int fds[LIMIT], late;
  const char *text;
  raw = mg_listen(&mgr, "tcp://127.0.0.1:0", ignore_events, NULL);
  for (int i = 0; i < LIMIT; i++) fds[i] = plain_connect(l), check_request(&mgr, fds[i], GET, OK);
  late = plain_connect(l);
  text = answer(&mgr, late, 5000);
  CHECK(strncmp(text, "HTTP/1.1 503 ", 13) == 0);
  CHECK(strstr(text, "\r\nRetry-After: 1\r\n") != NULL);
  CHECK_TEXT(answer(&mgr, late, 5000), "");
  close(late);
  late = plain_connect(raw);
  CHECK_TEXT(answer(&mgr, late, 5000), "");
  close(late);
  CHECK_INT(stats_of(&mgr).refused_full, 2);
  CHECK_INT(stats_of(&mgr).rejected_503, 1);
  CHECK_INT(stats_of(&mgr).accepted, LIMIT);
  for (int i = 0; i < LIMIT; i++) check_request(&mgr, fds[i], GET, OK), close(fds[i]);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  late = plain_connect(l);
  check_request(&mgr, late, GET, OK);
  close(late);
  finish();
}

// A connection that the program made counts, and is never refused.
static void outgoing(void) {
  struct mg_connection *l = start("queue");
  int fds[LIMIT - 1];
  struct mg_connection *c = mg_http_connect(&mgr, url_to("http", l), ignore_events, NULL);
  CHECK(c != NULL);
  POLL_UNTIL(&mgr, stats_of(&mgr).accepted == 1);
  CHECK_INT(stats_of(&mgr).now_outgoing, 1);
  fds[0] = plain_connect(l);
  check_request(&mgr, fds[0], GET, OK);
  fds[1] = plain_connect(l);
  plain_write(fds[1], GET);
  CHECK(is_waiting(&mgr, fds[1]));
  CHECK(mg_connect(&mgr, url_to("tcp", l), ignore_events, NULL) != NULL);
  CHECK_INT(stats_of(&mgr).now_outgoing, 2);
  c->is_closing = 1;
  POLL_UNTIL(&mgr, stats_of(&mgr).outgoing_closed == 1);
  close(fds[0]), close(fds[1]);
  CHECK_INT(stats_of(&mgr).outgoing, 2);
  mg_mgr_free(&mgr);
}

// A limit set later holds for those that come later.
static void changed_while_running(void) {
  struct mg_connection *l = start("queue");
  int fds[LIMIT], late;
  for (int i = 0; i < LIMIT; i++) fds[i] = plain_connect(l), check_request(&mgr, fds[i], GET, OK);
  late = plain_connect(l);
  plain_write(late, GET);
  CHECK(is_waiting(&mgr, late));
  set_option(&mgr, "max_connections", "0");
  CHECK(strncmp(answer(&mgr, late, 5000), OK, strlen(OK)) == 0);
  CHECK_INT(stats_of(&mgr).max_connections, 0);
  set_option(&mgr, "max_connections", "1");
  CHECK_INT(stats_of(&mgr).now_accepted, LIMIT + 1);
  close(late);
  for (int i = 0; i < LIMIT; i++) close(fds[i]);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  mg_mgr_free(&mgr);
}

int main(void) {
  queue();
  reject();
  outgoing();
  changed_while_running();
  return test_result();
}
