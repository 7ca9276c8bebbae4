// -DMG_MAX_CONNECTIONS and -DMG_IO_TIMEOUT of the program's own compilation take effect (chapter 08,
// 8.1; design section 5).
// cflags: -DMG_MAX_CONNECTIONS=2 -DMG_IO_TIMEOUT=1000 -DMG_MAX_RECV_SIZE=2048 -DMG_ENABLE_DIRLIST=0
#include "deadline.h"

static struct mg_mgr mgr;

static void check(const char *name, const char *want) {
  char buf[200];
  CHECK_TEXT(mg_get_option(&mgr, name, buf, sizeof(buf)), want);
}

int main(void) {
  struct mg_connection *l;
  struct trace t;
  int fds[2], late, hanging, filler[4];
  char url[60];
  memset(&t, 0, sizeof(t));
  mg_mgr_init(&mgr);
  check("max_connections", "2");
  check("io_timeout_ms", "1000");
  check("max_recv_size", "2048");
  check("enable_directory_listing", "off");
  set_option(&mgr, "full_policy", "queue");

  // Two connections and no more.
  l = http_listener(&mgr, reply_ok);
  for (int i = 0; i < 2; i++) fds[i] = plain_connect(l), check_request(&mgr, fds[i], GET, OK);
  late = plain_connect(l);
  plain_write(late, GET);
  CHECK(is_waiting(&mgr, late));
  CHECK_INT(stats_of(&mgr).max_connections, 2);
  close(fds[0]);
  CHECK(strncmp(answer(&mgr, late, 5000), OK, strlen(OK)) == 0);
  close(fds[1]), close(late);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);

  // A second for a connect.
  hanging = plain_socket(SOCK_STREAM);
  struct sockaddr_in to = loopback(plain_port(hanging));
  CHECK_INT(listen(hanging, 0), 0);
  for (int i = 0; i < 4; i++) {
    filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)connect(filler[i], (struct sockaddr *)&to, sizeof(to));
  }
  snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", ntohs(to.sin_port));
  mg_connect(&mgr, url, record, &t);
  poll_times(&mgr, 3);
  pass(&mgr, 500);
  CHECK_TEXT(t.error, "");
  pass(&mgr, 1000);
  CHECK_TEXT(t.error, "MG_IO_TIMEOUT");
  for (int i = 0; i < 4; i++) close(filler[i]);
  close(hanging);
  mg_mgr_free(&mgr);
  return test_result();
}
