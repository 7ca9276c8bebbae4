// What programs use of the headers in C++, at run time: structures, initialisers, every kind of macro,
// callbacks that are lambdas. Compiled with every standard; the exit status is the number of failures.
#include "mongoose.h"
#include "mongoose_guard.h"
#include "device.h"
#include "device.h"
#include "mongoose.h"

#include <cstdio>
#include <string>
#include <type_traits>

static int failures;

static void check(bool good, const char *what) {
  if (good) return;
  failures++;
  std::printf("FAILED %s\n", what);
}

static_assert(std::is_trivial<mg_mgr>::value && std::is_standard_layout<mg_connection>::value,
              "plain C structures");
static_assert(MG_EV_HTTP_MSG == 11 && MG_MAX_RECV_SIZE > MG_IO_SIZE, "constants are constant");

static void numbers() {
  uint8_t bytes[8];
  MG_STORE_BE16(bytes, 0x1234);
  MG_STORE_BE24(bytes + 2, 0x56789a);
  check(MG_LOAD_BE16(bytes) == 0x1234 && MG_LOAD_BE24(bytes + 2) == 0x56789a, "16 and 24 bits");
  MG_STORE_BE64(bytes, 0x0102030405060708ULL);
  check(MG_LOAD_BE32(bytes + 4) == 0x05060708U && MG_LOAD_BE64(bytes) >> 56 == 1, "32 and 64 bits");
  check(mg_htonl(MG_U32(127, 0, 0, 1)) == MG_IPV4(127, 0, 0, 1), "addresses");
  const uint8_t loopback[16] = MG_IPV6(0, 0, 0, 0, 0, 0, 0, 1);
  check(loopback[15] == 1 && loopback[14] == 0, "groups of an address");
  check(MG_ROUND_UP(13, 8) == 16 && MG_ROUND_DOWN(13, 8) == 8, "multiples");
  uint32_t bits = MG_BIT(3);
  MG_SET_BITS(bits, MG_BIT(3), MG_BIT(5));
  check(bits == 32, "bits");
  check(MG_IS_DER("0x") && mg_htons(mg_ntohs(0x1234)) == 0x1234, "order of bytes");
}

static void lists() {
  mg_field_set one = {}, two = {};
  mg_dash dash = {};
  MG_DASH_ADD_FIELD_SET(&dash, &one);
  LIST_ADD_TAIL(mg_field_set, &dash.sets, &two);
  check(dash.sets == &one && one.next == &two, "added");
  LIST_DELETE(mg_field_set, &dash.sets, &one);
  check(dash.sets == &two, "deleted");
  MG_DASH_REGISTER_CUSTOM_HANDLER(
      &dash, "/own", [](mg_connection *, int, void *) {}, nullptr);
  check(dash.custom_handlers != nullptr && dash.custom_handlers->handler != nullptr, "registered");
}

static void texts() {
  mg_str json = mg_str("{\"a\": [1, 2.5]}");
  double value = 0;
  check(mg_json_get_num(json, "$.a[1]", &value) && value > 2.4 && value < 2.6, "JSON");
  char *text = mg_mprintf("%m %d.%d.%d.%d", MG_ESC("\"q\""), MG_IPADDR_PARTS("\1\2\3\4"));
  check(text != nullptr && std::string(text) == "\"\\\"q\\\"\" 1.2.3.4", "formats");
  mg_free(text);
  mg_log_set(MG_LL_NONE);
  MG_ERROR(("%d", 1));
  MG_INFO(("%d", 1));
  MG_DEBUG(("%d", 1));
  MG_VERBOSE(("%d", 1));
}

static void serve(mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_HTTP_MSG) return;
  mg_http_message *hm = static_cast<mg_http_message *>(ev_data);
  static_cast<Device *>(c->fn_data)->requests++;
  mg_http_reply(c, 200, "", "%.*s", static_cast<int>(hm->uri.len), hm->uri.buf);
}

static void events() {
  Device device = {};
  std::string answer, error;
  mg_mgr_init(&device.mgr);
  check(mg_set_option(&device.mgr, "max_connections", "20") == nullptr, "option");
  device.listener = mg_http_listen(&device.mgr, "http://127.0.0.1:0", serve, &device);
  check(device_is_open(device), "listens");
  std::string url = "http://127.0.0.1:" + std::to_string(mg_ntohs(device.listener->loc.port));
  mg_http_connect(
      &device.mgr, url.c_str(),
      [](mg_connection *c, int ev, void *ev_data) {
        if (ev == MG_EV_CONNECT) mg_printf(c, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        if (ev != MG_EV_HTTP_MSG) return;
        mg_str body = static_cast<mg_http_message *>(ev_data)->body;
        static_cast<std::string *>(c->fn_data)->assign(body.buf, body.len);
        c->is_closing = 1;
      },
      &answer);
  for (int i = 0; i < 500 && answer.empty(); i++) mg_mgr_poll(&device.mgr, 10);
  check(answer == "/a" && device.requests == 1, "answer");
  mg_stats stats = {};
  stats.size = sizeof(stats);
  mg_get_stats(&device.mgr, &stats);
  check(stats.max_connections == 20 && stats.requests == 1, "figures");
  mg_mgr_free(&device.mgr);
}

int main() {
  numbers();
  lists();
  texts();
  events();
  check(device_sizes() == sizeof(mg_connection) + sizeof(mg_mgr) + sizeof(mg_http_message) +
                              sizeof(mg_dash_user) + sizeof(mg_stats),
        "sizes in both files");
  return failures;
}
