// Chapter 04, checklist 59 and 60, W27, W36: the time of the server that was asked is taken; whoever
// else speaks, and whatever is no reply to the request, is ignored until the deadline.
// History: CVE-2026-2966 | the same for the time: only the server's answer counts
#include <time.h>

#include "event.h"

static uint64_t skew;

// The library's clock, in this program: it can be moved on.
uint64_t mg_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return skew + (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const uint64_t server_time = 1790000000000U;

static struct mg_mgr mgr;
static char seen[200];
static uint64_t told;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_POLL) return;
  if (ev == MG_EV_SNTP_TIME) told = *(uint64_t *)ev_data;
  strcat(seen, ev == MG_EV_SNTP_TIME ? "TIME" : event_name(ev));
  strcat(seen, c->is_closing && ev != MG_EV_CLOSE ? "(closing) " : " ");
}

static struct mg_connection *start(int server) {
  char url[64];
  snprintf(url, sizeof(url), "udp://127.0.0.1:%d", ntohs(plain_port(server)));
  seen[0] = '\0', told = 0;
  return mg_sntp_connect(&mgr, url, on_event, NULL);
}

// Receives the request.
static struct sockaddr_in receive(int server, uint8_t request[48]) {
  uint8_t buf[100];
  struct sockaddr_in from;
  socklen_t size = sizeof(from);
  memset(&from, 0, sizeof(from));
  CHECK_INT(recvfrom(server, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size), 48);
  memcpy(request, buf, 48);
  return from;
}

// The right reply to `request`.
static void make_reply(const uint8_t request[48], uint8_t reply[48]) {
  uint32_t seconds = (uint32_t)(server_time / 1000 + 2208988800U);
  memset(reply, 0, 48);
  reply[0] = 0x24, reply[1] = 2;
  memcpy(reply + 24, request + 40, 8);
  for (int i = 0; i < 4; i++) {
    reply[32 + i] = reply[40 + i] = (uint8_t)(seconds >> (24 - 8 * i));
  }
}

static void send_to(int fd, struct sockaddr_in to, const void *buf, size_t len) {
  CHECK_INT(sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to)), len);
}

static const uint8_t changes[][3] = {
    {0, 0x25, 1},  // broadcast
    {0, 0x23, 1},  // a request
    {0, 0xe4, 1},  // the server's clock is not synchronised
    {0, 0x14, 1},  // version 2
    {1, 0, 1},     // kiss of death
    {1, 16, 1},    // stratum 16
    {31, 0x55, 0}  // another origin
};

int main(void) {
  uint8_t request[48], reply[48], bad[48], zero[40] = {0};
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  int server = plain_socket(SOCK_DGRAM), stranger = plain_socket(SOCK_DGRAM);

  start(server);
  CHECK_TEXT(seen, "OPEN RESOLVE WRITE CONNECT ");
  struct sockaddr_in client = receive(server, request);
  CHECK_INT(request[0], 0x23);
  CHECK_BYTES(request + 1, 39, zero, 39);
  make_reply(request, reply);

  // None of these counts, and none of them ends the attempt.
  for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
    memcpy(bad, reply, sizeof(bad));
    bad[changes[i][0]] = changes[i][2] ? changes[i][1] : (uint8_t)(bad[changes[i][0]] ^ 0x55);
    send_to(server, client, bad, sizeof(bad));
  }
  memcpy(bad, reply, sizeof(bad));
  memset(bad + 40, 0, 8);  // no transmit time
  send_to(server, client, bad, sizeof(bad));
  send_to(server, client, reply, 47);
  send_to(server, client, reply, 0);
  send_to(stranger, client, reply, sizeof(reply));
  for (int i = 0; i < 40; i++) mg_mgr_poll(&mgr, 1);
  CHECK(strstr(seen, "TIME") == NULL);
  CHECK(strstr(seen, "CLOSE") == NULL);
  CHECK_INT(mg_boot_timestamp_ms, 0);

  seen[0] = '\0';
  send_to(server, client, reply, sizeof(reply));
  POLL_UNTIL(&mgr, strstr(seen, "CLOSE") != NULL);
  CHECK_TEXT(seen, "TIME READ(closing) CLOSE ");
  CHECK(told >= server_time && told < server_time + 10000);
  CHECK(mg_now() >= told && mg_now() < told + 10000);

  // Requests can't be guessed.
  uint8_t other[48];
  uint64_t boot = mg_boot_timestamp_ms;
  struct mg_connection *c = start(server);
  receive(server, request);
  mg_sntp_request(c);
  receive(server, other);
  CHECK(memcmp(request + 40, other + 40, 8) != 0);
  mg_sntp_request(NULL);

  // Silence: closed without error.
  seen[0] = '\0';
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(seen, "");
  skew += 3001;
  mg_mgr_poll(&mgr, 0);
  CHECK_TEXT(seen, "CLOSE ");
  CHECK(mg_boot_timestamp_ms == boot);

  CHECK_PTR(mg_sntp_connect(&mgr, "", on_event, NULL), NULL);
  mg_mgr_free(&mgr);
  close(server);
  close(stranger);
  return test_result();
}
