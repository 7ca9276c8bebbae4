#include "mongoose.h"

size_t size_in_c(void);

size_t size_in_c(void) {
  return sizeof(struct mg_connection);
}
