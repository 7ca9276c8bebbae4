// Chapter 04, 35, 36, W19: CONNACK opens, or refuses and closes without an error; what follows a
// refusal is not looked at.
#include "mqtt.h"

static void one(const char *answer, size_t len, bool closes, const char *events) {
  struct mg_mgr mgr;
  struct mqtt_log log;
  char url[64];
  uint16_t port;
  int listener = plain_listener(&port), fd;
  memset(&log, 0, sizeof(log));
  mg_mgr_init(&mgr);
  snprintf(url, sizeof(url), "mqtt://127.0.0.1:%d", mg_ntohs(port));
  CHECK(mg_mqtt_connect(&mgr, url, NULL, mqtt_record, &log) != NULL);
  for (int i = 0; i < 5; i++) mg_mgr_poll(&mgr, 1);
  fd = accept(listener, NULL, NULL);
  plain_send(fd, answer, len);
  POLL_UNTIL(&mgr, strcmp(log.text, events) == 0);
  CHECK_TEXT(log.text, events);
  CHECK_INT(mgr.conns == NULL, closes);
  mg_mgr_free(&mgr);
  close(fd);
  close(listener);
}

int main(void) {
  one("\x20\2\0\0", 4, false, "OPEN=0 CMD=2 ");
  one("\x20\2\0\5", 4, true, "OPEN=5 CMD=2 CLOSE ");
  one("\x20\2\0\5\x30\3\0\1t", 9, true, "OPEN=5 CMD=2 CLOSE ");
  return test_result();
}
