// Chapter 04, 27, 33, 44, Q14: what a client sends without options, and what it queues right away.
#include "mqtt.h"

int main(void) {
  struct mg_mgr mgr;
  struct mqtt_log log;
  struct mg_connection *c;
  char url[64], got[64];
  uint16_t port;
  int listener = plain_listener(&port), fd;
  memset(&log, 0, sizeof(log));
  mg_mgr_init(&mgr);
  CHECK_PTR(mg_mqtt_connect(&mgr, NULL, NULL, mqtt_record, &log), NULL);
  CHECK_PTR(mg_mqtt_connect(&mgr, "", NULL, mqtt_record, &log), NULL);
  snprintf(url, sizeof(url), "mqtt://127.0.0.1:%d", mg_ntohs(port));
  c = mg_mqtt_connect(&mgr, url, NULL, mqtt_record, &log);
  CHECK(c != NULL && !c->is_mqtt5);
  mg_mqtt_ping(c);
  mg_mqtt_pong(c);
  mg_mqtt_disconnect(c, NULL);
  POLL_UNTIL(&mgr, c->send.len == 0 && !c->is_connecting);
  for (int i = 0; i < 20; i++) mg_mgr_poll(&mgr, 1);
  fd = accept(listener, NULL, NULL);
  CHECK_INT(recv(fd, got, sizeof(got), 0), 33 + 6);  // and no ping of the library's own
  CHECK_BYTES(got, 14, "\x10\x1f\0\4MQTT\4\0\0\0\0\x13", 14);
  for (int i = 14; i < 33; i++) CHECK(isalnum((unsigned char)got[i]));
  CHECK_BYTES(got + 33, 6, "\xc0\0\xd0\0\xe0\0", 6);
  CHECK_TEXT(log.text, "");
  mg_mgr_free(&mgr);
  close(fd);
  close(listener);
  return test_result();
}
