// Chapter 06, section 9, 12: one call of `authenticate` per request, however slowly it comes, and a
// new one for each request of a connection, also if the program serves some by itself.
#include "dash.h"

static int calls;
static bool keeps_message, changes_dashboard;
static struct mg_dash locked;

static int authenticate(char *user, size_t len, const char *pass) {
  (void)user, (void)len;
  calls++;
  return strcmp(pass, "p") == 0;
}

static int nobody(char *user, size_t len, const char *pass) {
  (void)user, (void)len, (void)pass;
  return 0;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG && changes_dashboard) c->fn_data = &locked;
  if (ev == MG_EV_HTTP_MSG && keeps_message) {
    mg_http_reply(c, 200, "", "own\n");
  } else {
    mg_dash_ev_handler(c, ev, ev_data);
  }
}

#define BASIC "Authorization: Basic dTpw\r\n"

int main(void) {
  struct mg_dash dash;
  struct peer p;
  memset(&dash, 0, sizeof(dash));
  dash.authenticate = authenticate;
  struct mg_connection *l = peer_serve(on_event, &dash);
  peer_open(&p, l);
  peer_say(&p, "POST /api/set HTTP/1.1\r\n" BASIC "Content-Length: 20\r\n\r\n");
  for (int i = 0; i < 20; i++) {
    peer_say(&p, " ");
    peer_settle(NULL);
  }
  struct answer a = peer_answer(&p, true);
  CHECK_INT(a.status, 200);
  CHECK_INT(calls, 1);
  peer_drop(&p, a.head_len + a.body_len);

  peer_say(&p, "GET /api/get HTTP/1.1\r\n" BASIC "\r\n");
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 200);
  CHECK_INT(calls, 2);
  peer_drop(&p, a.head_len + a.body_len);

  // What was found out of one request says nothing about the next.
  keeps_message = true;
  peer_say(&p, "GET /own HTTP/1.1\r\n" BASIC "\r\n");
  a = peer_answer(&p, true);
  CHECK_BODY(a, "own\n");
  peer_drop(&p, a.head_len + a.body_len);
  keeps_message = false;
  peer_say(&p, "GET /api/get HTTP/1.1\r\n\r\nGET /api/get HTTP/1.1\r\n" BASIC "\r\n");
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 403);
  peer_drop(&p, a.head_len + a.body_len);
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 200);
  CHECK_INT(calls, 4);
  peer_drop(&p, a.head_len + a.body_len);

  // Nor does a user of one dashboard get into another.
  locked.authenticate = nobody;
  changes_dashboard = true;
  peer_say(&p, "GET /api/get HTTP/1.1\r\n" BASIC "\r\n");
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 403);

  peer_close(&p);
  peer_end();
  return test_result();
}
