// Out of memory is an ordinary error in every protocol: allocation number 1, 2, 3 and so on of a
// session fails, until one goes through. Nothing crashes, and every block comes back.
// History: f015a868 | the same for each protocol
#include "mdns_peer.h"
#include "no_memory.h"

static struct mg_mgr mgr;
static bool done, over;

// Polls until the session has done its work, or has failed.
static bool finish(void) {
  for (int i = 0; i < (failing_call == 0 ? 2000 : 30) && !done && !over; i++) {
    mg_mgr_poll(&mgr, 1);
  }
  mg_mgr_free(&mgr);
  return done;
}

static void begin(void) {
  done = over = false;
  mg_mgr_init(&mgr);
}

static void on_ws_server(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
  if (ev == MG_EV_HTTP_MSG) mg_ws_upgrade(c, (struct mg_http_message *)ev_data, "A: %s\r\n", "b");
  if (ev == MG_EV_WS_MSG) mg_ws_send(c, wm->data.buf, wm->data.len, WEBSOCKET_OP_TEXT);
}

static void on_ws_client(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
  if (ev == MG_EV_WS_OPEN) {
    mg_ws_printf(c, WEBSOCKET_OP_TEXT, "%s %400d", "number", 7);
    mg_ws_send(c, "abc", 3, WEBSOCKET_OP_PING);
  }
  if (ev == MG_EV_WS_MSG) done = wm->data.len == 407;
  if (ev == MG_EV_CLOSE) over = true;
}

static bool websocket(void) {
  begin();
  struct mg_connection *c = mg_http_listen(&mgr, "http://127.0.0.1:0", on_ws_server, NULL);
  if (c == NULL || mg_ws_connect(&mgr, url_to("ws", c), on_ws_client, NULL, NULL) == NULL) {
    over = true;
  }
  return finish();
}

static void on_broker(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  if (ev == MG_EV_MQTT_CMD && mm->cmd == MQTT_CMD_CONNECT) {
    mg_mqtt_send_header(c, MQTT_CMD_CONNACK, 0, 2);
    mg_send(c, "\0\0", 2);
  } else if (ev == MG_EV_MQTT_MSG) {
    struct mg_mqtt_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.topic = mm->topic, opts.message = mm->data;
    mg_mqtt_pub(c, &opts);
  }
}

static void on_mqtt_client(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
  struct mg_mqtt_opts opts;
  memset(&opts, 0, sizeof(opts));
  opts.topic = mg_str("topic"), opts.message = mg_str("message"), opts.qos = 1;
  if (ev == MG_EV_MQTT_OPEN) mg_mqtt_sub(c, &opts), mg_mqtt_pub(c, &opts);
  if (ev == MG_EV_MQTT_MSG) done = mm->data.len == 7;
  if (ev == MG_EV_CLOSE) over = true;
}

static bool mqtt(void) {
  struct mg_mqtt_opts opts;
  begin();
  memset(&opts, 0, sizeof(opts));
  opts.user = mg_str("user"), opts.pass = mg_str("pass");
  struct mg_connection *c = mg_mqtt_listen(&mgr, "mqtt://127.0.0.1:0", on_broker, NULL);
  if (c == NULL || mg_mqtt_connect(&mgr, url_to("mqtt", c), &opts, on_mqtt_client, NULL) == NULL) {
    over = true;
  }
  return finish();
}

// A time server.
static void on_clock(struct mg_connection *c, int ev, void *ev_data) {
  uint8_t reply[48] = {0x24, 1};
  (void)ev_data;
  if (ev != MG_EV_READ || c->recv.len < 48) return;
  memcpy(reply + 24, c->recv.buf + 40, 8);
  reply[32] = reply[40] = 0xee;
  mg_send(c, reply, sizeof(reply));
  c->recv.len = 0;
}

static void on_sntp(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_SNTP_TIME) done = true;
  if (ev == MG_EV_CLOSE) over = true;
}

static bool sntp(void) {
  begin();
  struct mg_connection *c = mg_listen(&mgr, "udp://127.0.0.1:0", on_clock, NULL);
  if (c == NULL || mg_sntp_connect(&mgr, url_to("udp", c), on_sntp, NULL) == NULL) over = true;
  return finish();
}

static void on_modbus_client(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_CONNECT) mg_send(c, "\0\7\0\0\0\6\1\3\0\0\0\x64", 12);
  // Refused is not done.
  if (ev == MG_EV_READ && c->recv.len > 7) done = c->recv.buf[7] == 3, over = !done;
  if (ev == MG_EV_CLOSE) over = true;
}

static bool modbus(void) {
  begin();
  struct mg_connection *c = mg_modbus_listen(&mgr, "tcp://127.0.0.1:0", NULL, NULL);
  if (c == NULL || mg_connect(&mgr, url_to("tcp", c), on_modbus_client, NULL) == NULL) over = true;
  return finish();
}

static void on_resolved(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_CONNECT) done = true;
  if (ev == MG_EV_CLOSE) over = true;
}

// The listener answers itself.
static bool mdns(void) {
  static char name[] = "dev1";
  begin();
  struct mg_connection *c = mg_mdns_listen(&mgr, NULL, name);
  if (c == NULL || mg_connect(&mgr, "udp://dev1.local:9", on_resolved, NULL) == NULL) over = true;
  return finish();
}

static const char *firmware_url;

static void on_firmware_server(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/fw"), NULL)) {
    mg_http_reply(c, 200, "", "%1000d", 1);
  } else {
    mg_http_reply(c, 200, "", "{%m:%m,%m:\"%s/fw\",%m:1000}", MG_ESC("version"), MG_ESC("2"),
                  MG_ESC("url"), firmware_url, MG_ESC("size"));
  }
}

static void on_firmware(const char *message) {
  done = message == NULL, over = true;
}

static bool firmware(void) {
  char url[64];
  begin();
  struct mg_connection *c = mg_http_listen(&mgr, "http://127.0.0.1:0", on_firmware_server, NULL);
  if (c == NULL) return finish(), false;
  snprintf(url, sizeof(url), "%s", url_to("http", c));
  firmware_url = url;
  mg_ota_url_check(&mgr, url, on_firmware);
  return finish();
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  mdns_own_network();
  sweep("WebSocket", websocket, 5);
  sweep("MQTT", mqtt, 5);
  sweep("SNTP", sntp, 5);
  sweep("Modbus", modbus, 5);
  sweep("mDNS", mdns, 3);
  sweep("firmware", firmware, 5);
  return test_result();
}
