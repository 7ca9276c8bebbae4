// Rounding, bits and addresses (ch02 section 9, checklist 58).
#include "mongoose.h"
#include "test.h"

int main(void) {
  size_t n = 17;
  CHECK_INT(MG_ROUND_UP(n, 8U), 24);
  CHECK_INT(MG_ROUND_UP(24, 8), 24);
  CHECK_INT(MG_ROUND_UP(10, 3), 12);
  CHECK_INT(MG_ROUND_UP(0, 8), 0);
  CHECK_INT(MG_ROUND_DOWN(17, 8), 16);
  CHECK_INT(MG_ROUND_DOWN(11, 3), 9);
  n = 0;
  CHECK_INT(MG_ROUND_UP((size_t)17, n), 17);
  CHECK_INT(MG_ROUND_DOWN((size_t)17, n), 17);

  CHECK_INT(MG_BIT(0), 1);
  CHECK_INT(MG_BIT(31), 0x80000000U);
  uint32_t reg = 0xf0;
  MG_SET_BITS(reg, 0x30U, 0x03U);
  CHECK_INT(reg, 0xc3);
  MG_REG(&reg) = 5;
  CHECK_INT(reg, 5);

  CHECK_INT(MG_U32(1, 2, 3, 0x104), 0x01020304);
  static const uint8_t ip6[] = MG_IPV6(0xfe80, 0, 0, 0, 0x1234, 5, 6, 0xffee);
  CHECK_BYTES(ip6, sizeof(ip6), "\xfe\x80\0\0\0\0\0\0\x12\x34\0\5\0\6\xff\xee", 16);
  char text[30];
  snprintf(text, sizeof(text), "%d.%d.%d.%d", MG_IPADDR_PARTS("\x7f\0\0\1"));
  CHECK_TEXT(text, "127.0.0.1");
  CHECK(!MG_BIG_ENDIAN == (*(const uint8_t *)&(const uint32_t){1} == 1));
  CHECK(MG_IS_DER("\x30\x82"));
  CHECK(!MG_IS_DER("-----BEGIN"));
  MG_DSB();
  MG_ARM_DISABLE_IRQ();
  MG_ARM_ENABLE_IRQ();
  return test_result();
}
