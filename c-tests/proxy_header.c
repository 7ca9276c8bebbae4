// proxy_protocol: the header in front of a connection says who is really there.
#include "guarded.h"

static struct mg_mgr mgr;
static char seen[200];
static int opened;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_OPEN && c->is_accepted) opened++;
  if (ev == MG_EV_ACCEPT)
    mg_snprintf(seen, sizeof(seen), "%M %M", mg_print_ip_port, &c->rem, mg_print_ip_port, &c->loc);
  reply_ok(c, ev, ev_data);
}

// A connection to `l` on which `header` comes in pieces of `step` bytes.
static int knock(struct mg_connection *l, const char *header, size_t len, size_t step) {
  int fd = plain_connect(l);
  for (size_t at = 0; at < len; at += step) {
    size_t n = len - at < step ? len - at : step;
    poll_times(&mgr, 2);
    CHECK_INT(send(fd, header + at, n, MSG_NOSIGNAL), n);
  }
  return fd;
}

static void check_refused(struct mg_connection *l, const char *header) {
  int before = opened, fd = knock(l, header, strlen(header), 1000);
  const char *text = answer(&mgr, fd, 5000);
  CHECK_TEXT(text, "");
  CHECK_INT(opened, before);
  close(fd);
}

#define V1 "PROXY TCP4 192.0.2.7 198.51.100.1 5000 443\r\n"

int main(void) {
  static const char v2[] =
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x08\xc6\x33\x64\x01\x13\x89\x01\xbb" GET;
  static const char local[] = "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00" GET;
  struct mg_connection *l;
  int fd;
  mg_mgr_init(&mgr);
  set_option(&mgr, "proxy_protocol", "on");
  set_option(&mgr, "trusted_proxies", "127.0.0.1");
  l = http_listener(&mgr, serve);

  for (size_t step = 1; step < 200; step += 33) {
    opened = 0;
    fd = knock(l, V1 GET, strlen(V1 GET), step);
    CHECK(strncmp(answer(&mgr, fd, 5000), OK, strlen(OK)) == 0);
    CHECK_TEXT(seen, "192.0.2.7:5000 198.51.100.1:443");
    CHECK_INT(opened, 1);
    check_request(&mgr, fd, GET, OK);
    close(fd);
    fd = knock(l, v2, sizeof(v2) - 1, step);
    CHECK(strncmp(answer(&mgr, fd, 5000), OK, strlen(OK)) == 0);
    CHECK_TEXT(seen, "192.0.2.8:5001 198.51.100.1:443");
    close(fd);
  }
  // The proxy itself, for instance its health check.
  fd = knock(l, local, sizeof(local) - 1, 1000);
  CHECK(strncmp(answer(&mgr, fd, 5000), OK, strlen(OK)) == 0);
  CHECK(strncmp(seen, "127.0.0.1:", 10) == 0);
  close(fd);

  check_refused(l, GET);
  check_refused(l, "PROXY TCP4 192.0.2.7 198.51.100.1 5000 99999\r\n" GET);
  check_refused(l, "PROXY TCP4 300.0.2.7 198.51.100.1 5000 443\r\n" GET);

  // Rules for peers hold for the one that is named, not for the proxy.
  set_option(&mgr, "access_control_list", "-192.0.2.7,-127.0.0.1");
  check_refused(l, V1 GET);
  fd = knock(l, v2, sizeof(v2) - 1, 1000);
  CHECK(strncmp(answer(&mgr, fd, 5000), OK, strlen(OK)) == 0);
  set_option(&mgr, "max_connections_per_ip", "1");
  {
    int second = knock(l, v2, sizeof(v2) - 1, 1000);
    CHECK_TEXT(answer(&mgr, second, 5000), "");
    close(second);
  }
  close(fd);
  set_option(&mgr, "max_connections_per_ip", NULL);
  set_option(&mgr, "access_control_list", NULL);

  // Nobody else may say who he is.
  set_option(&mgr, "trusted_proxies", "127.0.0.2");
  fd = plain_connect(l);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK_INT(stats_of(&mgr).accepted, stats_of(&mgr).closed);
  mg_mgr_free(&mgr);
  return test_result();
}
