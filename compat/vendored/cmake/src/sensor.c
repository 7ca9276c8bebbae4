#include "sensor.h"

void sensor_read(void *arg) {
  struct sensor *sensor = (struct sensor *)arg;
  sensor->celsius = 20.5;
  sensor->readings++;
}
