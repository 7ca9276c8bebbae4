// The functions of mongoose_guard.h. They are weak because Mongoose does not have them: an object that
// was made for it may have functions of its own by these names, and links all the same.
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct mg_mgr;
struct mg_stats;
struct mg_connection;
struct mg_http_message;
struct mg_guard_event;
typedef void (*mg_pfn_t)(char, void *);
typedef void (*mg_event_handler_t)(struct mg_connection *, int, void *);
typedef bool (*mg_guard_handler_t)(struct mg_connection *, const struct mg_guard_event *, void *);
typedef bool (*mg_auth_handler_t)(struct mg_connection *, struct mg_http_message *, void *);

// Declares the Rust function and the public one that calls it.
#define ADDED(type, name, parameters) \
  type meerkat_##name parameters;     \
  type mg_##name parameters;          \
  __attribute__((weak)) type mg_##name parameters

ADDED(const char *, library_version, (void)) {
  return meerkat_library_version();
}

ADDED(const char *, set_option, (struct mg_mgr * mgr, const char *name, const char *value)) {
  return meerkat_set_option(mgr, name, value);
}

ADDED(const char *, get_option, (struct mg_mgr * mgr, const char *name, char *buf, size_t len)) {
  return meerkat_get_option(mgr, name, buf, len);
}

ADDED(const char *, option_name, (size_t index)) {
  return meerkat_option_name(index);
}

ADDED(void, get_stats, (const struct mg_mgr *mgr, struct mg_stats *stats)) {
  meerkat_get_stats(mgr, stats);
}

ADDED(size_t, print_stats, (mg_pfn_t out, void *arg, va_list *ap)) {
  return meerkat_print_stats(out, arg, ap);
}

ADDED(void, set_guard_handler, (struct mg_mgr * mgr, mg_guard_handler_t fn, void *fn_data)) {
  meerkat_set_guard_handler(mgr, fn, fn_data);
}

ADDED(void, set_request_handler,
      (struct mg_mgr * mgr, const char *pattern, mg_event_handler_t fn, void *fn_data)) {
  meerkat_set_request_handler(mgr, pattern, fn, fn_data);
}

ADDED(void, set_auth_handler,
      (struct mg_mgr * mgr, const char *pattern, mg_auth_handler_t fn, void *fn_data)) {
  meerkat_set_auth_handler(mgr, pattern, fn, fn_data);
}

ADDED(void, disable_http_endpoint, (struct mg_mgr * mgr, const char *pattern)) {
  meerkat_disable_http_endpoint(mgr, pattern);
}
