// Chapter 01, 43 and 44: mg_aton. It never touches the port and, when it fails, nothing else either
// (section 20, 15); "fe80::a%3" is expanded.
#include "event.h"

static const struct {
  const char *text, *printed;  // NULL: refused
  uint8_t scope;
} rows[] = {
    {"", "0.0.0.0", 0},
    {"localhost", "127.0.0.1", 0},
    {"LocalHOST", "127.0.0.1", 0},
    {"localhost.", NULL, 0},
    {"10.20.30.40", "10.20.30.40", 0},
    {"10.20.30.040", "10.20.30.40", 0},
    {"010.020.030.040", "10.20.30.40", 0},
    {"255.255.255.255", "255.255.255.255", 0},
    {"10.20.30", NULL, 0},
    {"10..30.40", NULL, 0},
    {"10.20.30.400", NULL, 0},
    {"10.20.30.256", NULL, 0},
    {"10.20.30.40 ", NULL, 0},
    {" 10.20.30.40", NULL, 0},
    {"+10.20.30.40", NULL, 0},
    {"10.20.30.40.50", NULL, 0},
    {"0x10.20.30.40", NULL, 0},
    {"2001:db8::7", "[2001:db8:0:0:0:0:0:7]", 0},
    {"[2001:db8::7]", "[2001:db8:0:0:0:0:0:7]", 0},
    {"[2001:db8::7", NULL, 0},
    {"::", "[0:0:0:0:0:0:0:0]", 0},
    {"::1", "[0:0:0:0:0:0:0:1]", 0},
    {"1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]", 0},
    {"ABCD::ef", "[abcd:0:0:0:0:0:0:ef]", 0},
    {"::ffff:192.0.2.9", "[0:0:0:0:0:ffff:c000:209]", 0},
    {"::FFFF:192.0.2.9", "[0:0:0:0:0:ffff:c000:209]", 0},
    {"::192.0.2.9", NULL, 0},
    {"[192.0.2.9]", NULL, 0},
    {"a:b:c:d:1:2:3", NULL, 0},
    {"12345::", NULL, 0},
    {"fe80:0:0:0:0:0:0:a%3", "[fe80:0:0:0:0:0:0:a]", 3},
    {"fe80::a%3", "[fe80:0:0:0:0:0:0:a]", 3},
    {"fe80::a%255", "[fe80:0:0:0:0:0:0:a]", 255},
    {"fe80::a%0", "[fe80:0:0:0:0:0:0:a]", 0},
    {"fe80::a%256", NULL, 0},
    {"fe80::a%", NULL, 0},
    {"fe80::a%eth0", NULL, 0},
    {"%5", NULL, 0},
    {"1::2::3", NULL, 0},
    {":1:2:3:4:5:6:7:8", NULL, 0},
    {"1:2:3:4:5:6:7:", NULL, 0},
};

int main(void) {
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct mg_addr addr, before;
    int failures = test_failures;
    memset(&addr, 0x5a, sizeof(addr));
    addr.is_ip6 = false;
    before = addr;
    CHECK_INT(mg_aton(mg_str(rows[i].text), &addr), rows[i].printed != NULL);
    CHECK_INT(addr.port, 0x5a5a);
    if (rows[i].printed == NULL) {
      CHECK_BYTES(&addr, sizeof(addr), &before, sizeof(before));
    } else {
      char printed[60];
      mg_snprintf(printed, sizeof(printed), "%M", mg_print_ip, &addr);
      CHECK_TEXT(printed, rows[i].printed);
      CHECK_INT(addr.is_ip6, strchr(rows[i].printed, '.') == NULL);
      if (addr.is_ip6) CHECK_INT(addr.scope_id, rows[i].scope);
    }
    if (failures != test_failures) fprintf(stderr, "  for \"%s\"\n", rows[i].text);
  }
  // Exactly the given length counts.
  struct mg_addr addr;
  CHECK(mg_aton(mg_str_n("1.2.3.45", 7), &addr));
  CHECK_INT(addr.addr.ip[3], 4);
  return test_result();
}
