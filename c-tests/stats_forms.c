// The two forms of the figures, mg_get_stats and mg_print_stats, agree; a caller that knows fewer
// fields gets those it knows (chapter 08, 8.2 and 8.4).
#include <stddef.h>
#include "guarded.h"

static struct mg_mgr mgr;

// A caller compiled against a smaller structure, or one that forgot the size.
static void smaller(size_t size, size_t fields) {
  struct mg_stats s, all = stats_of(&mgr);
  size_t end = offsetof(struct mg_stats, now_accepted) + fields * sizeof(uint64_t);
  memset(&s, 0xa5, sizeof(s));
  s.size = size;
  mg_get_stats(&mgr, &s);
  CHECK_INT(s.size, size);
  CHECK_BYTES(&s.now_accepted, end - sizeof(size_t), &all.now_accepted, end - sizeof(size_t));
  for (size_t i = end; i < sizeof(s); i++) CHECK_INT(((unsigned char *)&s)[i], 0xa5);
}

// A structure of the future: what is not known here stays as it was.
static void larger(void) {
  struct {
    struct mg_stats s;
    uint64_t more[3];
  } future;
  memset(&future, 0xa5, sizeof(future));
  future.s.size = sizeof(future);
  mg_get_stats(&mgr, &future.s);
  CHECK_INT(future.s.accepted, stats_of(&mgr).accepted);
  for (int i = 0; i < 3; i++) CHECK_INT(future.more[i], 0xa5a5a5a5a5a5a5a5);
}

static char text[20000];

// The sample has this value.
static void check_sample(const char *sample, uint64_t value) {
  char line[200];
  snprintf(line, sizeof(line), "\n%s %llu\n", sample, (unsigned long long)value);
  CHECK(strstr(text, line) != NULL);
  if (strstr(text, line) == NULL) fprintf(stderr, "%s in\n%s\n", line, text);
}

static void put(char ch, void *arg) {
  size_t *len = (size_t *)arg;
  if (*len < sizeof(text) - 1) text[(*len)++] = ch;
}

static void printed(void) {
  struct mg_stats s = stats_of(&mgr);
  size_t len = 0, samples = 0, helps = 0;
  size_t n = mg_xprintf(put, &len, "%M", mg_print_stats, &mgr);
  CHECK_INT(n, len);
  text[len] = '\0';
  for (const char *p = text; *p != '\0'; p = strchr(p, '\n') + 1) {
    samples += *p != '#';
    helps += strncmp(p, "# HELP ", 7) == 0;
    CHECK(*p == '#' || strncmp(p, "mongoose_", 9) == 0);
    CHECK(strchr(p, '\n') != NULL);
  }
  CHECK_INT(samples, sizeof(s) / sizeof(uint64_t) - 1);
  CHECK(helps > 20 && helps < samples);
  check_sample("mongoose_connections{origin=\"accepted\"}", s.now_accepted);
  check_sample("mongoose_connections_accepted_total", s.accepted);
  check_sample("mongoose_connections_closed_total", s.closed);
  check_sample("mongoose_connections_refused_total{reason=\"acl\"}", s.refused_acl);
  check_sample("mongoose_connections_limit", s.max_connections);
  check_sample("mongoose_requests_total", s.requests);
  check_sample("mongoose_bytes_total{direction=\"in\"}", s.bytes_in);
  check_sample("mongoose_bytes_total{direction=\"out\"}", s.bytes_out);
  check_sample("mongoose_buffer_bytes{direction=\"recv\"}", s.recv_bytes);
  check_sample("mongoose_timeouts_total{deadline=\"header\"}", s.timeout_header);
  CHECK_INT(s.accepted, 2);
  CHECK_INT(s.refused_acl, 1);
  CHECK_INT(s.bytes_in, 3 * strlen(GET));
}

int main(void) {
  struct mg_connection *l;
  int fd, other;
  mg_mgr_init(&mgr);
  CHECK_INT(stats_of(&mgr).accepted, 0);
  l = http_listener(&mgr, reply_ok);
  fd = plain_connect(l), check_request(&mgr, fd, GET, OK), check_request(&mgr, fd, GET, OK);
  other = plain_connect(l), check_request(&mgr, other, GET, OK);
  close(other);
  POLL_UNTIL(&mgr, stats_of(&mgr).closed == 1);
  set_option(&mgr, "access_control_list", "-0.0.0.0/0");
  other = plain_connect(l);
  CHECK_TEXT(answer(&mgr, other, 5000), "");
  close(other);
  smaller(0, 0);
  smaller(sizeof(size_t), 0);
  smaller(sizeof(size_t) + 7, 0);
  smaller(sizeof(size_t) + 8, 1);
  smaller(sizeof(size_t) + 30 * 8 + 3, 30);
  larger();
  printed();
  close(fd);
  mg_mgr_free(&mgr);
  return test_result();
}
