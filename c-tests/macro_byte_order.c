// Byte order functions agree with the load and store macros (ch02 checklist 57).
#include "mongoose.h"
#include "test.h"

int main(void) {
  uint8_t bytes[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  uint16_t n16;
  uint32_t n32;
  uint64_t n64;
  memcpy(&n16, bytes + 1, sizeof(n16));
  memcpy(&n32, bytes + 1, sizeof(n32));
  memcpy(&n64, bytes + 1, sizeof(n64));
  CHECK_INT(mg_ntohs(n16), MG_LOAD_BE16(bytes + 1));
  CHECK_INT(mg_ntohl(n32), MG_LOAD_BE32(bytes + 1));
  CHECK(mg_ntohll(n64) == MG_LOAD_BE64(bytes + 1));
  CHECK_INT(mg_htons(mg_ntohs(n16)), n16);
  CHECK_INT(mg_htonl(mg_ntohl(n32)), n32);
  CHECK(mg_htonll(mg_ntohll(n64)) == n64);

  uint32_t ip = MG_IPV4(127, 0, 0, 1);
  CHECK_BYTES(&ip, sizeof(ip), "\x7f\0\0\1", 4);
  CHECK_STR(mg_str("abc"), "abc");
  return test_result();
}
