// Chapter 02, 6-8 and chapter 03, 18: numbers from text; mg_to_size_t has no prototype.
#include "mongoose.h"
#include "test.h"

bool mg_to_size_t(struct mg_str str, size_t *val);

static void to_num(void) {
  static const struct {
    const char *text;
    int base;
    size_t size;
    bool ok;
    unsigned long long value;
  } rows[] = {
      {"255", 10, 1, true, 255},
      {"256", 10, 1, false, 0},
      {"65535", 10, 2, true, 65535},
      {"65536", 10, 2, false, 0},
      {"4294967295", 10, 4, true, 4294967295ULL},
      {"4294967296", 10, 4, false, 0},
      {"18446744073709551615", 10, 8, true, 18446744073709551615ULL},
      {"18446744073709551616", 10, 8, false, 0},
      {"00000000000000000000000255", 10, 1, true, 255},
      {"fF", 16, 1, true, 255},
      {"100", 16, 1, false, 0},
      {"0x12", 16, 2, false, 0},
      {"11111111", 2, 1, true, 255},
      {"111111111", 2, 1, false, 0},
      {"12", 2, 1, false, 0},
      {"12", 8, 1, false, 0},
      {"12", 10, 3, false, 0},
      {"", 10, 4, false, 0},
      {"-1", 10, 4, false, 0},
      {"+1", 10, 4, false, 0},
      {" 1", 10, 4, false, 0},
      {"1 ", 10, 4, false, 0},
      {"0x1f", 0, 4, true, 31},
      {"0b101", 0, 4, true, 5},
      {"07", 0, 4, true, 7},
      {"00", 0, 4, true, 0},
      {"42", 0, 4, true, 42},
      {"7", 0, 4, false, 0},
      {"0", 0, 4, false, 0},
      {"0x", 0, 4, false, 0},
      {"0b", 0, 4, false, 0},
      {"0X1", 0, 4, false, 0},
      {"0B1", 0, 4, false, 0},
      {"0o7", 0, 4, false, 0},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    unsigned char out[16];
    memset(out, 0xa5, sizeof(out));
    bool ok = mg_str_to_num(mg_str(rows[i].text), rows[i].base, out + 7, rows[i].size);
    if (!test_check_int(__FILE__, __LINE__, rows[i].text, ok, rows[i].ok)) continue;
    unsigned long long value = 0;
    if (ok) memcpy(&value, out + 7, rows[i].size);
    test_check_int(__FILE__, __LINE__, rows[i].text, (long long)value, (long long)rows[i].value);
    if (!ok) CHECK_INT(out[7], 0xa5);
    CHECK_INT(out[6], 0xa5);
    if (rows[i].size < 8) CHECK_INT(out[7 + rows[i].size], 0xa5);
  }
  uint32_t number = 5;
  CHECK(!mg_str_to_num(mg_str(NULL), 10, &number, sizeof(number)));
  CHECK_INT(number, 5);
}

static void to_size_t(void) {
  static const struct {
    const char *text;
    bool ok;
    size_t value;
  } rows[] = {
      {"0", true, 0},
      {" \t12\t ", true, 12},
      {"007", true, 7},
      {"18446744073709551615", true, SIZE_MAX},
      {"18446744073709551616", false, 0},
      {"99999999999999999999999", false, 0},
      {"", false, 0},
      {"  ", false, 0},
      {"-1", false, 0},
      {"+1", false, 0},
      {"1 2", false, 0},
      {"12a", false, 0},
      {"0x5", false, 0},
      {"5\r", false, 0},
      {"\n5", false, 0},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    size_t value = 99;
    test_check_int(__FILE__, __LINE__, rows[i].text, mg_to_size_t(mg_str(rows[i].text), &value),
                   rows[i].ok);
    test_check_int(__FILE__, __LINE__, rows[i].text, (long long)value,
                   (long long)(rows[i].ok ? rows[i].value : 99));
  }
}

int main(void) {
  to_num();
  to_size_t();
  return test_result();
}
