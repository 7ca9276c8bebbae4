// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Meerkat's own additions to mongoose.h: limits, deadlines, access rules, rates, statistics.
//
// None of this is needed: the defaults protect an unmodified program, and the environment
// (MG_MAX_CONNECTIONS, MG_IO_TIMEOUT, MG_OPTIONS="name=value;name=value") sets options of a program
// that was only relinked. docs/options.md lists every option.
//
// All functions belong to the thread that polls the manager. Strings are copied unless said
// otherwise. A NULL manager is a harmless mistake: nothing happens, and what is returned says so.
#ifndef MONGOOSE_GUARD_H
#define MONGOOSE_GUARD_H

#include "mongoose.h"

#ifdef __cplusplus
extern "C" {
#endif

// Version of the library that this header belongs to, and of the one that the program runs with
// (docs/versioning.md). MG_VERSION is the interface's.
#define MEERKAT_VERSION "0.1.0"
const char *mg_library_version(void);

// Sets option `name` to `value`; NULL restores the default. Takes effect at once, for existing
// connections too where that makes sense.
//
// Returns NULL on success, else a constant English sentence that says what is wrong; nothing has
// changed then.
const char *mg_set_option(struct mg_mgr *mgr, const char *name, const char *value);

// Writes the value of option `name` as text, cut to `len` bytes with the terminating NUL, to `buf`.
// Returns `buf`; NULL for an unknown name, a NULL manager, or no room at all.
const char *mg_get_option(struct mg_mgr *mgr, const char *name, char *buf, size_t len);

// Name of option number `index`, from 0 on; NULL behind the last.
const char *mg_option_name(size_t index);

// Figures of a manager. The caller sets `size` to sizeof(struct mg_stats) before mg_get_stats, so
// that the structure can grow. Counters start at 0 with the manager and never go back.
struct mg_stats {
  size_t size;

  // Connections now; listeners and the wake-up channel are not counted.
  uint64_t now_accepted;         // made by a listener
  uint64_t now_outgoing;         // made by the program
  uint64_t now_connecting;       // looking a name up, connecting, or awaiting a PROXY header
  uint64_t now_handshaking;      // in a TLS handshake
  uint64_t now_reading_header;   // HTTP: waiting for a first request, or in the middle of a head
  uint64_t now_reading_body;     // HTTP: in the middle of a body
  uint64_t now_in_handler;       // HTTP: the program is producing a response
  uint64_t now_sending;          // unsent output that the peer does not take at the moment
  uint64_t now_keep_alive_idle;  // HTTP: between two requests
  uint64_t now_websocket;        // WebSocket
  uint64_t now_tarpitted;        // kept unread because it came too often
  uint64_t now_other;            // everything else: MQTT, raw TCP, UDP, outgoing HTTP
  uint64_t now_max;              // most connections at once so far

  // Memory of buffers now, in bytes, and the most so far.
  uint64_t recv_bytes;
  uint64_t recv_bytes_max;
  uint64_t send_bytes;
  uint64_t send_bytes_max;

  uint64_t max_connections;  // limit in force; 0 = none

  // Connections. accepted = closed + now_accepted; outgoing = outgoing_closed + now_outgoing.
  uint64_t accepted;
  uint64_t closed;
  uint64_t outgoing;
  uint64_t outgoing_closed;
  uint64_t evicted;  // of `closed`: made room for somebody else

  // Peers turned away at the door; only those in the tarpit are counted as accepted too.
  uint64_t refused_acl;     // access_control_list
  uint64_t refused_per_ip;  // max_connections_per_ip
  uint64_t refused_rate;    // connect_rate
  uint64_t refused_full;    // max_connections with full_policy=reject

  uint64_t full_episodes;  // times that accepting stopped because the manager was full
  uint64_t full_ms;        // how long in all, in milliseconds

  // Connections closed by a deadline.
  uint64_t timeout_io;          // io_timeout_ms
  uint64_t timeout_header;      // header_timeout_ms
  uint64_t timeout_body;        // min_body_rate
  uint64_t timeout_request;     // request_timeout_ms
  uint64_t timeout_keep_alive;  // keep_alive_timeout_ms
  uint64_t timeout_websocket;   // websocket_ping_ms

  // Requests that the library answered by itself.
  uint64_t rejected_400;
  uint64_t rejected_401;
  uint64_t rejected_403;
  uint64_t rejected_404;
  uint64_t rejected_405;
  uint64_t rejected_408;
  uint64_t rejected_411;
  uint64_t rejected_413;
  uint64_t rejected_414;
  uint64_t rejected_429;
  uint64_t rejected_431;
  uint64_t rejected_503;
  uint64_t malformed;  // connections closed for malformed HTTP, with or without an answer

  uint64_t requests;  // complete HTTP requests, rejected ones included
  uint64_t responses_1xx;
  uint64_t responses_2xx;
  uint64_t responses_3xx;
  uint64_t responses_4xx;
  uint64_t responses_5xx;

  uint64_t bytes_in;   // from peers, as on the wire
  uint64_t bytes_out;  // to peers, as on the wire

  uint64_t tls_handshakes_ok;
  uint64_t tls_handshakes_failed;
  uint64_t tls_handshakes_resumed;  // of those that went well

  uint64_t websocket_messages;       // received
  uint64_t websocket_policy_closes;  // closed by us with 1002, 1007, 1008 or 1009

  // Failures of accept().
  uint64_t accept_no_descriptors;  // EMFILE, ENFILE
  uint64_t accept_no_memory;       // ENOMEM, ENOBUFS, or none of ours
  uint64_t accept_other;

  uint64_t panics;         // bugs of the library that were contained
  uint64_t slow_handlers;  // calls of program code longer than handler_warn_ms
};

// Fills `*stats` up to its `size`; the rest is untouched. Costs no walk over the connections.
void mg_get_stats(const struct mg_mgr *mgr, struct mg_stats *stats);

// Printer for %M with one argument, a struct mg_mgr *: all figures in the text exposition format of
// Prometheus (version 0.0.4). Returns the number of bytes printed.
size_t mg_print_stats(mg_pfn_t out, void *arg, va_list *ap);

// What the guard is about to do.
enum mg_guard_action {
  MG_GUARD_REFUSE,      // turn a new peer away; the connection is the listener
  MG_GUARD_EVICT,       // close a connection to make room
  MG_GUARD_TIMEOUT,     // close a connection whose time is up
  MG_GUARD_REJECT,      // answer a request with an error status
  MG_GUARD_RATE_LIMIT,  // turn away or slow down a peer that comes too often
};

struct mg_guard_event {
  int action;                  // enum mg_guard_action
  int status;                  // HTTP status, WebSocket close code, or 0
  const char *option;          // name of the option that asks for it
  struct mg_addr peer;         // whom it concerns
  struct mg_http_message *hm;  // the request, where one has been read; else NULL
};

// Function that is asked before the guard acts. Returning false spares the peer this time. It may
// look at everything and change nothing but its own data.
typedef bool (*mg_guard_handler_t)(struct mg_connection *c, const struct mg_guard_event *event,
                                   void *fn_data);

// Sets the function that is asked; NULL asks nobody.
void mg_set_guard_handler(struct mg_mgr *mgr, mg_guard_handler_t fn, void *fn_data);

// Gives requests to a handler of their own. `pattern` is "GET,POST /api/#": methods, which may be
// left out, and a URI as for mg_match. A request that matches is reported to `fn`, with c->fn_data
// set to `fn_data` during the call, by MG_EV_HTTP_HDRS and MG_EV_HTTP_MSG; all other events and
// requests go to the connection's own handler. The first pattern that was registered wins.
//
// A request whose URI matches but whose method does not gets 405 with an Allow header, and OPTIONS
// gets 204 with one. Registering the same pattern again replaces the handler; `fn` NULL removes it.
void mg_set_request_handler(struct mg_mgr *mgr, const char *pattern, mg_event_handler_t fn,
                            void *fn_data);

// Function that decides whether a request may go on. When it returns false without having replied,
// the library answers 401.
typedef bool (*mg_auth_handler_t)(struct mg_connection *c, struct mg_http_message *hm,
                                  void *fn_data);

// Asks `fn` about every request that `pattern` (as above) matches, before any handler sees it.
// `fn` NULL removes.
void mg_set_auth_handler(struct mg_mgr *mgr, const char *pattern, mg_auth_handler_t fn,
                         void *fn_data);

// Answers every request that `pattern` matches with 404, before any handler sees it.
void mg_disable_http_endpoint(struct mg_mgr *mgr, const char *pattern);

#ifdef __cplusplus
}
#endif
#endif
