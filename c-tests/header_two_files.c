// The header in two C files and a C++ file of one program: nothing is defined twice.
// files: header_part.c header_part.cc
#include "mongoose.h"
#include "test.h"

size_t size_in_c(void);
size_t size_in_cpp(void);

int main(void) {
  CHECK_INT(size_in_c(), sizeof(struct mg_connection));
  CHECK_INT(size_in_cpp(), sizeof(struct mg_connection));
  return test_result();
}
