// Chapter 02, 53, 54: CRC-32 and random text.
#include "mongoose.h"
#include "test.h"

int main(void) {
  CHECK_INT(mg_crc32(0, "123456789", 9), 0xcbf43926);
  CHECK_INT(mg_crc32(mg_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
  CHECK_INT(mg_crc32(0x1234, NULL, 0), 0x1234);
  CHECK_INT(mg_crc32(0, "", 0), 0);

  char buf[1001];
  memset(buf, '~', sizeof(buf));
  CHECK_PTR(mg_random_str(buf, 0), buf);
  CHECK_INT(buf[0], '~');
  mg_random_str(buf, 1);
  CHECK_BYTES(buf, 2, "\0~", 2);
  mg_random_str(buf, 1000);
  CHECK_INT(strlen(buf), 999);
  CHECK_INT(buf[1000], '~');
  bool seen[256] = {false};
  int different = 0;
  for (const char *p = buf; *p != '\0'; p++) {
    bool good = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
    CHECK(good);
    if (!seen[(unsigned char)*p]) different++;
    seen[(unsigned char)*p] = true;
  }
  CHECK(different > 40);  // of 62; fewer by chance once in 10^100 runs

  unsigned char a[32] = {0}, b[32] = {0};
  CHECK(mg_random(a, sizeof(a)));
  CHECK(mg_random(b, sizeof(b)));
  CHECK(memcmp(a, b, sizeof(a)) != 0);
  return test_result();
}
