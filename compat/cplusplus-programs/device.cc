// Old programs include C headers this way, not knowing that they need not.
extern "C" {
#include "mongoose.h"
#include "mongoose_guard.h"
}
#include "device.h"

bool device_is_open(const Device &device) {
  return device.listener != nullptr && device.listener->is_listening;
}

size_t device_sizes() {
  return sizeof(mg_connection) + sizeof(mg_mgr) + sizeof(mg_http_message) + sizeof(mg_dash_user) +
         sizeof(mg_stats);
}
