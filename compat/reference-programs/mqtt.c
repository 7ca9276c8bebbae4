// An MQTT client and a small broker that sends everything back to its publisher.
#include "event.h"

static char broker_saw[300], client_saw[300];
static struct mg_mqtt_opts topic;

static void note(char *seen, const char *fmt, ...) {
  size_t len = strlen(seen);
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(seen + len, sizeof(broker_saw) - len, fmt, ap);
  va_end(ap);
}

// Answers with the packet id behind the fixed header.
static void acknowledge(struct mg_connection *c, uint8_t cmd, uint16_t id, const char *rest,
                        size_t len) {
  uint16_t id_be = mg_htons(id);
  mg_mqtt_send_header(c, cmd, 0, (uint32_t)(2 + len));
  mg_send(c, &id_be, 2);
  mg_send(c, rest, len);
}

static void broker(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  if (ev != MG_EV_MQTT_CMD) return;
  note(broker_saw, "%d ", mm->cmd);
  if (mm->cmd == MQTT_CMD_CONNECT) {
    mg_mqtt_send_header(c, MQTT_CMD_CONNACK, 0, 2);
    mg_send(c, "\0\0", 2);
  } else if (mm->cmd == MQTT_CMD_SUBSCRIBE) {
    acknowledge(c, MQTT_CMD_SUBACK, mm->id, "\1", 1);
  } else if (mm->cmd == MQTT_CMD_UNSUBSCRIBE) {
    acknowledge(c, MQTT_CMD_UNSUBACK, mm->id, "", 0);
  } else if (mm->cmd == MQTT_CMD_PINGREQ) {
    mg_mqtt_pong(c);
  } else if (mm->cmd == MQTT_CMD_PUBLISH) {
    struct mg_mqtt_opts back;
    memset(&back, 0, sizeof(back));
    back.topic = mm->topic;
    back.message = mm->data;
    CHECK_INT(mg_mqtt_pub(c, &back), 0);
  } else if (mm->cmd == MQTT_CMD_DISCONNECT) {
    c->is_draining = 1;
  }
}

static void client(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  if (ev == MG_EV_MQTT_OPEN) {
    note(client_saw, "open%d ", *(int *)ev_data);
    mg_mqtt_sub(c, &topic);
    CHECK(mg_mqtt_pub(c, &topic) != 0);
  } else if (ev == MG_EV_MQTT_MSG) {
    note(client_saw, "%.*s=%.*s ", (int)mm->topic.len, mm->topic.buf, (int)mm->data.len,
         mm->data.buf);
    mg_mqtt_ping(c);
  } else if (ev == MG_EV_MQTT_CMD && mm->cmd == MQTT_CMD_PINGRESP) {
    mg_mqtt_unsub(c, &topic);
    mg_mqtt_disconnect(c, NULL);
  } else if (ev == MG_EV_CLOSE) {
    note(client_saw, "end");
  }
}

static void conversation(void) {
  struct mg_mgr mgr;
  struct mg_mqtt_opts opts;
  memset(&opts, 0, sizeof(opts));
  opts.client_id = mg_str("me");
  opts.clean = true;
  opts.keepalive = 30;
  topic.topic = mg_str("a/b");
  topic.message = mg_str("hi");
  topic.qos = 1;
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", broker, NULL);
  mg_mqtt_connect(&mgr, url_to("mqtt", listener), &opts, client, NULL);
  POLL_UNTIL(&mgr, strstr(client_saw, "end") != NULL);
  CHECK_TEXT(client_saw, "open0 a/b=hi end");
  CHECK_TEXT(broker_saw, "1 8 3 12 10 14 ");
  mg_mgr_free(&mgr);
}

// Properties of MQTT 5, written by mg_mqtt_login and mg_mqtt_pub into a connection without socket.
static void properties(void) {
  struct mg_mgr mgr;
  struct mg_mqtt_message mm;
  struct mg_mqtt_prop props[2], prop;
  struct mg_mqtt_opts opts;
  mg_mgr_init(&mgr);
  struct mg_connection *c = mg_wrapfd(&mgr, -1, NULL, NULL);
  memset(&opts, 0, sizeof(opts));
  memset(props, 0, sizeof(props));
  props[0].id = MQTT_PROP_MESSAGE_EXPIRY_INTERVAL;
  props[0].iv = 60;
  props[1].id = MQTT_PROP_USER_PROPERTY;
  props[1].key = mg_str("k");
  props[1].val = mg_str("v");
  opts.version = 5;
  mg_mqtt_login(c, &opts);
  CHECK(c->is_mqtt5);
  CHECK_INT(mg_mqtt_parse(c->send.buf, c->send.len, 5, &mm), MQTT_OK);
  CHECK_INT(mm.cmd, MQTT_CMD_CONNECT);
  mg_iobuf_del(&c->send, 0, c->send.len);

  opts.topic = mg_str("t");
  opts.message = mg_str("m");
  opts.props = props;
  opts.num_props = 2;
  mg_mqtt_pub(c, &opts);
  CHECK_INT(mg_mqtt_parse(c->send.buf, c->send.len, 5, &mm), MQTT_OK);
  CHECK_STR(mm.topic, "t");
  CHECK_STR(mm.data, "m");
  size_t ofs = mg_mqtt_next_prop(&mm, &prop, 0);
  CHECK_INT(prop.id, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL);
  CHECK_INT(prop.iv, 60);
  CHECK(mg_mqtt_next_prop(&mm, &prop, ofs) > 0);
  CHECK_STR(prop.key, "k");
  CHECK_STR(prop.val, "v");
  mg_mgr_free(&mgr);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  conversation();
  properties();
  return test_result();
}
