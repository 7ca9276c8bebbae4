// Whichever allocation fails, a server answers, or closes the connection, and serves the next one.
// History: CVE-2021-26528 | each allocation fails once, the next client is served
#include "files_dir.h"

static int countdown = -1;

void *mg_calloc(size_t count, size_t size) {
  if (countdown > 0 && --countdown == 0) return NULL;
  return calloc(count, size);
}

void mg_free(void *ptr) {
  free(ptr);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG && mg_match(hm->uri, mg_str("/say"), NULL)) {
    mg_printf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    mg_http_printf_chunk(c, "%s", "hello");
    mg_http_write_chunk(c, "", 0);
  } else {
    files_serve(c, ev, ev_data);
  }
}

int main(void) {
  static const char chunked[] =
      "POST /say HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\nx\r\n0\r\n\r\n";
  static const char *const requests[] = {"GET /file.txt HTTP/1.1\r\nConnection: close\r\n\r\n",
                                         "GET /large.bin HTTP/1.1\r\nConnection: close\r\n\r\n",
                                         "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
                                         "GET /none HTTP/1.1\r\nConnection: close\r\n\r\n",
                                         chunked};
  static struct mg_http_serve_opts opts;
  char *large = (char *)calloc(1, 40000);
  files_make_n("large.bin", large, 40000);
  free(large);
  files_make("file.txt", "text");
  struct mg_connection *listener = peer_serve(on_event, &opts);
  int before = files_open_count();
  for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
    bool reached = true;
    for (int k = 1; k <= 200 && reached; k++) {
      struct peer p;
      peer_open(&p, listener);
      peer_say(&p, requests[i]);
      countdown = k;
      CHECK(peer_wait_closed(&p));
      reached = countdown == 0;
      countdown = -1;
      if (!reached) CHECK(p.len > 0);
      peer_close(&p);
      peer_settle(NULL);
    }
    CHECK(!reached);  // in the last round no allocation failed
  }
  CHECK_INT(files_open_count(), before);
  peer_end();
  return test_result();
}
