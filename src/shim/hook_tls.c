// TLS entry points. A program that defines the mg_tls_* functions (the original's MG_TLS_CUSTOM)
// replaces them. In a library built without TLS, mg_tls_init raises an error.
#include <stddef.h>

struct mg_connection;
struct mg_mgr;
struct mg_tls_opts;

void mg_error(struct mg_connection *c, const char *fmt, ...);
void mg_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts);
void mg_tls_free(struct mg_connection *c);
long mg_tls_send(struct mg_connection *c, const void *buf, size_t len);
long mg_tls_recv(struct mg_connection *c, void *buf, size_t len);
size_t mg_tls_pending(struct mg_connection *c);
void mg_tls_flush(struct mg_connection *c);
void mg_tls_handshake(struct mg_connection *c);
void mg_tls_ctx_init(struct mg_mgr *mgr);
void mg_tls_ctx_free(struct mg_mgr *mgr);

#ifdef MEERKAT_TLS

void meerkat_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts);
void meerkat_tls_free(struct mg_connection *c);
long meerkat_tls_send(struct mg_connection *c, const void *buf, size_t len);
long meerkat_tls_recv(struct mg_connection *c, void *buf, size_t len);
size_t meerkat_tls_pending(struct mg_connection *c);
void meerkat_tls_flush(struct mg_connection *c);
void meerkat_tls_handshake(struct mg_connection *c);
void meerkat_tls_ctx_free(struct mg_mgr *mgr);

__attribute__((weak)) void mg_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts) {
  meerkat_tls_init(c, opts);
}

__attribute__((weak)) void mg_tls_free(struct mg_connection *c) {
  meerkat_tls_free(c);
}

__attribute__((weak)) long mg_tls_send(struct mg_connection *c, const void *buf, size_t len) {
  return meerkat_tls_send(c, buf, len);
}

__attribute__((weak)) long mg_tls_recv(struct mg_connection *c, void *buf, size_t len) {
  return meerkat_tls_recv(c, buf, len);
}

__attribute__((weak)) size_t mg_tls_pending(struct mg_connection *c) {
  return meerkat_tls_pending(c);
}

__attribute__((weak)) void mg_tls_flush(struct mg_connection *c) {
  meerkat_tls_flush(c);
}

__attribute__((weak)) void mg_tls_handshake(struct mg_connection *c) {
  meerkat_tls_handshake(c);
}

// Configurations are made when they are first needed.
__attribute__((weak)) void mg_tls_ctx_init(struct mg_mgr *mgr) {
  (void)mgr;
}

__attribute__((weak)) void mg_tls_ctx_free(struct mg_mgr *mgr) {
  meerkat_tls_ctx_free(mgr);
}

#else

enum { IO_ERR = -1 };

__attribute__((weak)) void mg_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts) {
  (void)opts;
  if (c != NULL) mg_error(c, "TLS is not enabled");
}

__attribute__((weak)) void mg_tls_free(struct mg_connection *c) {
  (void)c;
}

__attribute__((weak)) long mg_tls_send(struct mg_connection *c, const void *buf, size_t len) {
  (void)c, (void)buf, (void)len;
  return IO_ERR;
}

__attribute__((weak)) long mg_tls_recv(struct mg_connection *c, void *buf, size_t len) {
  (void)c, (void)buf, (void)len;
  return IO_ERR;
}

__attribute__((weak)) size_t mg_tls_pending(struct mg_connection *c) {
  (void)c;
  return 0;
}

__attribute__((weak)) void mg_tls_flush(struct mg_connection *c) {
  (void)c;
}

__attribute__((weak)) void mg_tls_handshake(struct mg_connection *c) {
  if (c != NULL) mg_error(c, "TLS is not enabled");
}

__attribute__((weak)) void mg_tls_ctx_init(struct mg_mgr *mgr) {
  (void)mgr;
}

__attribute__((weak)) void mg_tls_ctx_free(struct mg_mgr *mgr) {
  (void)mgr;
}

#endif
