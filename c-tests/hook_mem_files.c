// A program that defines mg_mem_files replaces the library's empty table of packed files (design
// section 4), for reading and for serving.
#include "event.h"

static const struct mg_mem_file table[] = {
    {"/web/index.html", (const uint8_t *)"<b>packed</b>", 13, 1700000000},
    {"/web/a.txt", (const uint8_t *)"text", 4, 1700000000},
    {NULL, NULL, 0, 0},
};
const struct mg_mem_file *mg_mem_files = table;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_serve_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = "/web";
    opts.fs = &mg_fs_packed;
    mg_http_serve_dir(c, (struct mg_http_message *)ev_data, &opts);
  }
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  struct mg_str text;
  char reply[1000] = "";
  int fd;
  CHECK_STR(mg_unpacked("/web/a.txt"), "text");
  CHECK_PTR(mg_unpacked("/web/a.txt").buf, table[1].data);
  CHECK_PTR(mg_unpacked("/web").buf, NULL);
  text = mg_file_read(&mg_fs_packed, "/web/a.txt");
  CHECK_STR(text, "text");
  mg_free(text.buf);
  CHECK_PTR(mg_file_read(&mg_fs_packed, "/web/none").buf, NULL);

  mg_mgr_init(&mgr);
  server = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL);
  fd = plain_connect(server);
  CHECK_INT(send(fd, "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
  POLL_UNTIL(&mgr,
             strstr(reply, "packed") != NULL || plain_recv_now(fd, reply, sizeof(reply) - 1) == 0);
  CHECK(strncmp(reply, "HTTP/1.1 200 ", 13) == 0);
  CHECK(strstr(reply, "\r\n\r\n<b>packed</b>") != NULL);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
