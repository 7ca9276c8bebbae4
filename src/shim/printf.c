// Variadic entry points of the formatting functions: each only forwards its arguments.
#include <stdarg.h>
#include <stddef.h>

struct mg_queue;
typedef void (*mg_pfn_t)(char, void *);

size_t mg_vxprintf(mg_pfn_t fn, void *arg, const char *fmt, va_list *ap);
size_t mg_vsnprintf(char *buf, size_t len, const char *fmt, va_list *ap);
char *mg_vmprintf(const char *fmt, va_list *ap);
size_t meerkat_queue_vprintf(struct mg_queue *q, const char *fmt, va_list *measure, va_list *print);

size_t mg_xprintf(mg_pfn_t fn, void *arg, const char *fmt, ...);
size_t mg_snprintf(char *buf, size_t len, const char *fmt, ...);
char *mg_mprintf(const char *fmt, ...);
size_t mg_queue_printf(struct mg_queue *q, const char *fmt, ...);

size_t mg_xprintf(mg_pfn_t fn, void *arg, const char *fmt, ...) {
  size_t n;
  va_list ap;
  va_start(ap, fmt);
  n = mg_vxprintf(fn, arg, fmt, &ap);
  va_end(ap);
  return n;
}

size_t mg_snprintf(char *buf, size_t len, const char *fmt, ...) {
  size_t n;
  va_list ap;
  va_start(ap, fmt);
  n = mg_vsnprintf(buf, len, fmt, &ap);
  va_end(ap);
  return n;
}

char *mg_mprintf(const char *fmt, ...) {
  char *text;
  va_list ap;
  va_start(ap, fmt);
  text = mg_vmprintf(fmt, &ap);
  va_end(ap);
  return text;
}

// The text is formatted twice: to measure it, and into the booked room.
size_t mg_queue_printf(struct mg_queue *q, const char *fmt, ...) {
  size_t n;
  va_list measure, print;
  va_start(measure, fmt);
  va_copy(print, measure);
  n = meerkat_queue_vprintf(q, fmt, &measure, &print);
  va_end(print);
  va_end(measure);
  return n;
}
