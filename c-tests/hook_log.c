// A program that defines mg_log and mg_log_prefix replaces the library's log (design section 4).
#include "mongoose.h"
#include "test.h"

static int prefixes, lines;

void mg_log_prefix(int level, const char *file, int line, const char *fname) {
  (void)level, (void)file, (void)line, (void)fname;
  prefixes++;
}

void mg_log(const char *fmt, ...) {
  (void)fmt;
  lines++;
}

int main(void) {
  MG_INFO(("hello %d", 1));
  MG_VERBOSE(("above the level"));
  CHECK_INT(prefixes, 1);
  CHECK_INT(lines, 1);

  // The library's own messages come here too.
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  CHECK_PTR(mg_listen(&mgr, "tcp://256.1.1.1:1", NULL, NULL), NULL);
  CHECK(lines > 1);
  CHECK_INT(prefixes, lines);
  mg_mgr_free(&mgr);
  return test_result();
}
