// Default log functions: a program that defines mg_log and mg_log_prefix replaces them.
#include <stdarg.h>

void meerkat_vlog(const char *fmt, va_list *ap);
void meerkat_log_prefix(int ll, const char *file, int line, const char *fname);

void mg_log(const char *fmt, ...);
void mg_log_prefix(int ll, const char *file, int line, const char *fname);

__attribute__((weak)) void mg_log(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  meerkat_vlog(fmt, &ap);
  va_end(ap);
}

__attribute__((weak)) void mg_log_prefix(int ll, const char *file, int line, const char *fname) {
  meerkat_log_prefix(ll, file, line, fname);
}
