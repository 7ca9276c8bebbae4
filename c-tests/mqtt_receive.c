// Chapter 04, 37 to 41: packets are acknowledged before they are reported, several in one read and
// one over several; a malformed one closes without an error.
// History: CVE-2023-2905 | a topic longer than its packet ends the connection
// History: CVE-2019-19307 | a length of five bytes is malformed
#include "mqtt.h"

static const char packets[] =
    "\x30\4\0\1am"       // QoS 0
    "\x32\6\0\1b\0\7m"   // QoS 1: PUBACK
    "\x34\6\0\1c\0\x8m"  // QoS 2: PUBREC
    "\x62\2\0\x8"        // PUBREL: PUBCOMP
    "\x50\2\0\x9"        // PUBREC: PUBREL
    "\xc0\0";            // nothing
static const char events[] = "MSG=a CMD=3 MSG=b CMD=3 MSG=c CMD=3 CMD=6 CMD=5 CMD=12 ";
static const char answers[] = "\x40\2\0\7\x50\2\0\x8\x70\2\0\x8\x62\2\0\x9";

int main(void) {
  struct mg_mgr mgr;
  struct mqtt_log log;
  struct mg_connection *server;
  struct mg_mqtt_message mm;
  char got[100];
  int fd;
  mg_mgr_init(&mgr);
  memset(&log, 0, sizeof(log));
  server = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", mqtt_record, &log);
  CHECK_PTR(server->pfn_data, &mgr);
  for (size_t piece = 1; piece < sizeof(packets); piece += sizeof(packets) - 2) {
    fd = plain_connect(server);
    log.text[0] = '\0';
    for (size_t at = 0; at < sizeof(packets) - 1; at += piece) {
      plain_send(fd, packets + at, piece);
      for (int i = 0; i < 3; i++) mg_mgr_poll(&mgr, 1);
    }
    POLL_UNTIL(&mgr, strcmp(log.text, events) == 0);
    CHECK_TEXT(log.text, events);
    CHECK(log.answers_before_msg >= 4);
    CHECK(!log.c->is_mqtt5);
    CHECK_PTR(log.c->pfn_data, &mgr);
    for (int i = 0; i < 3; i++) mg_mgr_poll(&mgr, 1);
    CHECK_INT(plain_recv_now(fd, got, sizeof(got)), sizeof(answers) - 1);
    CHECK_BYTES(got, sizeof(answers) - 1, answers, sizeof(answers) - 1);
    // The topic reaches behind the packet.
    log.text[0] = '\0';
    plain_send(fd, "\x30\3\0\2t", 5);
    POLL_UNTIL(&mgr, log.c == NULL);
    CHECK_TEXT(log.text, "CLOSE ");
    close(fd);
  }
  CHECK_INT(mg_mqtt_parse(NULL, 0, 5, &mm), MQTT_INCOMPLETE);
  CHECK_INT(mg_mqtt_parse((const uint8_t *)"\x30\xff\xff\xff\xff\1", 6, 5, &mm), MQTT_MALFORMED);
  mg_mgr_free(&mgr);
  return test_result();
}
