// Chapter 03, 33-35: what an HTTP client sees: responses without a length, for HEAD, cut short;
// section 3.12, 11: interim responses and 304 have no body. No 411 by a client.
// History: be8dbb0d | a client sends no 411
#include "http_peer.h"

static char bodies[400];
static bool close_locally;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  peer_note_event(ev, ev_data);
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    size_t used = strlen(bodies);
    mg_snprintf(bodies + used, sizeof(bodies) - used, "[%d:%.*s]", mg_http_status(hm),
                (int)hm->body.len, hm->body.buf);
  }
  if (ev == MG_EV_READ && close_locally) c->is_closing = 1;
}

// Answers a client of the library with `response`, in two pieces, then closes if asked to.
static void answer(const char *response, bool close_it, const char *want_bodies, int messages) {
  struct sockaddr_in at;
  socklen_t size = sizeof(at);
  char url[40];
  struct peer p;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  memset(&at, 0, sizeof(at));
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK_INT(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
  CHECK_INT(listen(listener, 1), 0);
  getsockname(listener, (struct sockaddr *)&at, &size);
  mg_snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(at.sin_port));

  bodies[0] = peer_events[0] = '\0';
  struct mg_connection *c = mg_http_connect(&peer_mgr, url, on_event, NULL);
  mg_printf(c, "GET / HTTP/1.1\r\n\r\n");
  peer_adopt(&p, accept(listener, NULL, NULL));
  close(listener);
  CHECK(peer_wait(&p, 18));
  CHECK_TEXT(p.buf, "GET / HTTP/1.1\r\n\r\n");
  size_t half = strlen(response) / 2;
  peer_send(&p, response, half);
  peer_settle(&p);
  peer_send(&p, response + half, strlen(response) - half);
  peer_settle(&p);
  if (close_it) {
    test_check_int(__FILE__, __LINE__, response, peer_count("CLOSE"), close_locally);
    peer_close(&p);
    peer_wait_event("CLOSE", NULL);
    CHECK_INT(peer_count("CLOSE"), 1);
    size_t end = strlen(peer_events);
    CHECK(end > 5 && strcmp(peer_events + end - 5, "CLOSE") == 0);
  } else {
    CHECK_INT(peer_count("CLOSE"), 0);
    CHECK_INT(p.len, 18);  // nothing but the request was sent
    c->is_closing = 1;
    peer_settle(NULL);
    peer_close(&p);
  }
  test_check_text(__FILE__, __LINE__, response, bodies, want_bodies);
  test_check_int(__FILE__, __LINE__, response, peer_count("MSG"), messages);
}

int main(void) {
  struct mg_connection *unused = peer_serve(on_event, NULL);
  unused->is_closing = 1;
  peer_settle(NULL);

  answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, "[200:abc]", 1);
  answer("HTTP/1.1 200 OK\r\n\r\nall until the end", true, "[200:all until the end]", 1);
  answer("HTTP/1.0 200 OK\r\n\r\n", true, "[200:]", 1);
  answer("HTTP/1.1 204 No\r\n\r\n", false, "[204:]", 1);
  answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
         false, "[200:abc]", 1);
  // 34: the answer to HEAD; quirk 6: a body cut short
  answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", true, "[200:]", 1);
  answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", true, "[200:part]", 1);
  // 35
  answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", true, "", 0);
  // 3.12, 11
  answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false,
         "[100:][200:abc]", 2);
  answer(
      "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 304 Same\r\n\r\nHTTP/1.1 404 No\r\n"
      "Content-Length: 1\r\n\r\nx",
      false, "[103:][304:][404:x]", 3);
  answer("HTTP/1.1 302 Found\r\n\r\n", true, "[302:]", 1);

  // 33: closing on our side delivers what is there, too.
  close_locally = true;
  answer(
      "HTTP/1.1 200 X\r\n\r\nabcd"
      "the other half is never read",
      true, "[200:abcdthe]", 1);
  peer_end();
  return test_result();
}
