// Chapter 06, section 9, 9: without random bytes nobody can log in.
#include "dash.h"

static bool works;

bool mg_random(void *buf, size_t len) {
  memset(buf, 7, len);
  return works;
}

static int authenticate(char *user, size_t len, const char *pass) {
  (void)user, (void)len, (void)pass;
  return 1;
}

int main(void) {
  struct mg_dash dash;
  char token[21];
  memset(&dash, 0, sizeof(dash));
  dash.authenticate = authenticate;
  struct mg_connection *l = peer_serve(mg_dash_ev_handler, &dash);
  CHECK_INT(dash_login(l, "u", "p", token), 403);
  CHECK_TEXT(token, "");
  works = true;
  CHECK_INT(dash_login(l, "u", "p", token), 200);
  CHECK_TEXT(token, "hhhhhhhhhhhhhhhhhhhh");
  peer_end();
  return test_result();
}
