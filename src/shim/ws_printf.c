// Variadic WebSocket functions: collect the arguments and forward.
#include <stdarg.h>
#include <stddef.h>

struct mg_connection;
struct mg_http_message;
struct mg_mgr;

typedef void (*handler_t)(struct mg_connection *, int ev, void *ev_data);

struct mg_connection *meerkat_ws_vconnect(struct mg_mgr *mgr, const char *url, handler_t fn,
                                          void *fn_data, const char *fmt, va_list *ap);
void meerkat_ws_vupgrade(struct mg_connection *c, struct mg_http_message *hm, const char *fmt,
                         va_list *ap);
size_t mg_ws_vprintf(struct mg_connection *c, int op, const char *fmt, va_list *ap);

struct mg_connection *mg_ws_connect(struct mg_mgr *mgr, const char *url, handler_t fn,
                                    void *fn_data, const char *fmt, ...);
void mg_ws_upgrade(struct mg_connection *c, struct mg_http_message *hm, const char *fmt, ...);
size_t mg_ws_printf(struct mg_connection *c, int op, const char *fmt, ...);

struct mg_connection *mg_ws_connect(struct mg_mgr *mgr, const char *url, handler_t fn,
                                    void *fn_data, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  struct mg_connection *c = meerkat_ws_vconnect(mgr, url, fn, fn_data, fmt, &ap);
  va_end(ap);
  return c;
}

void mg_ws_upgrade(struct mg_connection *c, struct mg_http_message *hm, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  meerkat_ws_vupgrade(c, hm, fmt, &ap);
  va_end(ap);
}

size_t mg_ws_printf(struct mg_connection *c, int op, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  size_t n = mg_ws_vprintf(c, op, fmt, &ap);
  va_end(ap);
  return n;
}
