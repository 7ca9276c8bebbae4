// Prints every request as the library understood it, for comparison with what others make of the same
// bytes: `request HEAD BODY PORT METHOD TARGET`, all but the peer's port in hexadecimal digits, `-`
// for nothing.
#include "mongoose.h"

static void print_hex(struct mg_str text) {
  if (text.len == 0) printf(" -");
  for (size_t i = 0; i < text.len; i++) {
    printf(i == 0 ? " %02x" : "%02x", (unsigned char)text.buf[i]);
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  struct mg_str target;
  if (ev != MG_EV_HTTP_MSG) return;
  target = hm->uri;
  if (hm->query.buf != NULL) target.len += 1 + hm->query.len;
  printf("request");
  print_hex(hm->head);
  print_hex(hm->body);
  printf(" %d", (int)mg_ntohs(c->rem.port));
  print_hex(hm->method);
  print_hex(target);
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
