// Who is let in: access_control_list, priority_list, max_connections_per_ip, connect_rate with both
// over_rate (chapter 08, 8.3 connections; checklist 12).
#include "clock.h"
#include "guarded.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static int accepts, reads, asked;
static const char *asked_option;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) accepts++;
  if (ev == MG_EV_READ) reads++;
  reply_ok(c, ev, ev_data);
}

static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  CHECK_PTR(c, l);
  CHECK_INT(event->status, 0);
  CHECK_INT(event->peer.addr.ip[0], 127);
  asked++;
  asked_option = event->option;
  return *(bool *)fn_data;
}

static void start(void) {
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, on_event);
  accepts = reads = asked = 0;
}

static void finish(void) {
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK_INT(stats_of(&mgr).accepted, stats_of(&mgr).closed);
  mg_mgr_free(&mgr);
}

// A connection from 127.0.0.`host`.
static int connect_from(int host) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in from = loopback(0), to = loopback(l->loc.port);
  from.sin_addr.s_addr = htonl(0x7f000000 + (uint32_t)host);
  CHECK_INT(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
  CHECK_INT(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
  return fd;
}

// It is served, and stays.
static int welcome(int host) {
  int fd = connect_from(host);
  check_request(&mgr, fd, GET, OK);
  return fd;
}

// It is closed without a byte.
static void refused(int host) {
  int fd = connect_from(host), before = accepts;
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  CHECK_INT(accepts, before);
  close(fd);
}

static void access_list(void) {
  bool go_on = true;
  start();
  mg_set_guard_handler(&mgr, on_guard, &go_on);
  set_option(&mgr, "access_control_list", "-127.0.0.0/8,+127.0.0.2");
  refused(1);
  CHECK_TEXT(asked_option, "access_control_list");
  int fd = welcome(2);
  refused(3);
  CHECK_INT(stats_of(&mgr).refused_acl, 2);
  CHECK_INT(asked, 2);
  // Those who are in stay in.
  set_option(&mgr, "access_control_list", "-0.0.0.0/0");
  refused(2);
  check_request(&mgr, fd, GET, OK);
  go_on = false;
  close(welcome(1));
  CHECK_INT(asked, 4);
  CHECK_INT(stats_of(&mgr).refused_acl, 3);
  CHECK_INT(stats_of(&mgr).accepted, 2);
  set_option(&mgr, "access_control_list", NULL);
  close(welcome(3));
  close(fd);
  finish();
}

static void per_address(void) {
  int fds[3];
  start();
  fds[0] = welcome(1);
  set_option(&mgr, "max_connections_per_ip", "2");
  fds[1] = welcome(1);
  refused(1);
  fds[2] = welcome(2);
  close(fds[0]);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 2);
  fds[0] = welcome(1);
  refused(1);
  set_option(&mgr, "priority_list", "127.0.0.1");
  close(welcome(1));
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 3);
  set_option(&mgr, "priority_list", NULL);
  refused(1);
  set_option(&mgr, "max_connections_per_ip", "0");
  close(welcome(1));
  CHECK_INT(stats_of(&mgr).refused_per_ip, 3);
  for (int i = 0; i < 3; i++) close(fds[i]);
  finish();
}

static void rate(void) {
  start();
  set_option(&mgr, "connect_rate", "2/3");
  for (int i = 0; i < 3; i++) close(welcome(1));
  refused(1);
  close(welcome(2));  // has a bucket of its own
  push_clock(500);
  close(welcome(1));
  refused(1);
  CHECK_INT(stats_of(&mgr).refused_rate, 2);
  set_option(&mgr, "priority_list", "127.0.0.1");
  for (int i = 0; i < 5; i++) close(welcome(1));
  set_option(&mgr, "priority_list", NULL);
  set_option(&mgr, "connect_rate", NULL);
  for (int i = 0; i < 5; i++) close(welcome(1));
  CHECK_INT(stats_of(&mgr).refused_rate, 2);
  finish();
}

// At most a tenth of the slots; unread, unheard of, and closed after tarpit_ms.
static void tarpit(void) {
  enum { MANY = 5 };
  int fds[MANY];
  start();
  set_option(&mgr, "max_connections", "30");
  set_option(&mgr, "connect_rate", "1");
  set_option(&mgr, "over_rate", "tarpit");
  close(welcome(1));
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  accepts = reads = 0;
  for (int i = 0; i < MANY; i++) fds[i] = connect_from(1), plain_write(fds[i], GET);
  POLL_UNTIL(&mgr, stats_of(&mgr).refused_rate == MANY);
  CHECK_INT(stats_of(&mgr).now_tarpitted, 3);
  CHECK_INT(stats_of(&mgr).recv_bytes, 0);
  CHECK_INT(stats_of(&mgr).bytes_in, strlen(GET));
  for (int i = 0; i < MANY; i++) CHECK(is_waiting(&mgr, fds[i]) == (i < 3));
  CHECK(polls_during(&mgr, 300) < 40);
  push_clock(4000);
  for (int i = 0; i < 3; i++) CHECK(is_waiting(&mgr, fds[i]));
  CHECK_INT(stats_of(&mgr).recv_bytes, 0);
  push_clock(1000);
  poll_times(&mgr, 3);
  for (int i = 0; i < 3; i++) CHECK(!is_waiting(&mgr, fds[i]));
  CHECK_INT(accepts + reads, 0);
  CHECK_INT(stats_of(&mgr).now_tarpitted, 0);
  CHECK_INT(stats_of(&mgr).bytes_in, strlen(GET));
  // It goes unanswered, like the others, but never at the price of a slot that somebody needs.
  for (int i = 0; i < MANY; i++) close(fds[i]);
  finish();
}

int main(void) {
  access_list();
  per_address();
  rate();
  tarpit();
  return test_result();
}
