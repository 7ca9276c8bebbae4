// Firmware update hooks of a host build: everything succeeds and data is discarded. A program that
// defines the mg_ota_* functions replaces them.
#include <stdbool.h>
#include <stddef.h>

bool mg_ota_begin(size_t new_firmware_size);
bool mg_ota_write(const void *buf, size_t len);
bool mg_ota_end(void);

__attribute__((weak)) bool mg_ota_begin(size_t new_firmware_size) {
  (void) new_firmware_size;
  return true;
}

__attribute__((weak)) bool mg_ota_write(const void *buf, size_t len) {
  (void) buf, (void) len;
  return true;
}

__attribute__((weak)) bool mg_ota_end(void) {
  return true;
}
