// Variadic functions of JSON-RPC: collect the arguments and forward.
#include <stdarg.h>

struct mg_rpc_req;

void mg_rpc_vok(struct mg_rpc_req *r, const char *fmt, va_list *ap);
void mg_rpc_verr(struct mg_rpc_req *r, int code, const char *fmt, va_list *ap);

void mg_rpc_ok(struct mg_rpc_req *r, const char *fmt, ...);
void mg_rpc_err(struct mg_rpc_req *r, int code, const char *fmt, ...);

void mg_rpc_ok(struct mg_rpc_req *r, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  mg_rpc_vok(r, fmt, &ap);
  va_end(ap);
}

void mg_rpc_err(struct mg_rpc_req *r, int code, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  mg_rpc_verr(r, code, fmt, &ap);
  va_end(ap);
}
