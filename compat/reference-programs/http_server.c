// Pages, files, includes and chunks from an HTTP server, and credentials.
#include "exchange.h"

// Exported without a prototype.
char *mg_http_etag(char *, size_t, size_t, time_t);

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  struct mg_http_serve_opts opts;
  if (ev != MG_EV_HTTP_MSG) return;
  memset(&opts, 0, sizeof(opts));
  opts.root_dir = "web";
  if (mg_match(hm->uri, mg_str("/chunks"), NULL)) {
    mg_printf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    mg_http_printf_chunk(c, "%d,", 1);
    mg_http_write_chunk(c, "two", 3);
    mg_http_printf_chunk(c, "");
  } else if (mg_match(hm->uri, mg_str("/one"), NULL)) {
    opts.mime_types = "txt=text/x-own";
    opts.extra_headers = "X-Extra: 1\r\n";
    mg_http_serve_file(c, hm, "web/a.txt", &opts);
  } else if (mg_match(hm->uri, mg_str("/page"), NULL)) {
    mg_http_serve_ssi(c, "web", "web/page.shtml");
  } else if (mg_match(hm->uri, mg_str("/who"), NULL)) {
    char user[20], pass[20];
    mg_http_creds(hm, user, sizeof(user), pass, sizeof(pass));
    mg_http_reply(c, user[0] == '\0' ? 401 : 200, "", "%s/%s", user, pass);
  } else {
    mg_http_serve_dir(c, hm, &opts);
  }
}

// A client that shows who it is.
static void log_in(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) {
    mg_printf(c, "GET /who HTTP/1.1\r\n");
    mg_http_bauth(c, "joe", "secret");
    mg_printf(c, "\r\n");
  } else {
    exchange_handler(c, ev, ev_data);
  }
}

static void files(struct mg_connection *listener) {
  struct exchange x = exchange(listener, "GET /one HTTP/1.1\r\n\r\n");
  struct stat st;
  char etag[50], header[80];
  CHECK_TEXT(x.body, "text of a");
  CHECK(strstr(x.head, "\r\nContent-Type: text/x-own\r\n") != NULL);
  CHECK(strstr(x.head, "\r\nX-Extra: 1\r\n") != NULL);
  CHECK_INT(stat("web/a.txt", &st), 0);
  CHECK_PTR(mg_http_etag(etag, sizeof(etag), (size_t)st.st_size, st.st_mtime), etag);
  snprintf(header, sizeof(header), "\r\nEtag: %s\r\n", etag);
  CHECK(strstr(x.head, header) != NULL);

  ANSWER(listener, "GET /a.txt HTTP/1.1\r\nRange: bytes=5-6\r\n\r\n", 206, "of");
  ANSWER(listener, "GET /none HTTP/1.1\r\n\r\n", 404, "Not found\n");
  x = exchange(listener, "GET / HTTP/1.1\r\n\r\n");
  CHECK_INT(x.status, 200);
  CHECK(strstr(x.body, "<title>") != NULL);
}

int main(void) {
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  CHECK(mg_fs_posix.mkd("web"));
  CHECK(mg_file_write(&mg_fs_posix, "web/a.txt", "text of a", 9));
  CHECK(mg_file_printf(&mg_fs_posix, "web/page.shtml", "[<!--#include file=\"%s\" -->]", "a.txt"));
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", serve, NULL);
  ANSWER(listener, "GET /chunks HTTP/1.1\r\n\r\n", 200, "1,two");
  ANSWER(listener, "GET /page HTTP/1.1\r\n\r\n", 200, "[text of a]");
  ANSWER(listener, "GET /who HTTP/1.1\r\n\r\n", 401, "/");
  files(listener);

  struct exchange x;
  memset(&x, 0, sizeof(x));
  mg_http_connect(&mgr, url_to("http", listener), log_in, &x);
  POLL_UNTIL(&mgr, x.done);
  CHECK_TEXT(x.body, "joe/secret");
  mg_mgr_free(&mgr);
  return test_result();
}
