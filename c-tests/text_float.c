// Chapter 02, 21-25: floating point; section 12, 7-9: large exponents print right and end.
// All widths and precisions stay within 39 characters or the width.
// History: a9df523f-format | widths and precisions of 0 to 200 for %g and %f
#include <float.h>

#include "mongoose.h"
#include "test.h"

static const struct {
  const char *format;
  double value;
  const char *want;
} rows[] = {
    {"%g", 2500, "2500"},
    {"%g", 250000, "250000"},
    {"%g", 2500000, "2.5e+06"},
    {"%g", 999999.5, "1e+06"},
    {"%g", 0.00002, "0.00002"},
    {"%g", 0.000003, "3e-06"},
    {"%g", 0.0001239, "0.000123"},
    {"%g", 0.061380184, "0.06138"},
    {"%g", 6.5e123, "6.5e+123"},
    {"%g", 7e100, "7e+100"},
    {"%g", -3.25e102, "-3.25e+102"},
    {"%g", 4e-207, "4e-207"},
    {"%.3g", 1234, "1.23e+03"},
    {"%.3g", 0.0456, "0.045"},
    {"%.2g", 9.96, "10"},
    {"%.2g", 10.5, "11"},
    {"%.7g", 123456.7, "123456.7"},
    {"%.1g", 4321, "4821"},
    {"%.0g", 4321, "9321"},
    {"%.1g", 0.07, "0."},
    {"%#g", 1.5, "0x1.5"},
    {"%f", 0, "0"},
    {"%.2f", 0, "0"},
    {"%f", -0.0, "0"},
    {"%.2f", 0.105, "0.10"},
    {"%.2f", 0.755, "0.75"},
    {"%.2f", 0.019, "0.01"},
    {"%.2f", 0.0196, "0.02"},
    {"%.2f", 99.995, "100.00"},
    {"%.1f", 4158.95, "4159.0"},
    {"%.1f", -0.04, "-0.0"},
    {"%.3f", 0.0006, "0.000"},
    {"%.0f", 7.5, "8."},
    {"%.0f", 0.3, "0."},
    {"%8.2f", 2.5, "    2.50"},
    {"%-8.2f", 2.5, "2.50    "},
    {"%08.2f", -2.5, "000-2.50"},
};

int main(void) {
  char out[400];
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    mg_snprintf(out, sizeof(out), rows[i].format, rows[i].value);
    test_check_text(__FILE__, __LINE__, rows[i].format, out, rows[i].want);
  }
  double zero = atof("0");
  mg_snprintf(out, sizeof(out), "%g %f %.3f %g", 1 / zero, -1 / zero, zero / zero, -(zero / zero));
  CHECK_TEXT(out, "inf -inf nan nan");
  mg_snprintf(out, sizeof(out), "%.*f %.*g", -1, 2.6, -1, 2.6);
  CHECK_TEXT(out, "3. 7");

  static const double values[] = {1e308, DBL_MAX,  -DBL_MAX, 1e40,
                                  0.1,   4.9e-324, 1e-300,   123456.789};
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    for (int n = 0; n <= 200; n++) {
      CHECK(mg_snprintf(out, sizeof(out), "%.*g", n, values[i]) <= 39);
      CHECK(mg_snprintf(out, sizeof(out), "%.*f", n, values[i]) <= 39);
      char format[20];
      mg_snprintf(format, sizeof(format), "%%%dg%%%d.%df", n, n, n);
      size_t len = mg_snprintf(out, sizeof(out), format, values[i], values[i]);
      CHECK(len <= 2 * (size_t)(n > 39 ? n : 39));
      CHECK(len >= 2 * (size_t)n);
    }
    mg_snprintf(out, sizeof(out), "%.300000000f", values[i]);
    CHECK(strlen(out) <= 39);
  }
  mg_snprintf(out, sizeof(out), "%g", 4.94e-324);
  CHECK(strstr(out, "inf") == NULL);
  mg_snprintf(out, sizeof(out), "%g", DBL_MAX);
  CHECK_TEXT(out, "1.79769e+308");
  return test_result();
}
