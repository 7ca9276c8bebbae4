// visitors URL: counts the requests of each connection, and says how many are open
#include "mongoose.h"

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  int visits, open = 0;
  (void)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  visits = ++c->data[0];
  for (struct mg_connection *other = c->mgr->conns; other != NULL; other = other->next) {
    if (other->is_accepted) open++;
  }
  mg_http_reply(c, 200, "", "visit %d, %d open\n", visits, open);
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  if (argc != 2 || mg_http_listen(&mgr, argv[1], on_event, NULL) == NULL) return 1;
  for (;;) mg_mgr_poll(&mgr, 1000);
}
