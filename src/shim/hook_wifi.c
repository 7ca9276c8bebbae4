// Wi-Fi of a build without driver: nothing works, and the log says so. A program that defines the
// mg_wifi_* functions replaces them.
#include <stdbool.h>

struct mg_wifi_data;

void meerkat_log_no_wifi(void);

bool mg_wifi_scan(void);
bool mg_wifi_connect(struct mg_wifi_data *wifi);
bool mg_wifi_disconnect(void);
bool mg_wifi_ap_start(struct mg_wifi_data *wifi);
bool mg_wifi_ap_stop(void);

__attribute__((weak)) bool mg_wifi_scan(void) {
  meerkat_log_no_wifi();
  return false;
}

__attribute__((weak)) bool mg_wifi_connect(struct mg_wifi_data *wifi) {
  (void)wifi;
  meerkat_log_no_wifi();
  return false;
}

__attribute__((weak)) bool mg_wifi_disconnect(void) {
  meerkat_log_no_wifi();
  return false;
}

__attribute__((weak)) bool mg_wifi_ap_start(struct mg_wifi_data *wifi) {
  (void)wifi;
  meerkat_log_no_wifi();
  return false;
}

__attribute__((weak)) bool mg_wifi_ap_stop(void) {
  meerkat_log_no_wifi();
  return false;
}
