// Requests of which only the answer matters, for the tests of HTTP rules.
#ifndef GUARDED_ASK_H
#define GUARDED_ASK_H

#include "guarded.h"

// Sends a request on a connection of its own; gives what comes first, "" if that is the end.
static inline const char *ask(struct mg_mgr *mgr, const struct mg_connection *l,
                              const char *request) {
  int fd = plain_connect(l);
  const char *text;
  plain_write(fd, request);
  text = answer(mgr, fd, 5000);
  close(fd);
  poll_times(mgr, 3);
  return text == NULL ? "(nothing)" : text;
}

// Status of a response; 0 if it is none.
static inline int status_in(const char *text) {
  return strncmp(text, "HTTP/1.1 ", 9) == 0 ? atoi(text + 9) : 0;
}

// Status of the response to a request with this request line and these header lines.
static inline int status_of(struct mg_mgr *mgr, const struct mg_connection *l, const char *line,
                            const char *headers) {
  char request[3000];
  snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: a\r\n%s\r\n", line, headers);
  return status_in(ask(mgr, l, request));
}

// Checks that an answer contains `part`.
static inline void check_has(const char *text, const char *part) {
  CHECK(strstr(text, part) != NULL);
  if (strstr(text, part) == NULL) fprintf(stderr, "no %s in %s\n", part, text);
}

// Body of a response.
static inline const char *body_in(const char *text) {
  const char *end = strstr(text, "\r\n\r\n");
  return end == NULL ? "" : end + 4;
}

// Checks that a value is refused with a sentence, and that nothing changes.
static inline void check_refused(struct mg_mgr *mgr, const char *name, const char *value) {
  char before[300], after[300];
  const char *why;
  mg_get_option(mgr, name, before, sizeof(before));
  why = mg_set_option(mgr, name, value);
  CHECK(why != NULL && strlen(why) > 10);
  if (why == NULL) fprintf(stderr, "%s=%s is taken\n", name, value);
  mg_get_option(mgr, name, after, sizeof(after));
  CHECK_TEXT(after, before);
}

#endif
