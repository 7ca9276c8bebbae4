// A dashboard: variables, a table of files and a WebSocket that is told of changes. Structures and
// lists are the program's own.
#include "exchange.h"

static int brightness = 7;
static bool is_on = true;
static struct mg_field lamp_fields[] = {
    {"brightness", MG_VAL_INT, &brightness, sizeof(brightness)},
    {"on", MG_VAL_BOOL, &is_on, 0},
    {NULL, MG_VAL_INT, NULL, 0},
};
static struct mg_field_set lamp = {"lamp", lamp_fields, NULL, NULL, NULL, NULL};

static char name[30];
static uint64_t size;
static int row = -1;
static struct mg_field file_fields[] = {
    {"name", MG_VAL_STR, name, sizeof(name)},
    {"size", MG_VAL_UINT64, &size, sizeof(size)},
    {NULL, MG_VAL_INT, NULL, 0},
};
static bool on_files(enum mg_dash_op op, struct mg_dash_user *user);
static bool directory(const struct mg_dash_user *user, char *buf, size_t len);
static struct mg_field_set files = {"files", file_fields, on_files, &row, directory, NULL};

static bool on_files(enum mg_dash_op op, struct mg_dash_user *user) {
  CHECK_TEXT(user->name, "guest");
  return op == MG_DASH_READ && mg_dash_dir_read(&files, user);
}

static bool directory(const struct mg_dash_user *user, char *buf, size_t len) {
  (void)user;
  mg_snprintf(buf, len, "dir");
  return true;
}

static char change[200];

static void on_window(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_WS_OPEN) *(bool *)c->fn_data = true;
  if (ev == MG_EV_WS_MSG) {
    struct mg_ws_message *wm = (struct mg_ws_message *)ev_data;
    mg_snprintf(change, sizeof(change), "%.*s", (int)wm->data.len, wm->data.buf);
  }
}

static void notifications(struct mg_connection *listener) {
  bool is_open = false;
  char url[100];
  mg_snprintf(url, sizeof(url), "%s/api/websocket", url_to("ws", listener));
  mg_ws_connect(listener->mgr, url, on_window, &is_open, NULL);
  POLL_UNTIL(listener->mgr, is_open);
  brightness = 9;
  mg_dash_send_change(listener->mgr, &lamp);
  POLL_UNTIL(listener->mgr, change[0] != '\0');
  CHECK_TEXT(change,
             "{\"method\":\"change\",\"params\":{\"lamp\":{\"brightness\":9,\"on\":true}}}");
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_dash dash;
  mg_log_set(MG_LL_NONE);
  CHECK(mg_fs_posix.mkd("dir"));
  CHECK(mg_file_write(&mg_fs_posix, "dir/a.txt", "12345", 5));
  memset(&dash, 0, sizeof(dash));
  lamp.next = &files;
  dash.sets = &lamp;
  mg_mgr_init(&mgr);
  struct mg_connection *listener =
      mg_http_listen(&mgr, "http://127.0.0.1:0", mg_dash_ev_handler, &dash);
  ANSWER(listener, "GET /api/get/lamp HTTP/1.1\r\n\r\n", 200, "{\"brightness\":7,\"on\":true}\n");
  ANSWER(listener,
         "POST /api/set HTTP/1.1\r\nContent-Length: 27\r\n\r\n{\"lamp\":{\"brightness\":8}}  ", 200,
         "1\n");
  CHECK_INT(brightness, 8);
  ANSWER(listener, "GET /api/get/files/0/9 HTTP/1.1\r\n\r\n", 200,
         "[{\"name\":\"a.txt\",\"size\":5}]\n");
  notifications(listener);
  mg_mgr_free(&mgr);
  return test_result();
}
