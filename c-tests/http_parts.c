// max_parts and max_part_size of mg_http_next_multipart (chapter 08).
#include "guarded_ask.h"

static size_t count_parts(struct mg_str body) {
  struct mg_http_part part;
  size_t ofs = 0, n = 0;
  while ((ofs = mg_http_next_multipart(body, ofs, &part)) > 0) n++;
  CHECK(part.body.buf == NULL && part.name.buf == NULL);
  return n;
}

static void handle(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG) mg_http_reply(c, 200, "", "%lu", (unsigned long)count_parts(hm->body));
}

// A body of n parts, the last one with 20 bytes of content, the others with one.
static char *make_body(int n) {
  char *body = (char *)malloc((size_t)n * 40 + 100), *p = body;
  for (int i = 0; i < n; i++) {
    p += sprintf(p, "--b\r\nX: y\r\n\r\n%s\r\n", i < n - 1 ? "1" : "12345678901234567890");
  }
  strcpy(p, "--b--\r\n");
  return body;
}

int main(void) {
  static const struct {
    const char *parts, *size;
    int n, given;
  } rows[] = {{NULL, NULL, 1000, 1000}, {NULL, NULL, 1001, 1000}, {"0", NULL, 1500, 1500},
              {"3", NULL, 3, 3},        {"3", NULL, 4, 3},        {NULL, "20", 5, 5},
              {NULL, "19", 5, 4}};
  struct mg_mgr mgr;
  struct mg_connection *l;
  char *body;
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, handle);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char given[20], *request;
    int fd = plain_connect(l);
    set_option(&mgr, "max_parts", rows[i].parts);
    set_option(&mgr, "max_part_size", rows[i].size);
    body = make_body(rows[i].n);
    request = (char *)malloc(strlen(body) + 200);
    sprintf(request, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %lu\r\n\r\n%s",
            (unsigned long)strlen(body), body);
    plain_write(fd, request);
    sprintf(given, "%d", rows[i].given);
    CHECK_TEXT(body_in(answer(&mgr, fd, 5000)), given);
    close(fd), free(body), free(request);
  }
  // Outside a handler no manager is known: the defaults count.
  set_option(&mgr, "max_parts", "3");
  body = make_body(1100);
  CHECK_INT(count_parts(mg_str(body)), 1000);
  CHECK_INT(count_parts(mg_str(body)), 1000);
  free(body);
  mg_mgr_free(&mgr);
  return test_result();
}
