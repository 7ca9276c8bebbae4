// Chapter 04, checklist 60, W37: what mg_sntp_parse refuses leaves the clock alone, and so does a time
// that is not later than 1970.
#include "mongoose.h"
#include "test.h"

int main(void) {
  uint8_t packet[49];
  memset(packet, 0, sizeof(packet));
  packet[0] = 0x24, packet[1] = 1;
  mg_boot_timestamp_ms = 7;

  CHECK_INT(mg_sntp_parse(NULL, 0), -1);
  CHECK_INT(mg_sntp_parse(packet, 47), -1);
  static const uint8_t refused[][2] = {{0x23, 1}, {0x26, 1}, {0x24, 0}, {0x14, 1}, {0x2c, 1}};
  for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
    packet[0] = refused[i][0], packet[1] = refused[i][1];
    CHECK_INT(mg_sntp_parse(packet, 48), -1);
  }
  packet[0] = 0x24, packet[1] = 1;
  CHECK(mg_sntp_parse(packet, 48) >= 0);  // half the uptime
  mg_boot_timestamp_ms = 7;
  packet[24] = 0xff;  // sent long after now: the result is negative
  CHECK(mg_sntp_parse(packet, 48) < -1);
  CHECK(mg_boot_timestamp_ms == 7);

  memset(packet + 24, 0, 8);
  packet[32] = packet[40] = 0xee;
  packet[24] = 0x83, packet[25] = 0xaa, packet[26] = 0x7e, packet[27] = 0x80;
  packet[48] = 0xff;  // behind the packet
  int64_t now = mg_sntp_parse(packet, 49);
  CHECK(now > 0);
  CHECK(mg_now() - (uint64_t)now < 10000);
  return test_result();
}
