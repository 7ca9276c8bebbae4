// Chapter 06, checklist 53, 56 and 57, section 9, 45: firmware and Wi-Fi functions of a host, and PHY
// register sequences.
#include "mongoose.h"
#include "test.h"

static uint16_t regs[32];
static char written[200];
static int reads_of_control, resetting;

static uint16_t read_reg(uint8_t addr, uint8_t reg) {
  CHECK_INT(addr, 5);
  if (reg == 0 && ++reads_of_control <= resetting) return 0x8000;
  return regs[reg];
}

static void write_reg(uint8_t addr, uint8_t reg, uint16_t value) {
  size_t len = strlen(written);
  CHECK_INT(addr, 5);
  snprintf(written + len, sizeof(written) - len, "%d=%x ", reg, value);
}

static struct mg_phy phy = {read_reg, write_reg};

static void init(uint16_t id1, uint16_t id2, uint8_t config, const char *want) {
  written[0] = '\0';
  reads_of_control = 0;
  regs[0] = 0x3400, regs[2] = id1, regs[3] = id2;
  mg_phy_init(&phy, 5, config);
  CHECK_TEXT(written, want);
}

static void up(uint16_t id1, uint16_t id2, uint8_t reg, uint16_t value, bool full, int speed) {
  bool is_full = !full;
  uint8_t rate = 9;
  memset(regs, 0, sizeof(regs));
  regs[1] = 4, regs[2] = id1, regs[3] = id2, regs[reg] = value;
  CHECK(mg_phy_up(&phy, 5, &is_full, &rate));
  CHECK_INT(is_full, full);
  CHECK_INT(rate, speed);
}

int main(void) {
  char id[3] = "xx";
  mg_log_set(MG_LL_NONE);
  CHECK(mg_ota_write(NULL, 0) && mg_ota_begin(0) && mg_ota_end());
  mg_ota_device_id(id, sizeof(id));
  CHECK_TEXT(id, "0");
  mg_ota_device_id(id, 1);
  CHECK_TEXT(id, "");
  mg_ota_device_id(id, 0);
  mg_ota_device_id(NULL, 0);

  CHECK(!mg_wifi_scan());
  CHECK(!mg_wifi_connect(NULL));
  CHECK(!mg_wifi_disconnect());
  CHECK(!mg_wifi_ap_start(NULL));
  CHECK(!mg_wifi_ap_stop());

  resetting = 3;
  init(0x2000, 0xa231, 0, "0=8000 13=1f 14=170 13=401f 14=10d ");
  init(0x2000, 0x5ca2, MG_PHY_LEDS_ACTIVE_HIGH, "0=8000 24=280 ");
  init(0x2000, 1, MG_PHY_LEDS_ACTIVE_HIGH, "0=8000 23=81 24=280 ");
  init(0x2000, 1, MG_PHY_CLOCKS_MAC, "0=8000 ");
  init(0x0022, 1, 0, "0=8000 0=3000 31=8180 ");
  resetting = 1 << 30;  // for ever
  init(7, 1, 0, "0=8000 ");

  resetting = 0;
  bool full = true;
  uint8_t speed = 9;
  memset(regs, 0, sizeof(regs));
  CHECK(!mg_phy_up(&phy, 5, &full, &speed));
  CHECK(full && speed == 9);
  up(0x2000, 0xa231, 17, 0xa000, true, MG_PHY_SPEED_1000M);
  up(0x2000, 0xa231, 17, 0x4000, false, MG_PHY_SPEED_100M);
  up(0x2000, 0, 16, 6, true, MG_PHY_SPEED_10M);
  up(0x0022, 0, 30, 4, true, MG_PHY_SPEED_100M);
  up(0x0022, 0, 30, 1, false, MG_PHY_SPEED_10M);
  up(0x0007, 0, 31, 0x18, true, MG_PHY_SPEED_100M);
  written[0] = '\0';
  up(0x001c, 0xc916, 26, 0x28, true, MG_PHY_SPEED_1000M);
  CHECK_TEXT(written, "31=a43 31=0 ");
  up(0x001c, 0, 0, 0x2100, true, MG_PHY_SPEED_100M);
  up(0x0015, 0, 17, 0x8000, false, MG_PHY_SPEED_100M);
  regs[2] = 0x1234;
  speed = 9;
  CHECK(mg_phy_up(&phy, 5, &full, &speed));
  CHECK_INT(speed, 9);
  CHECK(mg_phy_up(&phy, 5, NULL, NULL));
  CHECK(!mg_phy_up(NULL, 5, NULL, NULL));
  mg_phy_init(NULL, 0, 0);
  return test_result();
}
