// MG_LOAD_BE* and MG_STORE_BE* at every alignment (ch02 checklist 57).
#include "mongoose.h"
#include "test.h"

int main(void) {
  uint8_t buf[16];
  for (size_t at = 0; at < 8; at++) {
    uint8_t *p = buf + at;
    memset(buf, 0xaa, sizeof(buf));
    MG_STORE_BE16(p, 0xffff1234U);
    CHECK_BYTES(p, 3, "\x12\x34\xaa", 3);
    CHECK_INT(MG_LOAD_BE16(p), 0x1234);
    MG_STORE_BE24(p, 0xff123456U);
    CHECK_BYTES(p, 4, "\x12\x34\x56\xaa", 4);
    CHECK_INT(MG_LOAD_BE24(p), 0x123456);
    MG_STORE_BE32(p, 0xfedcba98U);
    CHECK_BYTES(p, 5, "\xfe\xdc\xba\x98\xaa", 5);
    CHECK_INT(MG_LOAD_BE32(p), 0xfedcba98U);
    MG_STORE_BE64(p, UINT64_C(0xfedcba9876543210));
    CHECK_BYTES(p, 8, "\xfe\xdc\xba\x98\x76\x54\x32\x10", 8);
    CHECK(MG_LOAD_BE64(p) == UINT64_C(0xfedcba9876543210));
    for (size_t i = 0; i < at; i++) CHECK_INT(buf[i], 0xaa);
  }
  CHECK_INT(sizeof(MG_LOAD_BE16(buf)), 2);
  CHECK_INT(sizeof(MG_LOAD_BE24(buf)), 4);
  CHECK_INT(sizeof(MG_LOAD_BE64(buf)), 8);
  return test_result();
}
