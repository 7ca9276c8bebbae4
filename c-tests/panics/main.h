// What the generated rows use: BEGIN arms a place, the call follows, END looks at what came of it.
#include <stdio.h>
#include <string.h>

#include "mongoose.h"
#include "mongoose_guard.h"

void meerkat_failpoint(const char *name);

extern struct mg_mgr mgr;
extern struct mg_connection *c;

void begin(const char *name, const char *place, int on_connection);
void end(void);
void all_rows(void);

#define BEGIN(name, place, on_connection) begin(name, place, on_connection)
#define END() end()
