// Chapter 04, checklist 54, W23, W24, W27: replies that are not the server's answer to the question
// neither end a lookup nor change where queries go.
// History: CVE-2026-2966 | wrong id, name, type, class and source are ignored
// History: 0b667ca8 | 65 535 announced answers are no answer
// History: CVE-2017-2909 | a loop in a name is no answer
#include "dns_peer.h"

static struct dns_peer p;
static struct mg_mgr mgr;
static struct trace t;

// Sends `len` bytes from socket `fd` and checks that nothing comes of them.
static void ignored(const char *what, int fd, const void *buf, size_t len) {
  dns_peer_send_from(fd, &p, buf, len);
  for (int i = 0; i < 5; i++) mg_mgr_poll(&mgr, 1);
  if (strcmp(t.text, "OPEN ") == 0) return;
  test_fail(__FILE__, __LINE__, what);
  fprintf(stderr, "  %s %s\n", t.text, t.error);
}

int main(void) {
  uint8_t reply[1500];
  dns_peer_open(&p);
  dns_peer_use(&mgr, &p);
  int stranger = plain_socket(SOCK_DGRAM);
  mg_connect(&mgr, "udp://lamp.example:7", record, &t);
  dns_peer_wait(&mgr, &p);

  size_t len = dns_peer_reply(&p, reply, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
  ignored("another source", stranger, reply, len);
  ignored("empty", p.fd, reply, 0);
  for (size_t cut = 1; cut < len; cut++) ignored("cut", p.fd, reply, cut);
  reply[1] ^= 1;
  ignored("another id", p.fd, reply, len);
  reply[1] ^= 1;
  reply[13] = 'd';
  ignored("another name", p.fd, reply, len);
  reply[13] = 'l';
  reply[p.len - 3] = 28;
  ignored("another type", p.fd, reply, len);
  reply[p.len - 3] = 1;
  reply[p.len - 1] = 3;
  ignored("another class", p.fd, reply, len);
  reply[p.len - 1] = 1;
  reply[2] = 1;
  ignored("a query", p.fd, reply, len);
  reply[2] = 0x89;
  ignored("another opcode", p.fd, reply, len);
  reply[2] = 0x81;
  reply[5] = 0;
  ignored("no question", p.fd, reply, len);
  reply[5] = 2;
  ignored("two questions", p.fd, reply, len);
  len = dns_peer_reply(&p, reply, 0x8180, 65535, "", 0);
  ignored("65535 announced answers", p.fd, reply, len);
  // A label, and a pointer back to it.
  len = dns_peer_reply(&p, reply, 0x8180, 1, "\1x\xc0\x1e\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1", 18);
  reply[p.len + 3] = (uint8_t)p.len;
  ignored("a loop in the owner", p.fd, reply, len);
  memset(reply + len, 0, 600);
  len = dns_peer_reply(&p, reply, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
  ignored("too long", p.fd, reply, 513);

  // The lookup is still on, and so is the way to the server.
  struct trace other;
  memset(&other, 0, sizeof(other));
  mg_connect(&mgr, "udp://other.example:7", record, &other);
  dns_peer_wait(&mgr, &p);
  CHECK_BYTES(p.query + 12, 6, "\5other", 6);
  dns_peer_answer(&p, 0x8180, 1, DNS_LOOPBACK, DNS_LOOPBACK_LEN);
  POLL_UNTIL(&mgr, strstr(other.text, "CONNECT") != NULL);
  CHECK_TEXT(t.text, "OPEN ");
  dns_peer_send_from(p.fd, &p, reply, len);
  POLL_UNTIL(&mgr, strstr(t.text, "CONNECT") != NULL);
  CHECK_TEXT(t.text, "OPEN RESOLVE CONNECT ");

  mg_mgr_free(&mgr);
  close(p.fd);
  close(stranger);
  return test_result();
}
