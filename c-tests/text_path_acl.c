// Chapter 02, 55, 56: sane paths and address lists.
// History: 2f1a836b | forty paths and what is said of them
// History: b55de8b1 | paths with NUL, and of one and two bytes
#include "mongoose.h"
#include "test.h"

static void paths(void) {
  static const struct {
    const char *path;
    bool sane;
  } rows[] = {
      {"", true},
      {"a", true},
      {"a/b", true},
      {".", true},
      {"./a", true},
      {"a/./b", true},
      {".hidden", true},
      {"a/.hidden", true},
      {"notes..txt", true},
      {"notes..", true},
      {"a../b", true},
      {"/a", true},
      {"/", true},
      {"a/~", true},
      {"%2e%2e/a", true},
      {"a\\b", true},
      {"C:x", true},
      {"a//b", true},
      {"~", false},
      {"~a", false},
      {"..", false},
      {"...", false},
      {"../a", false},
      {"..a", false},
      {"..\\a", false},
      {"a/..", false},
      {"a/../b", false},
      {"a/..b", false},
      {"a/...", false},
      {"/..", false},
      {"//..", false},
      {"a\\..", false},
      {"a\\..\\b", false},
      {"/../etc/passwd", false},
      {"a/b/c/../../..", false},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    test_check_int(__FILE__, __LINE__, rows[i].path, mg_path_is_sane(mg_str(rows[i].path)),
                   rows[i].sane);
  }
  CHECK(mg_path_is_sane(mg_str_n("a/..", 3)));  // the second dot is not part of it
  CHECK(mg_path_is_sane(mg_str_n("..", 1)));
  CHECK(mg_path_is_sane(mg_str_n("..", 0)));
  CHECK(mg_path_is_sane(mg_str_n("\0..", 3)));
  CHECK(!mg_path_is_sane(mg_str_n("a\0b", 3)));
  CHECK(!mg_path_is_sane(mg_str_n("a\0/../b", 7)));
}

static void lists(void) {
  static const struct {
    const char *list;
    int want;  // for 10.1.2.3
  } rows[] = {
      {"", 1},
      {"+10.1.2.3", 1},
      {"-10.1.2.3", 0},
      {"+10.1.2.4", 0},
      {"+10.0.0.0/8", 1},
      {"+10.1.2.3/8", 0},
      {"+10.1.2.3/32", 1},
      {"+10.1.2.2/31", 1},
      {"+0.0.0.0/0", 1},
      {"-0.0.0.0/0,+10.0.0.0/8", 1},
      {"+10.0.0.0/8,-10.1.2.3", 0},
      {"+10.1.2.3,", 1},
      {"+010.01.2.3", 1},
      {"10.1.2.3", -1},
      {"+10.1.2.3, -10.1.2.3", -1},
      {"+10.1.2.3,,+10.1.2.3", -1},
      {",", -1},
      {"+", -2},
      {"-", -2},
      {"+10.1.2", -2},
      {"+10.1.2.3xyz", -2},  // section 12, 22
      {"+10.1.2.3/", -2},
      {"+ 10.1.2.3", -2},
      {"+10.1.2.256", -2},
      {"+10.1.2.3/33", -2},
      {"+10.1.2.3/-1", -2},
      {"+10.1.2.4294967299", -2},
  };
  struct mg_addr a;
  memset(&a, 0, sizeof(a));
  memcpy(&a, "\x0a\x01\x02\x03", 4);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    test_check_int(__FILE__, __LINE__, rows[i].list, mg_check_ip_acl(mg_str(rows[i].list), &a),
                   rows[i].want);
  }
  CHECK_INT(mg_check_ip_acl(mg_str_n("+10.1.2.34", 9), &a), 1);  // nothing behind the slice counts
  CHECK_INT(mg_check_ip_acl(mg_str_n("+10.1.2.3", 1), &a), -2);
  a.is_ip6 = true;
  CHECK_INT(mg_check_ip_acl(mg_str(""), &a), -1);
  CHECK_INT(mg_check_ip_acl(mg_str("+0.0.0.0/0"), &a), -1);
}

int main(void) {
  paths();
  lists();
  return test_result();
}
