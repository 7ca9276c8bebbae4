// Options from the environment: what counts is default < -D < environment < mg_set_option, and what
// can't be used is logged with its name and the reason (chapter 08, 8.1).
// cflags: -DMG_MAX_CONNECTIONS=77 -DMG_IO_TIMEOUT=5000
#include "guarded.h"

static char log_text[5000];
static size_t log_len;

static void take_log(char ch, void *param) {
  (void)param;
  if (log_len < sizeof(log_text) - 1) log_text[log_len++] = ch;
}

static struct mg_mgr mgr;

// A manager that finds this in its environment.
static void start(const char *connections, const char *timeout, const char *options) {
  static const char *const names[] = {"MG_MAX_CONNECTIONS", "MG_IO_TIMEOUT", "MG_OPTIONS"};
  const char *values[] = {connections, timeout, options};
  for (int i = 0; i < 3; i++) {
    if (values[i] == NULL) {
      unsetenv(names[i]);
    } else {
      setenv(names[i], values[i], 1);
    }
  }
  memset(log_text, 0, sizeof(log_text));
  log_len = 0;
  mg_mgr_init(&mgr);
  CHECK(mg_http_listen(&mgr, "http://127.0.0.1:0", reply_ok, NULL) != NULL);
}

static void check(const char *name, const char *want) {
  char buf[200];
  CHECK_TEXT(mg_get_option(&mgr, name, buf, sizeof(buf)), want);
}

static bool logged(const char *text) {
  if (strstr(log_text, text) != NULL) return true;
  fprintf(stderr, "not \"%s\" in: %s\n", text, log_text);
  return false;
}

int main(void) {
  mg_log_set_fn(take_log, NULL);
  mg_log_set(MG_LL_ERROR);

  // What the program was compiled with.
  start(NULL, NULL, NULL);
  check("max_connections", "77");
  check("io_timeout_ms", "5000");
  check("header_timeout_ms", "20000");
  CHECK_INT(stats_of(&mgr).max_connections, 77);
  mg_mgr_free(&mgr);

  // The environment, then the program; NULL goes back to the default.
  start("88", "6000", NULL);
  check("max_connections", "88");
  check("io_timeout_ms", "6000");
  CHECK_INT(stats_of(&mgr).max_connections, 88);
  set_option(&mgr, "max_connections", "99");
  check("max_connections", "99");
  CHECK_INT(stats_of(&mgr).max_connections, 99);
  set_option(&mgr, "max_connections", NULL);
  check("max_connections", "77");
  mg_mgr_free(&mgr);
  start("auto", "0", "");
  check("max_connections", "auto");
  check("io_timeout_ms", "0");
  mg_mgr_free(&mgr);

  // A list: blanks don't matter, later ones win, also over the single variables.
  start("88", NULL,
        " full_policy = queue ;;header_timeout_ms=1; max_connections=66;"
        "access_control_list=-0.0.0.0/0,+127.0.0.1;header_timeout_ms=2;index_files=;");
  check("max_connections", "66");
  check("full_policy", "queue");
  check("header_timeout_ms", "2");
  check("access_control_list", "-0.0.0.0/0,+127.0.0.1");
  check("index_files", "");
  CHECK_INT(stats_of(&mgr).max_connections, 66);
  CHECK_TEXT(log_text, "");
  mg_mgr_free(&mgr);

  // Mistakes are logged and change nothing; the rest counts.
  start("many", "-5",
        "no_such_thing=1;full_policy;io_timeout_scope=both;max_headers=7;min_body_rate=\x01;=3");
  check("max_connections", "77");
  check("io_timeout_ms", "5000");
  check("full_policy", "evict");
  check("io_timeout_scope", "transfer");
  check("min_body_rate", "240");
  check("max_headers", "7");
  CHECK(logged("max_connections=many: the value is not a decimal number"));
  CHECK(logged("io_timeout_ms=-5: the value is not a decimal number"));
  CHECK(logged("no_such_thing=1: there is no such option"));
  CHECK(logged("full_policy=: the value is none of the words that this option knows"));
  CHECK(logged("io_timeout_scope=both: "));
  CHECK(logged("min_body_rate=\\x01: the value contains a control character"));
  CHECK(logged("=3: there is no such option"));
  CHECK(logged(" 1 settings.rs"));  // error level
  mg_mgr_free(&mgr);
  CHECK(mg_log_level == MG_LL_ERROR);
  return test_result();
}
