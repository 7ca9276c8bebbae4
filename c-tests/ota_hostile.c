// Chapter 06, weak spots 40, 41, 44: a server that says more than it should is heard once.
#include "ota_peer.h"

static size_t stored;

bool mg_ota_write(const void *buf, size_t len) {
  (void)buf;
  stored += len;
  return true;
}

// Reports, and starts the next check at once.
static struct ota_peer *next_peer;
static void report_and_go_on(const char *message) {
  ota_report(message);
  mg_ota_url_check(&ota_mgr, next_peer->url, ota_report);
}

// Closes all connections, from the report.
static void report_and_close(const char *message) {
  struct mg_connection *c, *next;
  ota_report(message);
  for (c = ota_mgr.conns; c != NULL; c = next) next = c->next, mg_close_conn(c);
}

#define SAME "{\"version\":\"1.0.0\",\"url\":\"http://h/\",\"size\":1}"
#define TWICE(head, body) head "\r\n\r\n" body head "\r\n\r\n" body

int main(void) {
  struct ota_peer peer;
  char text[1000], json[200];
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&ota_mgr);
  ota_peer_open(&peer);

  // Two responses in one segment: refused twice, same version twice.
  ota_start(&peer);
  ota_peer_say(&peer, TWICE("HTTP/1.1 404 X\r\nContent-Length: 2", "no"));
  ota_expect("Bad metadata: no\n");
  ota_start(&peer);
  ota_peer_say(&peer, TWICE("HTTP/1.1 200 X\r\nContent-Length: 46", SAME));
  ota_expect("Same version\n");

  // Two offers: one download.
  ota_start(&peer);
  snprintf(json, sizeof(json), "{\"version\":\"2\",\"url\":\"http://127.0.0.1:%d/fw\",\"size\":5}",
           ntohs(plain_port(peer.listener)));
  snprintf(
      text, sizeof(text),
      "HTTP/1.1 200 X\r\nContent-Length: %lu\r\n\r\n%sHTTP/1.1 200 X\r\nContent-Length: %lu\r\n"
      "\r\n%s",
      (unsigned long)strlen(json), json, (unsigned long)strlen(json), json);
  ota_peer_say(&peer, text);
  ota_peer_take(&peer);
  // Two images, in one segment.
  ota_peer_say(&peer, TWICE("HTTP/1.1 200 X\r\nContent-Length: 5", "image"));
  ota_expect("NULL\n");
  CHECK_INT(stored, 5);
  CHECK_INT(accept(peer.listener, NULL, NULL), -1);

  // An interim response is not the answer.
  ota_start(&peer);
  ota_peer_say(&peer, "HTTP/1.1 103 X\r\n\r\n");
  ota_peer_answer(&peer, 200, 46, SAME);
  ota_expect("Same version\n");

  // The report may start a check, and may close the connection.
  next_peer = &peer;
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, peer.url, report_and_go_on);
  ota_peer_take(&peer);
  ota_peer_say(&peer, TWICE("HTTP/1.1 200 X\r\nContent-Length: 46", SAME));
  ota_peer_take(&peer);
  CHECK_TEXT(ota_told, "Same version\n");
  ota_peer_answer(&peer, 200, 46, SAME);
  ota_expect("Same version\nSame version\n");
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, peer.url, report_and_close);
  ota_peer_take(&peer);
  ota_peer_say(&peer, TWICE("HTTP/1.1 200 X\r\nContent-Length: 46", SAME));
  ota_expect("Same version\n");
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, "http://127.0.0.1:99999/", report_and_close);
  ota_expect("invalid port\n");

  // An error, and then another one: the look-up fails with its server, the connection closes later.
  ota_mgr.dns4.url = "udp://127.0.0.1:1";
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, "http://host.example/", ota_report);
  ota_mgr.conns->is_closing = 1;
  mg_mgr_free(&ota_mgr);
  CHECK_TEXT(ota_told, "DNS error\n");
  close(peer.listener);
  close(peer.fd);
  return test_result();
}
