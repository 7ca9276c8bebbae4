// Chapter 01, section 5.6: a wrapped pipe is closed silently at the first readiness; -1 only gets
// POLL; a closed descriptor number and a regular file do no harm.
#include "event.h"

int main(void) {
  struct mg_mgr mgr;
  struct trace pipe_trace = {0}, none_trace = {0}, file_trace = {0}, closed_trace = {0};
  int fds[2], closed, file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  mg_log_set(MG_LL_NONE);
  CHECK_INT(pipe(fds), 0);
  closed = dup(0);
  close(closed);
  CHECK_INT(write(fds[1], "x", 1), 1);
  mg_mgr_init(&mgr);
  mg_wrapfd(&mgr, fds[0], record, &pipe_trace);
  mg_wrapfd(&mgr, -1, record, &none_trace);
  mg_wrapfd(&mgr, file, record, &file_trace);
  mg_wrapfd(&mgr, closed, record, &closed_trace);
  POLL_UNTIL(&mgr, strcmp(pipe_trace.text, "OPEN CLOSE ") == 0);
  CHECK_TEXT(none_trace.text, "OPEN ");
  CHECK(none_trace.polls > 0);
  mg_mgr_free(&mgr);
  CHECK_TEXT(none_trace.text, "OPEN CLOSE ");
  CHECK(strstr(file_trace.text, "CLOSE ") != NULL);
  CHECK(strstr(closed_trace.text, "CLOSE ") != NULL);
  close(fds[1]);
  return test_result();
}
