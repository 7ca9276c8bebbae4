// What the server and the client of the soak test have in common.
#ifndef SOAK_PROGRAM_H
#define SOAK_PROGRAM_H

#include "mongoose.h"
#include "mongoose_guard.h"

// What the program itself saw, beside what the library counted.
struct seen {
  uint64_t accepts, accepted_closes, outgoing_closes, requests, handshakes, websocket_messages;
  uint64_t handed_over;  // connections whose further events go to the library's own handler
  uint64_t guard[5];     // by enum mg_guard_action
};

// Counts an event; to be called first in every handler.
void see(struct seen *seen, struct mg_connection *c, int ev);

// Polls until SIGTERM, or until standard input ends. From there come commands of one byte:
//
//   f   print all figures of `mgr`, `seen` and malloc, a `name value` a line, then `end`
//   t   give free memory that malloc keeps back to the system
//   ... go to `on_command`
void run_program(struct mg_mgr *mgr, const struct seen *seen,
                 void (*on_command)(struct mg_mgr *mgr, char command));

// A number below `limit`, from rand().
unsigned below(unsigned limit);

#endif
