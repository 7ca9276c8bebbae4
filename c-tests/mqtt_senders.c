// Chapter 04, 28 to 33, Q11: what the senders append, with options of which only the members that
// matter are initialised.
#include "mqtt.h"

int main(void) {
  struct mg_mgr mgr;
  struct mqtt_log log;
  struct mg_mqtt_opts opts;
  struct mg_connection c;
  memset(&mgr, 0, sizeof(mgr));
  c = sender(&mgr, &log);
  // Garbage in all members that a 3.1.1 subscription does not use.
  memset(&opts, 0xa5, sizeof(opts));
  opts.topic = mg_str("x/#");
  opts.qos = 1;
  mgr.mqtt_id = 4;
  mg_mqtt_sub(&c, &opts);
  CHECK_SENT(&c, "\x82\x08\0\5\0\3x/#\1");
  mg_mqtt_unsub(&c, &opts);
  CHECK_SENT(&c, "\xa2\x07\0\6\0\3x/#");
  opts.message = mg_str("m");
  opts.retransmit_id = 0;
  memset(&opts.retain, 0, sizeof(opts.retain));
  // Ids skip 0 and belong to the manager.
  mgr.mqtt_id = 65534;
  CHECK_INT(mg_mqtt_pub(&c, &opts), 65535);
  CHECK_SENT(&c, "\x32\x08\0\3x/#\xff\xffm");
  CHECK_INT(mg_mqtt_pub(&c, &opts), 1);
  CHECK_INT(mgr.mqtt_id, 1);
  CHECK_SENT(&c, "\x32\x08\0\3x/#\0\1m");
  // A duplicate has its old id; with QoS 0 it is none.
  opts.retransmit_id = 0x1234;
  CHECK_INT(mg_mqtt_pub(&c, &opts), 0x1234);
  CHECK_SENT(&c, "\x3a\x08\0\3x/#\x12\x34m");
  opts.qos = 0;
  memset(&opts.retain, 2, sizeof(opts.retain));  // any byte but 0 is true
  CHECK_INT(mg_mqtt_pub(&c, &opts), 0x1234);
  CHECK_SENT(&c, "\x31\x06\0\3x/#m");
  CHECK_INT(mgr.mqtt_id, 1);
  // MQTT 5.
  memset(&opts, 0, sizeof(opts));
  opts.client_id = mg_str("cid");
  opts.topic = mg_str("t");
  opts.version = 5;
  mg_mqtt_login(&c, &opts);
  CHECK(c.is_mqtt5);
  CHECK_SENT(&c, "\x10\x16\0\4MQTT\5\4\0\0\0\0\3cid\0\0\1t\0\0");
  mg_mqtt_disconnect(&c, &opts);
  CHECK_SENT(&c, "\xe0\2\0\0");
  mg_mqtt_disconnect(&c, NULL);  // W21
  CHECK_SENT(&c, "\xe0\2\0\0");
  CHECK_TEXT(log.text, "");
  return test_result();
}
