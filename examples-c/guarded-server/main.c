// A web server that shows how it is guarded: a live page, and figures for Prometheus.
//
//   guarded-server [-l URL] [-o NAME=VALUE]... [-v LEVEL]
//
//   -l URL         http://localhost:8000
//   -o NAME=VALUE  sets an option of the guard, as -o max_connections=40
//
// SIGTERM drains: nobody new is accepted, and the program ends when its connections are gone, or
// half a minute later. A second signal, or SIGINT, ends it at once.
//
//   GET /          a little site
//   GET /metrics   all figures, for Prometheus
//   GET /live/     the live page: packed/site/live
//   GET /live/ws   WebSocket that gets a JSON message per second
//
// Attack it and watch: for i in $(seq 60); do (printf 'GET /'; sleep 60) | nc localhost 8000 & done
#include <signal.h>

#include "mongoose.h"
#include "mongoose_guard.h"

#define MAX_VIEWERS 16           // WebSockets: the guard spares them, so their number has a limit
#define MAX_VIEWERS_PER_IP 4     // of them
#define MAX_UNREAD (512 * 1024)  // a viewer who leaves more bytes unread gets no more
#define HISTORY 120              // seconds
#define MAX_EVENTS 200           // that are kept
#define MAX_EVENTS_PER_SECOND 8  // with an address
#define DRAIN_MS 30000           // that connections have to end

static volatile sig_atomic_t must_drain, must_stop;
static uint64_t started;  // mg_millis of the start

static void on_signal(int number) {
  if (number == SIGTERM && !must_drain) {
    must_drain = 1;
  } else {
    must_stop = 1;
  }
}

// ------------------------------------------------------------------------------------ the figures

// What follows `size` in struct mg_stats, in its order: every field is a uint64_t.
static const char *figures =
    "now_accepted now_outgoing now_connecting now_handshaking now_reading_header "
    "now_reading_body now_in_handler now_sending now_keep_alive_idle now_websocket "
    "now_tarpitted now_other now_max recv_bytes recv_bytes_max send_bytes send_bytes_max "
    "max_connections accepted closed outgoing outgoing_closed evicted refused_acl "
    "refused_per_ip refused_rate refused_full full_episodes full_ms timeout_io "
    "timeout_header timeout_body timeout_request timeout_keep_alive timeout_websocket "
    "rejected_400 rejected_401 rejected_403 rejected_404 rejected_405 rejected_408 "
    "rejected_411 rejected_413 rejected_414 rejected_429 rejected_431 rejected_503 malformed "
    "requests responses_1xx responses_2xx responses_3xx responses_4xx responses_5xx bytes_in "
    "bytes_out tls_handshakes_ok tls_handshakes_failed tls_handshakes_resumed "
    "websocket_messages websocket_policy_closes accept_no_descriptors accept_no_memory "
    "accept_other panics slow_handlers";

// The last seconds, one after the other; the newest is at (seconds - 1) % HISTORY.
static struct mg_stats history[HISTORY];
static size_t seconds;
static uint64_t measured;  // mg_millis of the newest

// Printer for %M with a const struct mg_stats *: an object.
static size_t print_figures(mg_pfn_t out, void *arg, va_list *ap) {
  const uint64_t *value = &va_arg(*ap, const struct mg_stats *)->now_accepted;
  struct mg_str rest = mg_str(figures), name;
  size_t len = mg_xprintf(out, arg, "{");
  while (mg_span(rest, &name, &rest, ' ')) {
    len += mg_xprintf(out, arg, "%s%m:%llu", len > 1 ? "," : "", mg_print_esc, (int)name.len,
                      name.buf, (unsigned long long)*value++);
  }
  return len + mg_xprintf(out, arg, "}");
}

// Printer for %M: an array of arrays, oldest second first, in the order of `figures`.
static size_t print_history(mg_pfn_t out, void *arg, va_list *ap) {
  size_t len = mg_xprintf(out, arg, "[");
  (void)ap;
  for (size_t n = seconds < HISTORY ? 0 : seconds - HISTORY; n < seconds; n++) {
    const struct mg_stats *stats = &history[n % HISTORY];
    const uint64_t *value = &stats->now_accepted;
    len += mg_xprintf(out, arg, len > 1 ? ",[" : "[");
    for (; value < &stats->slow_handlers; value++) {
      len += mg_xprintf(out, arg, "%llu,", (unsigned long long)*value);
    }
    len += mg_xprintf(out, arg, "%llu]", (unsigned long long)*value);
  }
  return len + mg_xprintf(out, arg, "]");
}

// ------------------------------------------------------------------------------------- the limits

static const char *limits =
    "max_connections max_connections_per_ip full_policy connect_rate over_rate request_rate "
    "io_timeout_ms header_timeout_ms min_body_rate request_timeout_ms keep_alive_timeout_ms "
    "websocket_ping_ms handler_warn_ms tarpit_ms max_header_size max_uri_size max_headers "
    "max_body_size max_recv_size max_send_size max_memory websocket_max_message_size "
    "websocket_allowed_origins";

// Printer for %M with a struct mg_mgr *: an object of the limits in force.
static size_t print_limits(mg_pfn_t out, void *arg, va_list *ap) {
  struct mg_mgr *mgr = va_arg(*ap, struct mg_mgr *);
  struct mg_str rest = mg_str(limits), span;
  size_t len = mg_xprintf(out, arg, "{");
  while (mg_span(rest, &span, &rest, ' ')) {
    char name[40], value[100];
    mg_snprintf(name, sizeof(name), "%.*s", (int)span.len, span.buf);
    if (mg_get_option(mgr, name, value, sizeof(value)) == NULL) continue;
    len += mg_xprintf(out, arg, "%s%m:%m", len > 1 ? "," : "", MG_ESC(name), MG_ESC(value));
  }
  return len + mg_xprintf(out, arg, "}");
}

// ------------------------------------------------------------------------------------- the events

// What the guard did, `count` times in the same second. No address stands for several.
struct event {
  uint64_t time;  // mg_millis of the first
  unsigned long count;
  int action, status;
  char option[32];
  struct mg_addr peer;
  bool has_peer;
};

// Event number n is at n % MAX_EVENTS. Those from `event_sent` on are of this second.
static struct event events[MAX_EVENTS];
static size_t event_count, event_sent;

static bool same_kind(const struct event *e, const struct mg_guard_event *event) {
  return e->action == event->action && e->status == event->status &&
         strcmp(e->option, event->option) == 0;
}

static bool same_address(const struct mg_addr *a, const struct mg_addr *b) {
  return a->is_ip6 == b->is_ip6 && memcmp(a->addr.ip, b->addr.ip, a->is_ip6 ? 16 : 4) == 0;
}

// Ten thousand events in a second become a few with counts: equal ones are one, and when there are
// too many different ones, the address is left out.
static bool on_guard(struct mg_connection *c, const struct mg_guard_event *event, void *fn_data) {
  bool with_peer = event_count - event_sent < MAX_EVENTS_PER_SECOND;
  (void)c;
  (void)fn_data;
  for (size_t n = event_sent; n < event_count; n++) {
    struct event *e = &events[n % MAX_EVENTS];
    if (!same_kind(e, event)) continue;
    if (e->has_peer ? !same_address(&e->peer, &event->peer) : with_peer) continue;
    e->count++;
    return true;
  }
  // Kinds are few, so those without an address don't flood either.
  if (event_count - event_sent < MAX_EVENTS / 2) {
    struct event *e = &events[event_count++ % MAX_EVENTS];
    e->time = mg_millis();
    e->count = 1;
    e->action = event->action;
    e->status = event->status;
    mg_snprintf(e->option, sizeof(e->option), "%s", event->option);
    e->peer = event->peer;
    e->has_peer = with_peer;
  }
  return true;  // the guard may go on
}

// Printer for %M with the number of the first event: an array, oldest first.
static size_t print_events(mg_pfn_t out, void *arg, va_list *ap) {
  static const char *actions[] = {"refuse", "evict", "timeout", "reject", "rate_limit"};
  size_t first = va_arg(*ap, size_t), len = mg_xprintf(out, arg, "[");
  for (size_t n = first; n < event_count; n++) {
    const struct event *e = &events[n % MAX_EVENTS];
    bool known = e->action >= 0 && e->action <= MG_GUARD_RATE_LIMIT;
    len += mg_xprintf(out, arg, "%s{\"id\":%llu,\"time\":%llu,\"count\":%lu", n > first ? "," : "",
                      (unsigned long long)n, (unsigned long long)e->time, e->count);
    len += mg_xprintf(out, arg, ",\"action\":%m,\"status\":%d,\"option\":%m",
                      MG_ESC(known ? actions[e->action] : "other"), e->status, MG_ESC(e->option));
    if (e->has_peer) len += mg_xprintf(out, arg, ",\"peer\":\"%M\"", mg_print_ip, &e->peer);
    len += mg_xprintf(out, arg, "}");
  }
  return len + mg_xprintf(out, arg, "]");
}

// ------------------------------------------------------------------------------------ the viewers

// Makes the message of this second. `first` is the number of the first event in it.
static void make_message(struct mg_mgr *mgr, struct mg_iobuf *message, size_t first) {
  mg_xprintf(mg_pfn_iobuf, message, "{\"started\":%llu,\"measured\":%llu,\"now\":%llu,",
             (unsigned long long)started, (unsigned long long)measured,
             (unsigned long long)mg_millis());
  mg_xprintf(mg_pfn_iobuf, message, "\"figures\":%M,\"limits\":%M,\"events\":%M", print_figures,
             &history[(seconds - 1) % HISTORY], print_limits, mgr, print_events, first);
}

// A new viewer gets all that has been kept.
static void welcome(struct mg_connection *c) {
  struct mg_iobuf message = {NULL, 0, 0, 4096};
  make_message(c->mgr, &message, event_count < MAX_EVENTS ? 0 : event_count - MAX_EVENTS);
  mg_xprintf(mg_pfn_iobuf, &message, ",\"history\":%M}", print_history);
  mg_ws_send(c, message.buf, message.len, WEBSOCKET_OP_TEXT);
  mg_iobuf_free(&message);
}

static void on_second(void *arg) {
  struct mg_mgr *mgr = (struct mg_mgr *)arg;
  struct mg_iobuf message = {NULL, 0, 0, 4096};
  struct mg_stats *stats = &history[seconds++ % HISTORY];
  stats->size = sizeof(*stats);
  mg_get_stats(mgr, stats);
  measured = mg_millis();
  make_message(mgr, &message, event_sent);
  mg_xprintf(mg_pfn_iobuf, &message, "}");
  for (struct mg_connection *c = mgr->conns; c != NULL; c = c->next) {
    // Who takes nothing at all is let go by io_timeout_ms.
    if (!c->is_websocket || c->send.len > MAX_UNREAD || must_drain) continue;
    mg_ws_send(c, message.buf, message.len, WEBSOCKET_OP_TEXT);
  }
  mg_iobuf_free(&message);
  event_sent = event_count;
}

static void begin_viewing(struct mg_connection *c, struct mg_http_message *hm) {
  int viewers = 0, neighbours = 0;
  for (struct mg_connection *other = c->mgr->conns; other != NULL; other = other->next) {
    viewers += other->is_websocket;
    neighbours += other->is_websocket && same_address(&other->rem, &c->rem);
  }
  if (viewers < MAX_VIEWERS && neighbours < MAX_VIEWERS_PER_IP) {
    mg_ws_upgrade(c, hm, NULL);
  } else {
    mg_http_reply(c, 503, "Retry-After: 10\r\n", "too many viewers\n");
  }
}

// --------------------------------------------------------------------------------------- the rest

static void on_request(struct mg_connection *c, struct mg_http_message *hm) {
  if (mg_match(hm->uri, mg_str("/metrics"), NULL)) {
    mg_http_reply(c, 200, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", "%M",
                  mg_print_stats, c->mgr);
  } else if (mg_match(hm->uri, mg_str("/live/ws"), NULL)) {
    begin_viewing(c, hm);
  } else {
    struct mg_http_serve_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = "/site";
    opts.fs = &mg_fs_packed;
    opts.extra_headers =
        "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'; base-uri 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\n";
    mg_http_serve_dir(c, hm, &opts);
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) on_request(c, (struct mg_http_message *)ev_data);
  if (ev == MG_EV_WS_OPEN) welcome(c);
}

static unsigned long long accepted_now(struct mg_mgr *mgr) {
  struct mg_stats stats = {.size = sizeof(stats)};
  mg_get_stats(mgr, &stats);
  return stats.now_accepted;
}

static void run(struct mg_mgr *mgr) {
  while (!must_drain && !must_stop) mg_mgr_poll(mgr, 1000);
  if (must_stop) return;
  uint64_t end = mg_millis() + DRAIN_MS;
  mg_set_option(mgr, "drain", "on");
  do {
    mg_mgr_poll(mgr, 100);
  } while (!must_stop && accepted_now(mgr) > 0 && mg_millis() < end);
}

// Sets an option given as name=value; false if that can't be.
static bool set_option(struct mg_mgr *mgr, char *text) {
  char *value = strchr(text, '=');
  if (value != NULL) *value++ = '\0';
  const char *problem = value == NULL ? "=VALUE is missing" : mg_set_option(mgr, text, value);
  if (problem != NULL) fprintf(stderr, "%s: %s\n", text, problem);
  return problem == NULL;
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-o NAME=VALUE]... [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

static int serve(struct mg_mgr *mgr, int argc, char *argv[]) {
  const char *url = "http://localhost:8000";
  mg_set_option(mgr, "websocket_allowed_origins", "same");
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      url = argv[i + 1];
    } else if (strcmp(argv[i], "-o") == 0) {
      if (!set_option(mgr, argv[i + 1])) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }
  struct mg_connection *listener = mg_http_listen(mgr, url, on_event, NULL);
  if (listener == NULL) return EXIT_FAILURE;
  mg_set_guard_handler(mgr, on_guard, NULL);
  mg_timer_add(mgr, 1000, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, on_second, mgr);
  printf("listening on port %d\n", mg_ntohs(listener->loc.port));
  fflush(stdout);
  run(mgr);
  return EXIT_SUCCESS;
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  started = mg_millis();
  mg_mgr_init(&mgr);
  int status = serve(&mgr, argc, argv);
  mg_mgr_free(&mgr);
  return status;
}
