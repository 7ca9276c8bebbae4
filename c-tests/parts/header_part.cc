#include "mongoose.h"

extern "C" size_t size_in_cpp(void);

size_t size_in_cpp(void) {
  return sizeof(struct mg_connection);
}
