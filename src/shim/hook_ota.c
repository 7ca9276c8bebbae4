// Firmware update hooks of a host build: everything succeeds and data is discarded. A program that
// defines the mg_ota_* functions replaces them.
#include <stdbool.h>
#include <stddef.h>

struct mg_mgr;

bool mg_ota_begin(size_t new_firmware_size);
bool mg_ota_write(const void *buf, size_t len);
bool mg_ota_end(void);
void mg_ota_device_id(char *buf, size_t len);
void mg_ota_poll(struct mg_mgr *mgr);

__attribute__((weak)) bool mg_ota_begin(size_t new_firmware_size) {
  (void)new_firmware_size;
  return true;
}

__attribute__((weak)) bool mg_ota_write(const void *buf, size_t len) {
  (void)buf, (void)len;
  return true;
}

__attribute__((weak)) bool mg_ota_end(void) {
  return true;
}

__attribute__((weak)) void mg_ota_device_id(char *buf, size_t len) {
  if (buf == NULL || len == 0) return;
  buf[0] = '\0';
  if (len > 1) buf[0] = '0', buf[1] = '\0';
}

__attribute__((weak)) void mg_ota_poll(struct mg_mgr *mgr) {
  (void)mgr;
}
