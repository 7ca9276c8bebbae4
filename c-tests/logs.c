// access_log_file and error_log_file: a line for each request, and for each act of the guard.
#include "files_dir.h"
#include "guarded.h"

static struct mg_mgr mgr;
static char text[10000];

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/own"), NULL)) {
    mg_printf(c, "HTTP/1.1 203 Own\r\nContent-Length: 2\r\n\r\nok");
    c->is_resp = 0;
  } else if (mg_match(hm->uri, mg_str("/chunks"), NULL)) {
    mg_printf(c, "HTTP/1.1 202 Chunks\r\nTransfer-Encoding: chunked\r\n\r\n");
    mg_http_printf_chunk(c, "%s", "abc");
    mg_http_printf_chunk(c, "");
  } else if (!mg_match(hm->uri, mg_str("/never"), NULL)) {
    mg_http_reply(c, 201, "", "hello");
  }
}

// What the file has now.
static const char *content(const char *path) {
  FILE *fp = fopen(path, "r");
  size_t n;
  poll_times(&mgr, 3);
  if (fp == NULL) return "(none)";
  n = fread(text, 1, sizeof(text) - 1, fp);
  text[n] = '\0';
  fclose(fp);
  return text;
}

static void ask(struct mg_connection *l, const char *request, const char *line) {
  int fd = plain_connect(l);
  check_request(&mgr, fd, request, line);
  close(fd);
}

static bool logged(const char *path, const char *part) {
  const char *all = content(path);
  if (strstr(all, part) == NULL) fprintf(stderr, "no %s in %s\n", part, all);
  return strstr(all, part) != NULL;
}

static int lines(const char *all) {
  int n = 0;
  for (; *all != '\0'; all++) n += *all == '\n';
  return n;
}

int main(void) {
  char access[500], error[500], old[500];
  struct mg_connection *l;
  int fd;
  files_make_dir("logs");
  snprintf(access, sizeof(access), "%s", files_path("logs/access"));
  snprintf(error, sizeof(error), "%s", files_path("logs/error"));
  snprintf(old, sizeof(old), "%s", files_path("logs/old"));
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  set_option(&mgr, "access_log_file", access);
  set_option(&mgr, "error_log_file", error);

  ask(l, "GET /a?b=\"c HTTP/1.1\r\nUser-Agent: t\r\nReferer: r\r\n\r\n", "HTTP/1.1 201 ");
  CHECK(logged(access, "127.0.0.1 - - ["));
  CHECK(logged(access, "\"GET /a?b=\\\"c HTTP/1.1\" 201 5 \"r\" \"t\"\n"));
  ask(l, "GET /own HTTP/1.1\r\n\r\n", "HTTP/1.1 203 ");
  CHECK(logged(access, "\"GET /own HTTP/1.1\" 203 "));
  ask(l, "GET /chunks HTTP/1.1\r\n\r\n", "HTTP/1.1 202 ");
  CHECK(logged(access, "\"GET /chunks HTTP/1.1\" 202 "));

  // Without an answer: the line comes with the end.
  fd = plain_connect(l);
  plain_write(fd, "GET /never HTTP/1.1\r\n\r\n");
  POLL_UNTIL(&mgr, stats_of(&mgr).now_in_handler == 1);
  CHECK(strstr(content(access), "/never") == NULL);
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  CHECK(logged(access, "\"GET /never HTTP/1.1\" 000 0 "));

  // What the guard refuses is in both.
  set_option(&mgr, "allowed_methods", "GET");
  ask(l, "PUT /a HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ");
  CHECK(logged(access, "\"PUT /a HTTP/1.1\" 405 "));
  CHECK(logged(error, " 127.0.0.1 ") && logged(error, " rejected 405 allowed_methods\n"));

  // Rotated: the old file is moved away, and setting the same name opens a new one.
  CHECK_INT(rename(access, old), 0);
  set_option(&mgr, "access_log_file", access);
  ask(l, "GET /b HTTP/1.1\r\n\r\n", "HTTP/1.1 201 ");
  CHECK_INT(lines(content(access)), 1);
  CHECK(strstr(content(old), "/b") == NULL);
  CHECK(mg_set_option(&mgr, "access_log_file", "/nonexistent/log") != NULL);
  set_option(&mgr, "access_log_file", NULL);
  ask(l, "GET /c HTTP/1.1\r\n\r\n", "HTTP/1.1 201 ");
  CHECK_INT(lines(content(access)), 1);
  mg_mgr_free(&mgr);
  return test_result();
}
