// C++20: the headers in the global fragment of a module.
module;
#include "mongoose.h"
#include "mongoose_guard.h"
export module device;

export unsigned long long uptime() {
  return mg_millis();
}

export bool limit(mg_mgr *mgr, unsigned most) {
  char text[20];
  mg_snprintf(text, sizeof(text), "%u", most);
  return mg_set_option(mgr, "max_connections", text) == nullptr;
}
