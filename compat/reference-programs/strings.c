// Slices, numbers in text, patterns, addresses, byte order, random text.
#include "mongoose.h"
#include "test.h"

// Exported without a prototype.
bool mg_to_size_t(struct mg_str, size_t *);

static void slices(void) {
  struct mg_str s = mg_str_s("key=value"), a, b;
  CHECK_STR(mg_str_n("abcdef", 3), "abc");
  CHECK(mg_span(s, &a, &b, '='));
  CHECK_STR(a, "key");
  CHECK_STR(b, "value");
  CHECK_INT(mg_strcmp(a, mg_str("kez")), -1);
  CHECK_INT(mg_strcasecmp(a, mg_str("KEY")), 0);
  CHECK_INT(mg_casecmp("aB", "Ab"), 0);
  struct mg_str copy = mg_strdup(b);
  CHECK_STR(copy, "value");
  CHECK(copy.buf != b.buf);
  mg_free(copy.buf);
}

static void numbers(void) {
  uint16_t port = 0;
  size_t size = 0;
  CHECK(mg_str_to_num(mg_str("0x1f90"), 0, &port, sizeof(port)));
  CHECK_INT(port, 8080);
  CHECK(!mg_str_to_num(mg_str("65536"), 10, &port, sizeof(port)));
  CHECK(mg_to_size_t(mg_str(" 123 "), &size));
  CHECK_INT(size, 123);
  CHECK_INT(mg_ntohs(mg_htons(0x1234)), 0x1234);
  CHECK_INT(*(unsigned char *)&(uint16_t){mg_ntohs(0x1234)}, 0x12);
  CHECK_INT(*(unsigned char *)&(uint32_t){mg_ntohl(0x12345678)}, 0x12);
  CHECK_INT(*(unsigned char *)&(uint64_t){mg_ntohll(0x1234567890abcdef)}, 0x12);
}

static void patterns(void) {
  struct mg_str caps[3];
  CHECK(mg_match(mg_str("/api/led/7"), mg_str("/api/*/?"), caps));
  CHECK_STR(caps[0], "led");
  CHECK_STR(caps[1], "7");
  CHECK(!mg_match(mg_str("/api/a/b"), mg_str("/api/*"), NULL));
  CHECK(mg_path_is_sane(mg_str("a/b..c")));
  CHECK(!mg_path_is_sane(mg_str("a/../b")));
}

static void addresses(void) {
  struct mg_addr addr;
  memset(&addr, 0, sizeof(addr));
  CHECK(mg_aton(mg_str("10.1.2.3"), &addr));
  CHECK_BYTES(addr.addr.ip, 4, "\12\1\2\3", 4);
  CHECK_INT(mg_check_ip_acl(mg_str("-0.0.0.0/0,+10.0.0.0/8"), &addr), 1);
  CHECK_INT(mg_check_ip_acl(mg_str("+11.0.0.0/8"), &addr), 0);
  CHECK(mg_aton(mg_str("[fe80::1]"), &addr));
  CHECK(addr.is_ip6);
  CHECK_INT(addr.addr.ip[15], 1);
}

static void secrets(void) {
  char text[9] = "xxxxxxxx";
  unsigned char key[4] = {1, 2, 3, 4};
  CHECK_PTR(mg_random_str(text, sizeof(text)), text);
  CHECK_INT(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), 8);
  mg_bzero(key, sizeof(key));
  CHECK_BYTES(key, sizeof(key), "\0\0\0\0", 4);
}

int main(void) {
  slices();
  numbers();
  patterns();
  addresses();
  secrets();
  return test_result();
}
