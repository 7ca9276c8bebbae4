// SUBSCRIBE packets of all lengths to a server that is no broker, and to a small broker of our own that
// walks over the topics as those made from tutorials do: topics are the program's business here, and
// what it gets to walk over ends where the packet does.
// History: CVE-2017-2893 | a server that is no broker lives through SUBSCRIBE
// History: CVE-2017-2894; CVE-2026-101003 | 1 to 10 000 topics to a small broker
// History: CVE-2017-2892; CVE-2018-18764 | filters of any announced length, CONNECT twice
#include "guard_page.h"
#include "mqtt.h"

enum { MOST = 256 };

static int topics, packets;
static size_t text;

// The topic at `*rest`, and what is behind it; false if there is none any more.
static bool next_topic(struct mg_str *rest, struct mg_str *topic, uint8_t *qos) {
  const uint8_t *p = (const uint8_t *)rest->buf;
  if (rest->len < 3) return false;
  size_t len = (size_t)p[0] << 8 | p[1];
  if (len > rest->len - 3) return false;
  *topic = mg_str_n(rest->buf + 2, len);
  *qos = p[2 + len];
  *rest = mg_str_n(topic->buf + len + 1, rest->len - len - 3);
  return true;
}

// What follows the packet id.
static struct mg_str topics_in(const struct mg_mqtt_message *mm) {
  size_t head = 1;
  while (mm->dgram.buf[head] & 0x80) head++;
  return mg_str_n(mm->dgram.buf + head + 3, mm->dgram.len - head - 3);
}

static void on_broker(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  uint8_t qos, answer[MOST];
  struct mg_str topic;
  if (ev != MG_EV_MQTT_CMD) return;
  packets++;
  if (mm->cmd != MQTT_CMD_SUBSCRIBE) return;
  topics = 0, text = 0;
  for (struct mg_str rest = topics_in(mm); next_topic(&rest, &topic, &qos); topics++) {
    if (topics < MOST) answer[topics] = qos;
    for (size_t i = 0; i < topic.len; i++) text += topic.buf[i] != '\0';
  }
  int n = topics < MOST ? topics : MOST;
  mg_mqtt_send_header(c, MQTT_CMD_SUBACK, 0, (uint32_t)n + 2);
  mg_send(c, &mm->id, 2);
  mg_send(c, answer, (size_t)n);
}

static void on_plain(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_MQTT_CMD) packets++;
}

// A SUBSCRIBE to `n` topics of six bytes; the length of the last one is off by `lie`.
static size_t subscribe(uint8_t *buf, int n, int lie) {
  static uint8_t body[100000];
  size_t len = 0, at = 0;
  body[len++] = 0, body[len++] = 9;
  for (int i = 0; i < n; i++) {
    unsigned announced = (unsigned)(6 + (i == n - 1 ? lie : 0));
    body[len++] = (uint8_t)(announced >> 8), body[len++] = (uint8_t)announced;
    len += (size_t)snprintf((char *)body + len, 7, "t%05d", i);
    body[len++] = 0;
  }
  buf[at++] = 0x82;
  for (size_t rest = len; at == 1 || rest > 0; rest >>= 7) {
    buf[at++] = (uint8_t)((rest & 127) | (rest > 127 ? 128 : 0));
  }
  memcpy(buf + at, body, len);
  return at + len;
}

static void against(mg_event_handler_t handler) {
  static const int counts[] = {1, 2, 255, 256, 257, 300, 10000};
  static uint8_t buf[120000];
  struct mg_mgr mgr;
  mg_mgr_init(&mgr);
  struct mg_connection *server = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", handler, NULL);
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    static const char hello[] = "\x10\x0c\0\4MQTT\4\2\0\x3c\0\0";
    int fd = plain_connect(server);
    packets = topics = 0;
    plain_send(fd, hello, sizeof(hello) - 1);
    plain_send(fd, hello, sizeof(hello) - 1);
    plain_send(fd, buf, subscribe(buf, counts[i], 0));
    POLL_UNTIL(&mgr, packets == 3);
    if (handler == on_broker) {
      CHECK_INT(topics, counts[i]);
      CHECK_INT(text, 6 * counts[i]);
    }
    // Lengths of a topic that are too small, and too large by little and by much.
    for (int lie = -6; lie <= 2; lie++) {
      packets = 0;
      plain_send(fd, buf, subscribe(buf, counts[i], lie));
      POLL_UNTIL(&mgr, packets == 1);
      CHECK(topics <= counts[i] + 3);
    }
    plain_send(fd, buf, subscribe(buf, counts[i], 65535 - 6));
    POLL_UNTIL(&mgr, packets == 2);
    close(fd);
  }
  mg_mgr_free(&mgr);
}

// The same packets cut short, with nothing readable behind them.
static void at_the_end_of_memory(void) {
  static uint8_t buf[200];
  for (int lie = -6; lie <= 10; lie++) {
    size_t whole = subscribe(buf, 3, lie);
    for (size_t len = 4; len <= whole; len++) {
      struct mg_mqtt_message mm;
      struct mg_str topic;
      uint8_t qos;
      buf[1] = (uint8_t)(len - 2);
      uint8_t *copy = (uint8_t *)guard_copy(0, buf, len);
      CHECK_INT(mg_mqtt_parse(copy, len, 4, &mm), MQTT_OK);
      CHECK_PTR(mm.dgram.buf, copy);
      CHECK_INT(mm.dgram.len, len);
      for (struct mg_str rest = topics_in(&mm); next_topic(&rest, &topic, &qos);) {
        for (size_t i = 0; i < topic.len; i++) text += topic.buf[i] != '\0';
      }
    }
  }
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  against(on_plain);
  against(on_broker);
  at_the_end_of_memory();
  return test_result();
}
