// Another configuration several times a second.
#ifndef SOAK_RECONFIGURE_H
#define SOAK_RECONFIGURE_H

#include "program.h"

// What the test begins and ends with: short deadlines, a limit that bursts reach, a certificate of
// directory `pki`, and a spare listener with handler `fn`, whose port is printed once.
void configure(struct mg_mgr *mgr, const char *pki, mg_event_handler_t fn);

// Changes one thing: a limit, rate, list, size or deadline, and sometimes the certificate, the log
// level, a route, or whether the spare listener is there. A value that was set ten calls ago goes
// back to the configured one.
void reconfigure(struct mg_mgr *mgr, const char *pki, mg_event_handler_t fn);

#endif
