// A sensor that is read by a timer.
struct sensor {
  double celsius;
  int readings;
};

void sensor_read(void *sensor);
