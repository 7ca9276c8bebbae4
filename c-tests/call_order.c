// Chapter 01, 3: mg_call runs pfn, then fn; NULL handlers are skipped; a handler that pfn puts into
// c->fn gets the same event; handlers may call mg_call.
#include "event.h"

static char calls[32];

static void new_fn(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev < MG_EV_USER) return;
  strcat(calls, "N");
  if (ev == MG_EV_USER) mg_call(c, MG_EV_USER + 1, NULL);
  strcat(calls, ".");
}

static void fn(struct mg_connection *c, int ev, void *ev_data) {
  (void)c;
  if (ev >= MG_EV_USER) {
    strcat(calls, "F");
    CHECK_PTR(ev_data, calls);
  }
}

static void pfn(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev < MG_EV_USER) return;
  strcat(calls, "P");
  if (c->data[0] == 1) c->fn = new_fn;
}

int main(void) {
  struct mg_mgr mgr;
  struct mg_connection *c;
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, NULL, NULL);
  mg_call(c, MG_EV_USER, calls);
  CHECK_TEXT(calls, "");
  c->fn = fn;
  mg_call(c, MG_EV_USER, calls);
  CHECK_TEXT(calls, "F");
  c->pfn = pfn;
  mg_call(c, 1000000, calls);
  CHECK_TEXT(calls, "FPF");
  c->fn = NULL;
  mg_call(c, MG_EV_USER, calls);
  CHECK_TEXT(calls, "FPFP");
  c->data[0] = 1;
  calls[0] = '\0';
  mg_call(c, MG_EV_USER, calls);
  CHECK_TEXT(calls, "PNPN..");
  mg_mgr_free(&mgr);
  return test_result();
}
