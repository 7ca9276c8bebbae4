// Chapter 01, 1 and 2: sizes, offsets, flag bits and event numbers that compiled programs rely on.
// (compat/ checks all of the table; this is what chapter 01 names.)
#include "event.h"

#define AT(type, field, offset) CHECK_INT(offsetof(struct type, field), offset)
#define BIT(field, number)                                                    \
  do {                                                                        \
    struct mg_connection c_;                                                  \
    uint32_t word_;                                                           \
    memset(&c_, 0, sizeof(c_));                                               \
    c_.field = 1;                                                             \
    memcpy(&word_, (char *)&c_ + 280, sizeof(word_));                         \
    CHECK_INT(word_, MG_BIG_ENDIAN ? 1u << (31 - (number)) : 1u << (number)); \
  } while (0)

static void check_layout(void) {
  CHECK_INT(sizeof(struct mg_addr), 24);
  AT(mg_addr, port, 16), AT(mg_addr, scope_id, 18), AT(mg_addr, is_ip6, 19);
  CHECK_INT(sizeof(struct mg_iobuf), 32);
  AT(mg_iobuf, size, 8), AT(mg_iobuf, len, 16), AT(mg_iobuf, align, 24);
  CHECK_INT(sizeof(struct mg_dns), 16);
  CHECK_INT(sizeof(union mg_pipe), 8);
  CHECK_INT(sizeof(struct mg_mgr), 144);
  AT(mg_mgr, dns4, 8), AT(mg_mgr, dns6, 24), AT(mg_mgr, mdns, 40), AT(mg_mgr, dnstimeout, 48);
  AT(mg_mgr, use_dns6, 52), AT(mg_mgr, nextid, 56), AT(mg_mgr, userdata, 64);
  AT(mg_mgr, tls_ctx, 72), AT(mg_mgr, mqtt_id, 80), AT(mg_mgr, active_dns_requests, 88);
  AT(mg_mgr, active_mdns_requests, 96), AT(mg_mgr, timers, 104), AT(mg_mgr, epoll_fd, 112);
  AT(mg_mgr, ifp, 120), AT(mg_mgr, extraconnsize, 128), AT(mg_mgr, pipe, 136);
  CHECK_INT(sizeof(struct mg_connection), 288);
  AT(mg_connection, mgr, 8), AT(mg_connection, loc, 16), AT(mg_connection, rem, 40);
  AT(mg_connection, fd, 64), AT(mg_connection, id, 72), AT(mg_connection, recv, 80);
  AT(mg_connection, send, 112), AT(mg_connection, prof, 144), AT(mg_connection, rtls, 176);
  AT(mg_connection, fn, 208), AT(mg_connection, fn_data, 216), AT(mg_connection, pfn, 224);
  AT(mg_connection, pfn_data, 232), AT(mg_connection, data, 240), AT(mg_connection, tls, 272);
  CHECK_INT(sizeof(struct mg_timer), 48);
  AT(mg_timer, expire, 8), AT(mg_timer, flags, 16), AT(mg_timer, fn, 24), AT(mg_timer, arg, 32);
  AT(mg_timer, next, 40);
  CHECK_INT(sizeof(struct mg_queue), 32);
  AT(mg_queue, size, 8), AT(mg_queue, tail, 16), AT(mg_queue, head, 24);
}

static void check_bits(void) {
  BIT(is_listening, 0);
  BIT(is_client, 1);
  BIT(is_accepted, 2);
  BIT(is_resolving, 3);
  BIT(is_arplooking, 4);
  BIT(is_connecting, 5);
  BIT(is_tls, 6);
  BIT(is_tls_hs, 7);
  BIT(is_udp, 8);
  BIT(is_websocket, 9);
  BIT(is_mqtt5, 10);
  BIT(is_hexdumping, 11);
  BIT(is_draining, 12);
  BIT(is_closing, 13);
  BIT(is_full, 14);
  BIT(is_tls_throttled, 15);
  BIT(is_resp, 16);
  BIT(is_readable, 17);
  BIT(is_writable, 18);
}

static void check_events(void) {
  static const int events[] = {MG_EV_ERROR,    MG_EV_OPEN,      MG_EV_POLL,       MG_EV_RESOLVE,
                               MG_EV_CONNECT,  MG_EV_ACCEPT,    MG_EV_TLS_HS,     MG_EV_READ,
                               MG_EV_WRITE,    MG_EV_CLOSE,     MG_EV_HTTP_HDRS,  MG_EV_HTTP_MSG,
                               MG_EV_WS_OPEN,  MG_EV_WS_MSG,    MG_EV_WS_CTL,     MG_EV_MQTT_CMD,
                               MG_EV_MQTT_MSG, MG_EV_MQTT_OPEN, MG_EV_SNTP_TIME,  MG_EV_WAKEUP,
                               MG_EV_MDNS_REQ, MG_EV_MDNS_RESP, MG_EV_MODBUS_REQ, MG_EV_USER};
  for (int i = 0; i < 24; i++) CHECK_INT(events[i], i);
}

int main(void) {
  check_layout();
  check_bits();
  check_events();
  return test_result();
}
