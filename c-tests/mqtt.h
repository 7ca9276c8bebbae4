// Helpers of the MQTT tests: an MQTT server and a plain peer, or a client and a plain broker.
#ifndef MQTT_H
#define MQTT_H

#include "event.h"

// What an MQTT handler has seen, in order: "OPEN=0 MSG=topic CMD=3 ERROR=text CLOSE ".
struct mqtt_log {
  char text[2000];
  size_t answers_before_msg;  // c->send.len at the last MG_EV_MQTT_MSG
  struct mg_connection *c;
};

static inline void mqtt_record(struct mg_connection *c, int ev, void *ev_data) {
  struct mqtt_log *log = (struct mqtt_log *)c->fn_data;
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  size_t len = strlen(log->text), size = sizeof(log->text) - len;
  char *to = &log->text[len];
  if (c->is_listening) return;
  log->c = ev == MG_EV_CLOSE ? NULL : c;
  if (ev == MG_EV_MQTT_OPEN) {
    snprintf(to, size, "OPEN=%d ", *(int *)ev_data);
  } else if (ev == MG_EV_MQTT_MSG) {
    log->answers_before_msg = c->send.len;
    snprintf(to, size, "MSG=%.*s ", (int)mm->topic.len, mm->topic.buf);
  } else if (ev == MG_EV_MQTT_CMD) {
    snprintf(to, size, "CMD=%d ", mm->cmd);
  } else if (ev == MG_EV_ERROR) {
    snprintf(to, size, "ERROR=%s ", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    snprintf(to, size, "CLOSE ");
  }
}

// A listening plain socket on loopback; its port, network order, goes to *port_be.
static inline int plain_listener(uint16_t *port_be) {
  int fd = plain_socket(SOCK_STREAM);
  CHECK_INT(listen(fd, 5), 0);
  *port_be = plain_port(fd);
  return fd;
}

static inline void plain_send(int fd, const void *p, size_t len) {
  CHECK_INT(send(fd, p, len, 0), len);
}

// A connection of the program's own, to look at what the senders append.
static inline struct mg_connection sender(struct mg_mgr *mgr, struct mqtt_log *log) {
  struct mg_connection c;
  memset(&c, 0, sizeof(c));
  memset(log, 0, sizeof(*log));
  c.mgr = mgr;
  c.fn = mqtt_record;
  c.fn_data = log;
  return c;
}

// What was appended is `want`; it is taken away.
#define CHECK_SENT(c, want)                                            \
  do {                                                                 \
    CHECK_BYTES((c)->send.buf, (c)->send.len, want, sizeof(want) - 1); \
    mg_iobuf_free(&(c)->send);                                         \
  } while (0)

#endif  // MQTT_H
