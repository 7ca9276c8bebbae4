// A program that defines mg_ota_begin, mg_ota_write and mg_ota_end gets the firmware that
// mg_http_start_ota receives (design section 4).
#include "event.h"

static char image[100];
static size_t announced, written;
static int ended;

bool mg_ota_begin(size_t new_firmware_size) {
  announced = new_firmware_size;
  return true;
}

bool mg_ota_write(const void *buf, size_t len) {
  if (written + len > sizeof(image)) return false;
  memcpy(image + written, buf, len);
  written += len;
  return true;
}

bool mg_ota_end(void) {
  ended++;
  return true;
}

static void on_result(struct mg_connection *c, const char *message) {
  mg_http_reply(c, message == NULL ? 200 : 500, "", "%s", message == NULL ? "ok" : message);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_HTTP_HDRS && announced == 0) mg_http_start_ota(c, hm, on_result);
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *server;
  const char *head = "POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n0123456789";
  int fd;
  mg_mgr_init(&mgr);
  server = mg_http_listen(&mgr, "http://127.0.0.1:0", on_event, NULL);
  fd = plain_connect(server);
  CHECK_INT(send(fd, head, strlen(head), 0), strlen(head));
  POLL_UNTIL(&mgr, announced == 20);
  CHECK_INT(send(fd, "abcdefghij", 10, 0), 10);
  POLL_UNTIL(&mgr, ended == 1);
  CHECK_BYTES(image, written, "0123456789abcdefghij", 20);
  mg_mgr_free(&mgr);
  close(fd);
  return test_result();
}
