// Asks http://127.0.0.1:PORT/N for every N below COUNT, and prints what the library makes of the final
// response: `response N STATUS BODY`, the body in hexadecimal digits, `-` for nothing.
//
// Arguments: PORT COUNT
#include "mongoose.h"

#define AT_ONCE 32

static int port, count, next, open_ones;

static void print_response(int number, struct mg_http_message *hm) {
  printf("response %d %d ", number, mg_http_status(hm));
  for (size_t i = 0; i < hm->body.len; i++) printf("%02x", (unsigned char)hm->body.buf[i]);
  printf(hm->body.len == 0 ? "-\n" : "\n");
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CLOSE) open_ones--;
  if (ev != MG_EV_HTTP_MSG || c->data[0] != 0) return;
  if (mg_http_status(hm) / 100 == 1 && mg_http_status(hm) != 101) return;
  print_response((int)(intptr_t)c->fn_data, hm);
  c->data[0] = 1;
  c->is_closing = 1;
}

static void ask(struct mg_mgr *mgr) {
  char url[40];
  struct mg_connection *c;
  mg_snprintf(url, sizeof(url), "http://127.0.0.1:%d/%d", port, next);
  c = mg_http_connect(mgr, url, on_event, (void *)(intptr_t)next);
  if (c == NULL) exit(EXIT_FAILURE);
  mg_printf(c, "GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n", next);
  next++;
  open_ones++;
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  if (argc != 3) return EXIT_FAILURE;
  port = atoi(argv[1]);
  count = atoi(argv[2]);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  while (next < count || open_ones > 0) {
    while (next < count && open_ones < AT_ONCE) ask(&mgr);
    mg_mgr_poll(&mgr, 100);
  }
  mg_mgr_free(&mgr);
  return EXIT_SUCCESS;
}
