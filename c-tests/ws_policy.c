// The guard's options for WebSocket: origins, subprotocols, length and number of messages; what is
// counted, and that the program is asked first (chapter 08, 8.3 and checklist 11).
#include "guarded.h"
#include "ws.h"

static struct mg_mgr mgr;
static struct mg_connection *listener;
static struct ws_log server;

// What the guard handler was told last, and what it answers.
static struct {
  int action, status, calls;
  char option[40], uri[40];
  bool may_act;
} asked;

static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  asked.action = event->action, asked.status = event->status, asked.calls++;
  snprintf(asked.option, sizeof(asked.option), "%s", event->option);
  asked.uri[0] = '\0';
  if (event->hm != NULL) {
    mg_snprintf(asked.uri, sizeof(asked.uri), "%.*s", (int)event->hm->uri.len, event->hm->uri.buf);
  }
  CHECK(fn_data == &asked && event->peer.port == c->rem.port);
  return asked.may_act;
}

static const char *own_headers;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG && own_headers != NULL) {
    mg_ws_upgrade(c, (struct mg_http_message *)ev_data, "%s", own_headers);
  } else {
    ws_record(c, ev, ev_data);
  }
}

static void start(void) {
  memset(&server, 0, sizeof(server));
  memset(&asked, 0, sizeof(asked));
  asked.may_act = true;
  own_headers = NULL;
  mg_mgr_init(&mgr);
  mg_set_guard_handler(&mgr, on_guard, &asked);
  listener = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, &server);
}

// Sends the request for a WebSocket with more header lines, and gives the response.
static const char *open_ws(int *fd, const char *lines) {
  char text[3000];
  const char *response;
  *fd = plain_connect(listener);
  mg_snprintf(text, sizeof(text),
              "GET /ws HTTP/1.1\r\nHost: shop.test:8000\r\nUpgrade: websocket\r\n%s"
              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " WS_KEY
              "\r\n\r\n",
              lines);
  plain_write(*fd, text);
  response = answer(&mgr, *fd, 5000);
  CHECK(response != NULL);
  return response == NULL ? "" : response;
}

// Checks the status of the response, and that a refusal is the end.
static void check_open(const char *lines, int status) {
  char line[30];
  int fd;
  const char *response = open_ws(&fd, lines);
  uint64_t opened = strstr(server.text, "OPEN ") != NULL;
  snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
  CHECK(strncmp(response, line, strlen(line)) == 0);
  if (strncmp(response, line, strlen(line)) != 0) fprintf(stderr, "%s: %s\n", lines, response);
  CHECK_INT(opened, status == 101);
  if (status != 101) CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  server.text[0] = '\0';
}

static void origins(void) {
  char many[2000] = "";
  start();
  check_open("Origin: https://evil.test\r\n", 101);
  set_option(&mgr, "websocket_allowed_origins", "https://a.test, same");
  CHECK_INT(asked.calls, 0);
  check_open("", 101);
  check_open("Origin: https://a.test\r\n", 101);
  check_open("Origin: http://shop.test:8000\r\n", 101);
  CHECK_INT(asked.calls, 0);
  check_open("Origin: https://evil.test\r\n", 403);
  CHECK_INT(asked.action, MG_GUARD_REJECT);
  CHECK_INT(asked.status, 403);
  CHECK_TEXT(asked.option, "websocket_allowed_origins");
  CHECK_TEXT(asked.uri, "/ws");
  check_open("Origin: http://shop.test\r\n", 403);
  check_open("Origin: null\r\n", 403);
  check_open("Origin:\r\n", 403);
  check_open("Origin: https://a.test\r\nOrigin: https://evil.test\r\n", 403);
  // Behind more headers than are listed. The key has to come first.
  for (int i = 0; i < MG_MAX_HTTP_HEADERS; i++) strcat(many, "A: b\r\n");
  {
    char text[3000];
    int fd = plain_connect(listener);
    const char *response;
    snprintf(text, sizeof(text), "%.*s%sOrigin: https://evil.test\r\n\r\n",
             (int)strlen(WS_REQUEST) - 2, WS_REQUEST, many);
    plain_write(fd, text);
    response = answer(&mgr, fd, 5000);
    CHECK(response != NULL && strncmp(response, "HTTP/1.1 403 ", 13) == 0);
    close(fd);
  }
  CHECK_INT(stats_of(&mgr).rejected_403, 6);
  asked.may_act = false;
  check_open("Origin: https://evil.test\r\n", 101);
  CHECK_INT(stats_of(&mgr).rejected_403, 6);
  set_option(&mgr, "websocket_allowed_origins", NULL);
  asked.may_act = true;
  check_open("Origin: https://evil.test\r\n", 101);
  mg_mgr_free(&mgr);
}

#define NAMED(text) "Sec-WebSocket-Protocol: " text "\r\n"

static void check_protocol(const char *lines, const char *expected) {
  int fd;
  char wanted[100];
  const char *response = open_ws(&fd, lines), *field;
  CHECK(strncmp(response, "HTTP/1.1 101 ", 13) == 0);
  field = strstr(response, "Sec-WebSocket-Protocol:");
  snprintf(wanted, sizeof(wanted), NAMED("%s"), expected);
  CHECK(*expected == '\0' ? field == NULL : field != NULL);
  if (field != NULL) {
    CHECK(strncmp(field, wanted, strlen(wanted)) == 0);
    CHECK(strstr(field + 1, "Sec-WebSocket-Protocol:") == NULL);
  }
  close(fd);
}

static void protocols(void) {
  start();
  check_protocol(NAMED("x, y"), "x, y");
  set_option(&mgr, "websocket_protocols", "chat,super");
  check_protocol("", "");
  check_protocol(NAMED("chat"), "chat");
  check_protocol(NAMED("x, super,y, chat"), "chat");
  check_protocol(NAMED("x") NAMED("super"), "super");
  own_headers = NAMED("super");
  check_protocol(NAMED("chat, super"), "super");
  own_headers = NULL;
  CHECK_INT(asked.calls, 0);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
  server.text[0] = '\0';
  check_open(NAMED("x, Chat"), 400);
  CHECK_INT(asked.status, 400);
  CHECK_TEXT(asked.option, "websocket_protocols");
  CHECK_INT(stats_of(&mgr).rejected_400, 1);
  asked.may_act = false;
  check_protocol(NAMED("x"), "x");
  CHECK_INT(stats_of(&mgr).rejected_400, 1);
  mg_mgr_free(&mgr);
}

static void frame(int fd, int first, size_t len) {
  unsigned char bytes[6 + 125] = {(unsigned char)first, (unsigned char)(0x80 | len), 0};
  CHECK_INT(send(fd, bytes, 6 + len, MSG_NOSIGNAL), 6 + len);
}

static void check_close(int fd, int code) {
  const unsigned char *text = (const unsigned char *)answer(&mgr, fd, 5000);
  CHECK(text != NULL && text[0] == 0x88 && text[1] == 2);
  if (text != NULL) CHECK_INT(text[2] << 8 | text[3], code);
  CHECK_TEXT(answer(&mgr, fd, 5000), "");
  close(fd);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 0);
}

static void sizes(void) {
  int fd;
  start();
  set_option(&mgr, "websocket_max_message_size", "100");
  open_ws(&fd, "");
  CHECK_INT(stats_of(&mgr).now_websocket, 1);
  frame(fd, 0x82, 100);
  frame(fd, 2, 60), frame(fd, 0x89, 99), frame(fd, 0x80, 40);
  POLL_UNTIL(&mgr, stats_of(&mgr).websocket_messages == 2);
  CHECK(answer(&mgr, fd, 5000) != NULL);  // PONG
  CHECK_INT(server.largest, 100);
  // Refused by its header.
  CHECK_INT(send(fd, "\x82\xe5\0\0\0\0", 6, MSG_NOSIGNAL), 6);
  check_close(fd, 1009);
  CHECK(strstr(server.text, "ERROR ") != NULL);
  CHECK_INT(asked.action, MG_GUARD_REJECT);
  CHECK_INT(asked.status, 1009);
  CHECK_TEXT(asked.option, "websocket_max_message_size");
  CHECK_INT(stats_of(&mgr).websocket_policy_closes, 1);
  CHECK_INT(stats_of(&mgr).websocket_messages, 2);
  // Fragments count together; one message is spared, the next is not.
  open_ws(&fd, "");
  asked.may_act = false, asked.calls = 0;
  frame(fd, 2, 60), frame(fd, 0, 60), frame(fd, 0x80, 60);
  POLL_UNTIL(&mgr, stats_of(&mgr).websocket_messages == 3);
  CHECK_INT(server.largest, 180);
  CHECK_INT(asked.calls, 1);
  asked.may_act = true;
  frame(fd, 2, 60), frame(fd, 0x80, 41);
  check_close(fd, 1009);
  // Without a limit of its own, max_recv_size counts.
  set_option(&mgr, "websocket_max_message_size", NULL);
  set_option(&mgr, "max_recv_size", "400");
  open_ws(&fd, "");
  frame(fd, 0x82, 120);
  POLL_UNTIL(&mgr, stats_of(&mgr).websocket_messages == 4);
  CHECK_INT(send(fd, "\x82\xfe\x01\x91\0\0\0\0", 8, MSG_NOSIGNAL), 8);
  check_close(fd, 1009);
  CHECK_INT(stats_of(&mgr).websocket_policy_closes, 3);
  // Other violations are counted too.
  open_ws(&fd, "");
  CHECK_INT(send(fd, "\x81\x01x", 3, MSG_NOSIGNAL), 3);
  check_close(fd, 1002);
  open_ws(&fd, "");
  CHECK_INT(send(fd, "\x81\x81\0\0\0\0\xff", 7, MSG_NOSIGNAL), 7);
  check_close(fd, 1007);
  CHECK_INT(stats_of(&mgr).websocket_policy_closes, 5);
  mg_mgr_free(&mgr);
}

static void rates(void) {
  int fd, other;
  start();
  set_option(&mgr, "websocket_rate", "0.01/3");
  open_ws(&fd, "");
  open_ws(&other, "");
  for (int i = 0; i < 3; i++) frame(fd, 0x82, 1), frame(fd, 0x89, 0);
  frame(other, 0x82, 1);
  POLL_UNTIL(&mgr, stats_of(&mgr).websocket_messages == 4);
  CHECK(answer(&mgr, fd, 5000) != NULL);  // PONGs
  CHECK_INT(asked.calls, 0);
  asked.may_act = false;
  frame(fd, 0x82, 1);
  POLL_UNTIL(&mgr, stats_of(&mgr).websocket_messages == 5);
  CHECK_INT(asked.calls, 1);
  CHECK_INT(asked.action, MG_GUARD_RATE_LIMIT);
  CHECK_INT(asked.status, 1008);
  CHECK_TEXT(asked.option, "websocket_rate");
  asked.may_act = true;
  close(other);
  POLL_UNTIL(&mgr, stats_of(&mgr).now_accepted == 1);
  server.text[0] = '\0';
  frame(fd, 2, 1), frame(fd, 0x80, 1);  // A message in fragments is one message.
  check_close(fd, 1008);
  CHECK(strstr(server.text, "MSG") == NULL);
  CHECK(strstr(server.text, "ERROR too many WS messages ") != NULL);
  CHECK_INT(stats_of(&mgr).websocket_policy_closes, 1);
  set_option(&mgr, "priority_list", "127.0.0.0/8");
  open_ws(&fd, "");
  for (int i = 0; i < 50; i++) frame(fd, 0x82, 1);
  POLL_UNTIL(&mgr, stats_of(&mgr).websocket_messages == 56);
  CHECK_INT(asked.calls, 2);
  close(fd);
  mg_mgr_free(&mgr);
}

// Clients count what they receive, too.
static void client(void) {
  struct ws_log log;
  start();
  memset(&log, 0, sizeof(log));
  mg_ws_connect(&mgr, url_to("ws", listener), ws_record, &log, NULL);
  POLL_UNTIL(&mgr, strstr(log.text, "OPEN ") != NULL);
  mg_ws_send(server.c, "hi", 2, WEBSOCKET_OP_TEXT);
  POLL_UNTIL(&mgr, strstr(log.text, "MSG 81 hi ") != NULL);
  CHECK_INT(stats_of(&mgr).websocket_messages, 1);
  CHECK_INT(stats_of(&mgr).now_websocket, 2);
  set_option(&mgr, "websocket_max_message_size", "3");
  mg_ws_send(server.c, "long", 4, WEBSOCKET_OP_TEXT);
  POLL_UNTIL(&mgr, log.c == NULL && server.c == NULL);
  CHECK(strstr(log.text, "MSG 81 long") == NULL);
  CHECK_INT(stats_of(&mgr).websocket_policy_closes, 1);
  mg_mgr_free(&mgr);
}

int main(void) {
  origins();
  protocols();
  sizes();
  rates();
  client();
  return test_result();
}
