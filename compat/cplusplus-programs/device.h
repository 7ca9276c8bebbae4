// A program's own header, without a namespace: it includes the library's, whoever includes it.
#ifndef DEVICE_H
#define DEVICE_H

#include "mongoose.h"
#include "mongoose_guard.h"

struct Device {
  mg_mgr mgr;
  mg_connection *listener;
  int requests;
};

// In device.cc, which has the library's headers within extern "C".
bool device_is_open(const Device &device);
size_t device_sizes();

#endif
