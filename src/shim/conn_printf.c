// Variadic functions on connections: collect the arguments and forward.
#include <stdarg.h>
#include <stddef.h>

struct mg_connection;

size_t mg_vprintf(struct mg_connection *c, const char *fmt, va_list *ap);
void meerkat_verror(struct mg_connection *c, const char *fmt, va_list *ap);
void meerkat_http_vreply(struct mg_connection *c, int code, const char *headers, const char *fmt,
                         va_list *ap);
void meerkat_http_vprintf_chunk(struct mg_connection *c, const char *fmt, va_list *ap);

size_t mg_printf(struct mg_connection *c, const char *fmt, ...);
void mg_error(struct mg_connection *c, const char *fmt, ...);
void mg_http_reply(struct mg_connection *c, int code, const char *headers, const char *fmt, ...);
void mg_http_printf_chunk(struct mg_connection *c, const char *fmt, ...);

size_t mg_printf(struct mg_connection *c, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  size_t n = mg_vprintf(c, fmt, &ap);
  va_end(ap);
  return n;
}

void mg_error(struct mg_connection *c, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  meerkat_verror(c, fmt, &ap);
  va_end(ap);
}

void mg_http_reply(struct mg_connection *c, int code, const char *headers, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  meerkat_http_vreply(c, code, headers, fmt, &ap);
  va_end(ap);
}

void mg_http_printf_chunk(struct mg_connection *c, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  meerkat_http_vprintf_chunk(c, fmt, &ap);
  va_end(ap);
}
