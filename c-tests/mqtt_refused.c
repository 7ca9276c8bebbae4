// Chapter 04, W16, W17: what MQTT can't express is refused: an error, nothing appended, no id used.
#include "mqtt.h"

static char big[65537];

#define CHECK_REFUSED(call, why)            \
  do {                                      \
    c = sender(&mgr, &log);                 \
    c.is_mqtt5 = 1;                         \
    call;                                   \
    CHECK_INT(c.send.len, 0);               \
    CHECK(c.is_closing);                    \
    CHECK_INT(mgr.mqtt_id, 7);              \
    CHECK_TEXT(log.text, "ERROR=" why " "); \
    mg_iobuf_free(&c.send);                 \
  } while (0)

int main(void) {
  struct mg_mgr mgr;
  struct mqtt_log log;
  struct mg_mqtt_opts opts;
  struct mg_mqtt_prop prop;
  struct mg_connection c;
  struct mg_str too_long = mg_str_n(big, sizeof(big) - 1);
  memset(&mgr, 0, sizeof(mgr));
  memset(big, 'x', sizeof(big));
  mgr.mqtt_id = 7;
  memset(&opts, 0, sizeof(opts));
  opts.topic = too_long;
  opts.qos = 1;
  CHECK_REFUSED(CHECK_INT(mg_mqtt_pub(&c, &opts), 0), "MQTT string over 65535 bytes");
  CHECK_REFUSED(mg_mqtt_sub(&c, &opts), "MQTT string over 65535 bytes");
  CHECK_REFUSED(mg_mqtt_unsub(&c, &opts), "MQTT string over 65535 bytes");
  CHECK_REFUSED(mg_mqtt_login(&c, &opts), "MQTT string over 65535 bytes");
  opts.topic = mg_str("t");
  opts.qos = 3;
  CHECK_REFUSED(CHECK_INT(mg_mqtt_pub(&c, &opts), 0), "invalid MQTT QoS");
  CHECK_REFUSED(mg_mqtt_sub(&c, &opts), "invalid MQTT QoS");
  opts.qos = 1;
  opts.props = &prop;
  opts.num_props = 1;
  memset(&prop, 0, sizeof(prop));
  prop.id = 0x7f;
  CHECK_REFUSED(CHECK_INT(mg_mqtt_pub(&c, &opts), 0), "unknown MQTT property");
  prop.id = MQTT_PROP_SUBSCRIPTION_IDENTIFIER;
  prop.iv = 268435456;
  CHECK_REFUSED(mg_mqtt_sub(&c, &opts), "MQTT property value too large");
  prop.id = MQTT_PROP_USER_PROPERTY;
  prop.key = too_long;
  CHECK_REFUSED(mg_mqtt_disconnect(&c, &opts), "MQTT string over 65535 bytes");
  CHECK_REFUSED(mg_mqtt_send_header(&c, 3, 0, 268435456), "MQTT packet too long");
  return test_result();
}
