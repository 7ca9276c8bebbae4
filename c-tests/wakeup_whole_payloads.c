// Chapter 01, section 20, 25: payloads arrive whole, whatever their length, and in order, also when
// many wait. mg_wakeup is true only if the message is queued: the queue has a bound.
// History: 7.22-wakeup | true only if the message is queued, whole
#include "event.h"

enum { BIG = 100000, MANY = 5000 };
static char data[BIG];
static int calls;
static size_t total;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_str *payload = (struct mg_str *)ev_data;
  (void)c;
  if (ev != MG_EV_WAKEUP) return;
  CHECK(payload->len <= BIG);
  if (payload->len == sizeof(int)) {
    int n;
    memcpy(&n, payload->buf, sizeof(n));
    if (n != calls) CHECK_INT(n, calls);
  } else {
    CHECK(memcmp(payload->buf, data, payload->len) == 0);
  }
  total += payload->len;
  calls++;
}

int main(void) {
  static const size_t lengths[] = {1, 16375, 16376, 16377, 65499, 65500, 65536, BIG};
  struct mg_mgr mgr;
  struct mg_connection *c;
  size_t sum = 0;
  int queued;
  for (size_t i = 0; i < BIG; i++) data[i] = (char)(i * 2654435761u >> 24);
  mg_mgr_init(&mgr);
  c = mg_wrapfd(&mgr, -1, on_event, NULL);
  CHECK(mg_wakeup_init(&mgr));
  for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
    CHECK(mg_wakeup(&mgr, c->id, data, lengths[i]));
    sum += lengths[i];
  }
  POLL_UNTIL(&mgr, calls == 8);
  CHECK_INT(total, sum);

  calls = 0;
  for (int i = 0; i < MANY; i++) CHECK(mg_wakeup(&mgr, c->id, &i, sizeof(i)));
  POLL_UNTIL(&mgr, calls == MANY);

  // Nobody polls: at some point the queue is full. What was taken arrives, and there is room again.
  calls = 0;
  for (queued = 0; queued < 100000 && mg_wakeup(&mgr, c->id, data, BIG);) queued++;
  CHECK(queued > 10 && queued < 100000);
  CHECK(!mg_wakeup(&mgr, c->id, data, BIG));
  POLL_UNTIL(&mgr, calls == queued);
  CHECK(mg_wakeup(&mgr, c->id, data, BIG));
  POLL_UNTIL(&mgr, calls == queued + 1);
  mg_mgr_free(&mgr);
  return test_result();
}
