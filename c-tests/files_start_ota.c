// Chapter 03, 3.7: mg_http_start_ota passes the body to the updater, which the program brings.
#include "http_peer.h"

static char record[300], outcome[100];
static bool begin_fails, write_fails, end_fails;

static void record_add(const char *what, size_t n) {
  size_t used = strlen(record);
  mg_snprintf(record + used, sizeof(record) - used, "%s%lu ", what, (unsigned long)n);
}

bool mg_ota_begin(size_t new_firmware_size) {
  record_add("begin", new_firmware_size);
  return !begin_fails;
}
bool mg_ota_write(const void *buf, size_t len) {
  CHECK(len == 0 || *(const char *)buf == 'f');
  record_add("write", len);
  return !write_fails;
}
bool mg_ota_end(void) {
  record_add("end", 0);
  return !end_fails;
}

static void on_end(struct mg_connection *c, const char *error) {
  mg_snprintf(outcome, sizeof(outcome), "%s", error == NULL ? "ok" : error);
  c->is_draining = 1;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_HTTP_HDRS || c->is_draining) return;
  mg_http_start_ota(c, (struct mg_http_message *)ev_data, on_end);
}

static void flash(struct mg_connection *listener, const char *want_outcome,
                  const char *want_record) {
  struct peer p;
  char body[700];
  record[0] = outcome[0] = '\0';
  memset(body, 'f', sizeof(body));
  peer_open(&p, listener);
  peer_say(&p, "PUT / HTTP/1.1\r\nContent-Length: 700\r\n\r\n");
  peer_settle(&p);
  peer_send(&p, body, 600);
  peer_settle(&p);
  peer_send(&p, body, 100);
  CHECK(peer_wait_closed(&p));
  CHECK_TEXT(outcome, want_outcome);
  CHECK_TEXT(record, want_record);
  peer_close(&p);
}

int main(void) {
  struct mg_connection *listener = peer_serve(on_event, NULL);
  flash(listener, "ok", "begin700 write512 write188 end0 ");
  end_fails = true;
  flash(listener, "OTA finalize failed", "begin700 write512 write188 end0 ");
  end_fails = false;
  write_fails = true;
  flash(listener, "write error", "begin700 write512 end0 ");
  begin_fails = true;
  flash(listener, "ota begin failed", "begin700 ");
  peer_end();
  return test_result();
}
