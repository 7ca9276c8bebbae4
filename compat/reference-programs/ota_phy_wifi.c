// Firmware, Wi-Fi and Ethernet PHY functions of a host.
#include "mongoose.h"
#include "test.h"

static uint16_t registers[32];
static int resets;

static uint16_t read_register(uint8_t addr, uint8_t reg) {
  CHECK_INT(addr, 3);
  return registers[reg];
}

static void write_register(uint8_t addr, uint8_t reg, uint16_t value) {
  CHECK_INT(addr, 3);
  if (reg == 0 && value == 0x8000) resets++;
}

static void ethernet(void) {
  struct mg_phy phy = {read_register, write_register};
  bool full_duplex = false;
  uint8_t speed = 9;
  mg_phy_init(&phy, 3, MG_PHY_CLOCKS_MAC);
  CHECK_INT(resets, 1);
  CHECK(!mg_phy_up(&phy, 3, &full_duplex, &speed));
  registers[1] = 4;      // link
  registers[2] = 7;      // LAN87x
  registers[31] = 0x18;  // 100 Mbit/s, full duplex
  CHECK(mg_phy_up(&phy, 3, &full_duplex, &speed));
  CHECK(full_duplex);
  CHECK_INT(speed, MG_PHY_SPEED_100M);
}

static void wifi(void) {
  struct mg_wifi_data data;
  memset(&data, 0, sizeof(data));
  data.ssid = (char *)"home";
  data.apssid = (char *)"device";
  CHECK(!mg_wifi_scan());
  CHECK(!mg_wifi_connect(&data));
  CHECK(!mg_wifi_disconnect());
  CHECK(!mg_wifi_ap_start(&data));
  CHECK(!mg_wifi_ap_stop());
}

int main(void) {
  char id[20] = "x";
  mg_log_set(MG_LL_NONE);
  CHECK(mg_ota_begin(1000));
  CHECK(mg_ota_write("image", 5));
  CHECK(mg_ota_end());
  mg_ota_device_id(id, sizeof(id));
  CHECK_TEXT(id, "0");
  ethernet();
  wifi();
  return test_result();
}
