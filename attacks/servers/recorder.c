// Prints every request as the library understood it, for comparison with what a proxy in front sent:
// `request HEAD BODY`, both in hexadecimal digits, `-` for nothing.
#include "mongoose.h"

static void print_hex(struct mg_str text) {
  if (text.len == 0) printf(" -");
  for (size_t i = 0; i < text.len; i++) {
    printf(i == 0 ? " %02x" : "%02x", (unsigned char)text.buf[i]);
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  printf("request");
  print_hex(hm->head);
  print_hex(hm->body);
  printf("\n");
  fflush(stdout);
  mg_http_reply(c, 200, "", "%.*s\n", (int)hm->uri.len, hm->uri.buf);
}

int main(void) {
  struct mg_connection *c;
  struct mg_mgr mgr;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  c = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL);
  if (c == NULL) return EXIT_FAILURE;
  printf("port %d\n", (int)mg_ntohs(c->loc.port));
  fflush(stdout);
  for (;;) mg_mgr_poll(&mgr, 100);
}
