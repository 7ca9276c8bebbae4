// Chapter 06, section 4.3, weak spots 40, 41, 43: every step of a check has its time.
#include <time.h>

#include "ota_peer.h"

static uint64_t skew;

// The library's clock, in this program: it can be moved on.
uint64_t mg_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return skew + (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// Moves the clock on, and polls.
static void wait_ms(uint64_t ms) {
  skew += ms;
  for (int i = 0; i < 3; i++) mg_mgr_poll(&ota_mgr, 0);
}

int main(void) {
  struct ota_peer peer;
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&ota_mgr);
  ota_peer_open(&peer);

  // Five seconds for the metadata, connection and look-up included.
  ota_start(&peer);
  wait_ms(4000);
  CHECK_TEXT(ota_told, "");
  ota_peer_say(&peer, "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{");
  wait_ms(1001);
  ota_expect("Metadata timeout\n");
  char dns[64];
  int silent = plain_socket(SOCK_DGRAM);
  snprintf(dns, sizeof(dns), "udp://127.0.0.1:%d", ntohs(plain_port(silent)));
  ota_mgr.dns4.url = dns, ota_mgr.dnstimeout = 100000;
  ota_told[0] = '\0';
  mg_ota_url_check(&ota_mgr, "http://host.example/", ota_report);
  wait_ms(5001);
  CHECK_TEXT(ota_told, "Metadata timeout\n");

  // 300 seconds for the head of the firmware.
  ota_start(&peer);
  ota_offer(&peer, 100, "");
  ota_peer_take(&peer);
  wait_ms(299000);
  CHECK_TEXT(ota_told, "");
  wait_ms(1001);
  CHECK_TEXT(ota_told, "OTA timeout\n");

  // Five for a connection to its server, the look-up of the name included.
  ota_start(&peer);
  const char *offer = "{\"version\":\"2\",\"url\":\"http://host.example/\",\"size\":1}";
  ota_peer_answer(&peer, 200, strlen(offer), offer);
  POLL_UNTIL(&ota_mgr, ota_mgr.conns != NULL && ota_mgr.conns->is_resolving);
  wait_ms(4000);
  CHECK_TEXT(ota_told, "");
  wait_ms(1001);
  CHECK_TEXT(ota_told, "OTA timeout\n");

  // 60 seconds of silence in the image, and half an hour in all.
  ota_start(&peer);
  ota_offer(&peer, 100, "");
  ota_peer_take(&peer);
  ota_peer_answer(&peer, 200, 100, "0123456789");
  for (int i = 0; i < 5; i++) mg_mgr_poll(&ota_mgr, 10);
  wait_ms(59000);
  CHECK_TEXT(ota_told, "");
  ota_peer_say(&peer, "0123456789");
  for (int i = 0; i < 5; i++) mg_mgr_poll(&ota_mgr, 10);
  wait_ms(59000);
  CHECK_TEXT(ota_told, "");
  wait_ms(1001);
  CHECK_TEXT(ota_told, "OTA timeout\n");
  ota_start(&peer);
  ota_offer(&peer, 100, "");
  ota_peer_take(&peer);
  ota_peer_answer(&peer, 200, 100, "");
  for (int i = 0; i < 60 && ota_told[0] == '\0'; i++) {
    ota_peer_say(&peer, "x");
    mg_mgr_poll(&ota_mgr, 10);
    wait_ms(50000);
    if (i < 34) CHECK_TEXT(ota_told, "");
  }
  CHECK_TEXT(ota_told, "OTA timeout\n");

  // And then another.
  ota_start(&peer);
  ota_offer(&peer, 5, "");
  ota_peer_take(&peer);
  ota_peer_answer(&peer, 200, 5, "image");
  POLL_UNTIL(&ota_mgr, ota_told[0] != '\0');
  CHECK_TEXT(ota_told, "NULL\n");
  mg_mgr_free(&ota_mgr);
  close(peer.listener);
  close(peer.fd);
  close(silent);
  return test_result();
}
