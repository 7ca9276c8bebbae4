// A small MQTT broker, 3.1.1 and 5: passes messages on to those who have subscribed.
//
//   mqtt-broker [-l URL] [-C CERT -K KEY [-A CA]] [-v LEVEL]
//
//   -l URL       mqtt://0.0.0.0:1883
//   -C, -K, -A   PEM files, if URL begins with mqtts: the certificate, its key, and the authority of
//                the certificates that clients must have, if they must
//
// Everything is bounded: subscriptions in all, the length of a filter, and what waits for a client
// that does not read. It keeps no messages and no sessions, and knows no wills.
#include <signal.h>

#include "mongoose.h"

enum {
  MAX_SUBSCRIPTIONS = 200,
  MAX_FILTER = 128,
  MAX_QUEUED = 8 * 1024 * 1024,
};

enum { REASON_REFUSED = 0x80, REASON_NO_SUBSCRIPTION = 0x11 };

struct subscription {
  struct mg_connection *c;  // NULL = free
  char filter[MAX_FILTER];
  size_t len;
  uint8_t qos;
};

static struct subscription subscriptions[MAX_SUBSCRIPTIONS];
static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

// The first byte of c->data says that CONNECT was received.
static bool is_session(const struct mg_connection *c) {
  return c->data[0] != 0;
}

// Takes `len` bytes from the front of `s`; false if there are fewer.
static bool take(struct mg_str *s, size_t len, struct mg_str *taken) {
  if (len > s->len) return false;
  *taken = mg_str_n(s->buf, len);
  *s = mg_str_n(s->buf + len, s->len - len);
  return true;
}

static bool take_byte(struct mg_str *s, uint8_t *byte) {
  struct mg_str taken;
  if (!take(s, 1, &taken)) return false;
  *byte = (uint8_t)taken.buf[0];
  return true;
}

static bool take_u16(struct mg_str *s, uint16_t *n) {
  uint8_t high, low;
  if (!take_byte(s, &high) || !take_byte(s, &low)) return false;
  *n = (uint16_t)(high << 8 | low);
  return true;
}

static bool take_varint(struct mg_str *s, size_t *n) {
  uint8_t byte;
  *n = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    if (!take_byte(s, &byte)) return false;
    *n |= (size_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

static bool take_string(struct mg_str *s, struct mg_str *text) {
  uint16_t len;
  return take_u16(s, &len) && take(s, len, text);
}

// MQTT 5 only: properties, which this broker does not look at.
static bool skip_properties(const struct mg_connection *c, struct mg_str *s) {
  struct mg_str properties;
  size_t len;
  return !c->is_mqtt5 || (take_varint(s, &len) && take(s, len, &properties));
}

// What follows the fixed header of a packet.
static struct mg_str body(const struct mg_mqtt_message *mm) {
  struct mg_str s = mm->dgram;
  uint8_t first;
  size_t len;
  (void)(take_byte(&s, &first) && take_varint(&s, &len));
  return s;
}

// A topic matches a filter: + stands for one level, # for all that follow (section 4.7).
static bool matches(struct mg_str filter, struct mg_str topic) {
  size_t f = 0, t = 0;
  while (f < filter.len) {
    if (filter.buf[f] == '#') return true;
    if (filter.buf[f] == '+') {
      while (t < topic.len && topic.buf[t] != '/') t++;
      f++;
    } else if (t < topic.len && filter.buf[f] == topic.buf[t]) {
      f++, t++;
    } else {
      // a/# also matches a.
      return t == topic.len && f + 2 == filter.len && memcmp(&filter.buf[f], "/#", 2) == 0;
    }
  }
  return t == topic.len;
}

static struct subscription *find(const struct mg_connection *c, struct mg_str filter) {
  for (size_t i = 0; i < MAX_SUBSCRIPTIONS; i++) {
    struct subscription *sub = &subscriptions[i];
    if (sub->c == c && mg_strcmp(mg_str_n(sub->filter, sub->len), filter) == 0) return sub;
  }
  return NULL;
}

// Adds or changes a subscription. Returns what goes into SUBACK.
static uint8_t add(struct mg_connection *c, struct mg_str filter, uint8_t qos) {
  struct subscription *sub = find(c, filter);
  if (filter.len == 0 || filter.len > MAX_FILTER || qos > 2) return REASON_REFUSED;
  for (size_t i = 0; sub == NULL && i < MAX_SUBSCRIPTIONS; i++) {
    if (subscriptions[i].c == NULL) sub = &subscriptions[i];
  }
  if (sub == NULL) return REASON_REFUSED;
  memcpy(sub->filter, filter.buf, filter.len);
  sub->len = filter.len;
  sub->qos = qos;
  sub->c = c;
  return qos;
}

static uint8_t del(const struct mg_connection *c, struct mg_str filter) {
  struct subscription *sub = find(c, filter);
  if (sub == NULL) return REASON_NO_SUBSCRIPTION;
  sub->c = NULL;
  return 0;
}

static void forget(const struct mg_connection *c) {
  for (size_t i = 0; i < MAX_SUBSCRIPTIONS; i++) {
    if (subscriptions[i].c == c) subscriptions[i].c = NULL;
  }
}

static void on_connect(struct mg_connection *c, struct mg_mqtt_message *mm) {
  struct mg_str s = body(mm), name;
  uint8_t level;
  if (is_session(c) || !take_string(&s, &name) || !take_byte(&s, &level) ||
      mg_strcmp(name, mg_str("MQTT")) != 0) {
    c->is_closing = 1;  // a second CONNECT, or no MQTT
    return;
  }
  if (level != 4 && level != 5) {
    mg_mqtt_send_header(c, MQTT_CMD_CONNACK, 0, 2);
    mg_send(c, "\0\1", 2);  // unacceptable protocol version
    c->is_draining = 1;
    return;
  }
  c->data[0] = 1;
  c->is_mqtt5 = level == 5;
  mg_mqtt_send_header(c, MQTT_CMD_CONNACK, 0, c->is_mqtt5 ? 3 : 2);
  mg_send(c, "\0\0\0", c->is_mqtt5 ? 3 : 2);
}

// Counts the topic filters of SUBSCRIBE or UNSUBSCRIBE; 0 if the packet is malformed.
static uint32_t count_filters(struct mg_str s, bool subscribe) {
  struct mg_str filter;
  uint8_t options;
  uint32_t n = 0;
  while (s.len > 0) {
    if (!take_string(&s, &filter)) return 0;
    if (subscribe && !take_byte(&s, &options)) return 0;
    n++;
  }
  return n;
}

// Answers with one code per filter, however many there are: nothing is collected on the stack.
static void on_subscribe(struct mg_connection *c, struct mg_mqtt_message *mm) {
  bool subscribe = mm->cmd == MQTT_CMD_SUBSCRIBE, with_codes = subscribe || c->is_mqtt5;
  struct mg_str s = body(mm), filter;
  uint16_t id;
  uint32_t n = 0;
  if (take_u16(&s, &id) && skip_properties(c, &s)) n = count_filters(s, subscribe);
  if (n == 0) {
    c->is_closing = 1;
    return;
  }
  mg_mqtt_send_header(c, subscribe ? MQTT_CMD_SUBACK : MQTT_CMD_UNSUBACK, 0,
                      2U + (c->is_mqtt5 ? 1U : 0U) + (with_codes ? n : 0U));
  id = mg_htons(id);
  mg_send(c, &id, sizeof(id));
  if (c->is_mqtt5) mg_send(c, "", 1);  // no properties
  while (take_string(&s, &filter)) {
    uint8_t options = 0, code;
    if (subscribe) take_byte(&s, &options);
    code = subscribe ? add(c, filter, options & 3) : del(c, filter);
    if (with_codes) mg_send(c, &code, sizeof(code));
  }
}

// Passes a message on to everybody who has subscribed.
static void on_message(struct mg_mqtt_message *mm) {
  for (size_t i = 0; i < MAX_SUBSCRIPTIONS; i++) {
    struct subscription *sub = &subscriptions[i];
    struct mg_mqtt_opts opts;
    if (sub->c == NULL || !matches(mg_str_n(sub->filter, sub->len), mm->topic)) continue;
    if (sub->c->send.len > MAX_QUEUED) continue;  // it does not read
    memset(&opts, 0, sizeof(opts));
    opts.topic = mm->topic;
    opts.message = mm->data;
    opts.qos = mm->qos < sub->qos ? mm->qos : sub->qos;
    mg_mqtt_pub(sub->c, &opts);
  }
}

static void on_packet(struct mg_connection *c, struct mg_mqtt_message *mm) {
  if (mm->cmd == MQTT_CMD_CONNECT) {
    on_connect(c, mm);
  } else if (!is_session(c)) {
    c->is_closing = 1;
  } else if (mm->cmd == MQTT_CMD_SUBSCRIBE || mm->cmd == MQTT_CMD_UNSUBSCRIBE) {
    on_subscribe(c, mm);
  } else if (mm->cmd == MQTT_CMD_PINGREQ) {
    mg_mqtt_pong(c);
  } else if (mm->cmd == MQTT_CMD_DISCONNECT) {
    c->is_draining = 1;
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) {
    if (c->is_tls) mg_tls_init(c, (struct mg_tls_opts *)c->fn_data);
  } else if (ev == MG_EV_MQTT_CMD) {
    on_packet(c, (struct mg_mqtt_message *)ev_data);
  } else if (ev == MG_EV_MQTT_MSG && is_session(c)) {
    on_message((struct mg_mqtt_message *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    forget(c);
  }
}

// Reads a certificate or a key; false if there is none to read.
static bool read_pem(const char *path, struct mg_str *text) {
  *text = mg_file_read(&mg_fs_posix, path);
  if (text->len == 0) fprintf(stderr, "can't read %s\n", path);
  return text->len > 0;
}

static void free_pems(struct mg_tls_opts *tls) {
  mg_free((void *)tls->ca.buf);
  mg_free((void *)tls->cert.buf);
  mg_free((void *)tls->key.buf);
}

int main(int argc, char *argv[]) {
  const char *url = "mqtt://0.0.0.0:1883";
  struct mg_mgr mgr;
  struct mg_connection *listener;
  struct mg_tls_opts tls;

  memset(&tls, 0, sizeof(tls));
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && strcmp(argv[i], "-l") == 0) {
      url = argv[i + 1];
    } else if (i + 1 < argc && strcmp(argv[i], "-C") == 0) {
      if (!read_pem(argv[i + 1], &tls.cert)) return EXIT_FAILURE;
    } else if (i + 1 < argc && strcmp(argv[i], "-K") == 0) {
      if (!read_pem(argv[i + 1], &tls.key)) return EXIT_FAILURE;
    } else if (i + 1 < argc && strcmp(argv[i], "-A") == 0) {
      if (!read_pem(argv[i + 1], &tls.ca)) return EXIT_FAILURE;
    } else if (i + 1 < argc && strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      fprintf(stderr, "Usage: %s [-l URL] [-C CERT -K KEY [-A CA]] [-v LEVEL]\n", argv[0]);
      return EXIT_FAILURE;
    }
  }

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  listener = mg_mqtt_listen(&mgr, url, on_event, &tls);
  if (listener == NULL) {
    fprintf(stderr, "can't listen on %s\n", url);
    mg_mgr_free(&mgr);
    return EXIT_FAILURE;
  }
  printf("listening on port %d\n", mg_ntohs(listener->loc.port));
  fflush(stdout);
  while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  mg_mgr_free(&mgr);
  free_pems(&tls);
  return EXIT_SUCCESS;
}
