// Issue 4, 4 and chapter 05, 3.8: HTTPS, WSS and MQTTS, client and server in one manager, by the same
// few lines: mg_tls_init right behind the connect call or in CONNECT.
#include "tls.h"

static struct mg_tls_opts client_opts, server_opts;
static bool in_connect;
static char answer[100], ws_echo[100], mqtt_got[100];
static int mqtt_open = -1;

static void on_http_server(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT && c->is_tls) mg_tls_init(c, &server_opts);
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (mg_match(hm->uri, mg_str("/ws"), NULL)) {
      mg_ws_upgrade(c, hm, NULL);
    } else {
      mg_http_reply(c, 200, "", "%.*s %d", (int)hm->uri.len, hm->uri.buf, c->is_tls);
    }
  }
  if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_ws_send(c, wm->data.buf, wm->data.len, WEBSOCKET_OP_TEXT);
  }
}

static void on_http_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) {
    CHECK_INT(c->is_tls, 1);
    if (in_connect) mg_tls_init(c, &client_opts);
    mg_printf(c, "GET /over-tls HTTP/1.1\r\nHost: host.test\r\n\r\n");
  }
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    snprintf(answer, sizeof(answer), "%.*s", (int)hm->body.len, hm->body.buf);
  }
}

static void on_ws_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT && in_connect) mg_tls_init(c, &client_opts);
  if (ev == MG_EV_WS_OPEN) mg_ws_send(c, "frames", 6, WEBSOCKET_OP_TEXT);
  if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    snprintf(ws_echo, sizeof(ws_echo), "%.*s", (int)wm->data.len, wm->data.buf);
  }
}

// Accepts every session, and sends what is published back.
static void on_mqtt_server(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_ACCEPT) mg_tls_init(c, &server_opts);
  if (ev == MG_EV_MQTT_CMD) {
    struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
    if (mm->cmd == MQTT_CMD_CONNECT) mg_send(c, "\x20\x02\x00\x00", 4);
    if (mm->cmd == MQTT_CMD_PUBLISH) mg_send(c, mm->dgram.buf, mm->dgram.len);
  }
}

static void on_mqtt_client(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT && in_connect) mg_tls_init(c, &client_opts);
  if (ev == MG_EV_MQTT_OPEN) {
    struct mg_mqtt_opts opts;
    memset(&opts, 0, sizeof(opts));
    mqtt_open = *(int *)ev_data;
    opts.topic = mg_str("topic");
    opts.message = mg_str("payload");
    mg_mqtt_pub(c, &opts);
  }
  if (ev == MG_EV_MQTT_MSG) {
    struct mg_mqtt_message *mm = (struct mg_mqtt_message *)ev_data;
    snprintf(mqtt_got, sizeof(mqtt_got), "%.*s", (int)mm->data.len, mm->data.buf);
  }
}

int main(void) {
  client_opts = tls_options("root.crt", "", "", "host.test");
  server_opts = tls_options("", "server.crt", "server.key", "");
  for (int i = 0; i < 2; i++) {
    struct mg_mgr mgr;
    struct mg_connection *http, *mqtt, *c[3];
    in_connect = i == 1;
    answer[0] = ws_echo[0] = mqtt_got[0] = '\0';
    mg_mgr_init(&mgr);
    http = mg_http_listen(&mgr, "https://127.0.0.1:0", on_http_server, NULL);
    mqtt = mg_mqtt_listen(&mgr, "mqtts://127.0.0.1:0", on_mqtt_server, NULL);
    c[0] = mg_http_connect(&mgr, url_to("https", http), on_http_client, NULL);
    {
      char url[80];
      snprintf(url, sizeof(url), "%s/ws", url_to("wss", http));
      c[1] = mg_ws_connect(&mgr, url, on_ws_client, NULL, NULL);
    }
    c[2] = mg_mqtt_connect(&mgr, url_to("mqtts", mqtt), NULL, on_mqtt_client, NULL);
    for (int k = 0; k < 3 && !in_connect; k++) mg_tls_init(c[k], &client_opts);
    POLL_UNTIL(&mgr, answer[0] != '\0' && ws_echo[0] != '\0' && mqtt_got[0] != '\0');
    CHECK_TEXT(answer, "/over-tls 1");
    CHECK_TEXT(ws_echo, "frames");
    CHECK_TEXT(mqtt_got, "payload");
    CHECK_INT(mqtt_open, 0);
    for (int k = 0; k < 3; k++) CHECK_INT(c[k]->is_tls, 1);
    mg_mgr_free(&mgr);
  }
  return test_result();
}
