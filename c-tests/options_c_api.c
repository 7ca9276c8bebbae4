// Every option: get, set, default restored, bad value refused with a sentence and nothing changed;
// and arguments that make no sense (chapter 08, checklist 10).
#include "guarded.h"

static struct mg_mgr mgr;

static const char *get(const char *name) {
  static char bufs[4][9000];
  static int n;
  char *buf = bufs[n++ % 4];
  CHECK_PTR(mg_get_option(&mgr, name, buf, sizeof(bufs[0])), buf);
  return buf;
}

// It is a sentence of its own, without a full stop.
static void check_sentence(const char *name, const char *value, const char *why) {
  CHECK(why != NULL && strlen(why) > 10 && strlen(why) < 100 && strchr(why, ' ') != NULL);
  if (why == NULL) fprintf(stderr, "accepted: %s=%s\n", name, value);
}

static char too_long[9000];

// One bad value for all, and those that some kinds of values refuse.
static void check_bad_values(const char *name) {
  static const char *const bad[] = {"a\nb", "-1", "18446744073709551616", "x"};
  char before[9000];
  int refused = 0;
  snprintf(before, sizeof(before), "%s", get(name));
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    const char *why = mg_set_option(&mgr, name, bad[i]);
    if (why == NULL) {
      CHECK_TEXT(get(name), bad[i]);
      CHECK_TEXT(mg_set_option(&mgr, name, before), NULL);
      continue;
    }
    refused++;
    check_sentence(name, bad[i], why);
    CHECK_TEXT(get(name), before);
  }
  check_sentence(name, "(long)", mg_set_option(&mgr, name, too_long));
  CHECK_TEXT(get(name), before);
  CHECK(refused > 0 || strcmp(name, "extra_headers") == 0);
}

static void every_option(void) {
  size_t n = 0;
  for (const char *name; (name = mg_option_name(n)) != NULL; n++) {
    char dflt[9000];
    snprintf(dflt, sizeof(dflt), "%s", get(name));
    CHECK_TEXT(mg_set_option(&mgr, name, dflt), NULL);
    CHECK_TEXT(get(name), dflt);
    check_bad_values(name);
    CHECK_TEXT(mg_set_option(&mgr, name, NULL), NULL);
    CHECK_TEXT(get(name), dflt);
    for (size_t i = 0; i < n; i++) CHECK(strcmp(mg_option_name(i), name) != 0);
  }
  CHECK(n > 40);
  CHECK_PTR(mg_option_name(n + 1), NULL);
  CHECK_PTR(mg_option_name((size_t)-1), NULL);
}

// What a good and a bad value of each kind are.
static void values(void) {
  static const struct {
    const char *name, *good, *bad, *why;
  } table[] = {
      {"max_connections", "500", "500k", "the value is not a decimal number"},
      {"max_connections", "auto", "many", "the value is not a decimal number"},
      {"max_connections_per_ip", "0", "", "the value is not a decimal number"},
      {"full_policy", "reject", "drop", "the value is none of the words that this option knows"},
      {"io_timeout_ms", "1", "2147483648", "the value is out of range"},
      {"max_header_size", "1M", "1t",
       "the value is not a size: decimal digits, with k, m or g behind them if you like"},
      {"max_recv_size", "64", "63", "the value is out of range"},
      {"max_body_size", "max_recv_size", "max_send_size",
       "the value is not a size: decimal digits, with k, m or g behind them if you like"},
      {"strict_http", "off", "perhaps", "the value is neither on nor off"},
      {"connect_rate", "2.5/10", "fast", "rate: not a number"},
      {"access_control_list", "-0.0.0.0/0,+::1", "+10.0.0.0/33",
       "access list: not a prefix length"},
      {"priority_list", "127.0.0.1", "localhost", "access list: not an address"},
      {"cgi_interpreter", "", "/usr/bin/perl",
       "CGI does not exist here: a program answers requests itself"},
      {"nonsense", NULL, "1", "there is no such option"},
      {"MAX_CONNECTIONS", NULL, "1", "there is no such option"},
      {"", NULL, "1", "there is no such option"},
      {"hsts", "max-age=1", "\xff", "the value is not UTF-8"},
  };
  for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
    if (table[i].good != NULL) {
      CHECK_TEXT(mg_set_option(&mgr, table[i].name, table[i].good), NULL);
    }
    CHECK_TEXT(mg_set_option(&mgr, table[i].name, table[i].bad), table[i].why);
    if (table[i].good != NULL) {
      CHECK_TEXT(get(table[i].name), table[i].good);
      CHECK_TEXT(mg_set_option(&mgr, table[i].name, NULL), NULL);
    }
  }
}

static void odd_arguments(void) {
  struct mg_stats stats;
  char buf[10] = "unchanged";
  CHECK(mg_set_option(NULL, "max_connections", "1") != NULL);
  CHECK(mg_set_option(&mgr, NULL, "1") != NULL);
  CHECK(mg_set_option(NULL, NULL, NULL) != NULL);
  CHECK_PTR(mg_get_option(NULL, "max_connections", buf, sizeof(buf)), NULL);
  CHECK_PTR(mg_get_option(&mgr, NULL, buf, sizeof(buf)), NULL);
  CHECK_PTR(mg_get_option(&mgr, "nonsense", buf, sizeof(buf)), NULL);
  CHECK_PTR(mg_get_option(&mgr, "max_connections", buf, 0), NULL);
  CHECK_PTR(mg_get_option(&mgr, "max_connections", NULL, 0), NULL);
  CHECK_PTR(mg_get_option(&mgr, "max_connections", NULL, 10), NULL);
  CHECK_TEXT(buf, "unchanged");
  set_option(&mgr, "io_timeout_ms", "123456789");
  CHECK_PTR(mg_get_option(&mgr, "io_timeout_ms", buf, 5), buf);
  CHECK_TEXT(buf, "1234");
  CHECK_PTR(mg_get_option(&mgr, "io_timeout_ms", buf, 1), buf);
  CHECK_TEXT(buf, "");
  CHECK_PTR(mg_get_option(&mgr, "io_timeout_ms", buf, 10), buf);
  CHECK_TEXT(buf, "123456789");
  // The text was copied.
  snprintf(buf, sizeof(buf), "77");
  set_option(&mgr, "io_timeout_ms", buf);
  buf[0] = '8';
  CHECK_TEXT(get("io_timeout_ms"), "77");

  mg_get_stats(&mgr, NULL);
  memset(&stats, 0xa5, sizeof(stats));
  stats.size = sizeof(stats);
  mg_get_stats(NULL, &stats);
  CHECK_INT(stats.now_accepted, 0xa5a5a5a5a5a5a5a5);
  mg_set_guard_handler(NULL, NULL, NULL);
  CHECK_INT(mg_snprintf(buf, sizeof(buf), "%M", mg_print_stats, (struct mg_mgr *)NULL), 0);
}

int main(void) {
  // No file can be made there, whatever a bad value of an option for files is.
  CHECK_INT(chdir("/proc"), 0);
  memset(too_long, '1', sizeof(too_long) - 1);
  mg_mgr_init(&mgr);
  every_option();
  values();
  odd_arguments();
  mg_mgr_free(&mgr);
  return test_result();
}
