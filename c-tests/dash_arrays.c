// Chapter 06, checklist 29 and 32, section 9, 17 and 18: numbers in URIs, and how often callbacks
// are called.
#include "dash.h"

static int idx = -1, element, reads, deletes;
static bool never_ends;
static struct mg_field fields[] = {{"e", MG_VAL_INT, &element, sizeof(element)},
                                   {NULL, MG_VAL_INT, NULL, 0}};

// Five elements; without an end, any element exists.
static bool on_set(enum mg_dash_op op, struct mg_dash_user *u) {
  (void)u;
  if (op == MG_DASH_DELETE) {
    deletes++;
    return idx >= 0 && (never_ends || idx < 5);
  }
  reads++;
  CHECK(idx >= -1);
  element = 100 + idx;
  if (idx == -1) {
    idx = 5;
  } else if (idx >= 5 && !never_ends) {
    idx = -1;
  }
  return true;
}

static struct mg_field_set set = {"a", fields, on_set, &idx, NULL, NULL};

static struct answer get(struct mg_connection *l, const char *uri) {
  return dash_ask(l, "GET %s HTTP/1.1", uri);
}

int main(void) {
  struct mg_dash dash;
  memset(&dash, 0, sizeof(dash));
  MG_DASH_ADD_FIELD_SET(&dash, &set);
  struct mg_connection *l = peer_serve(mg_dash_ev_handler, &dash);

  // 29
  CHECK_ANSWER(get(l, "/api/get/a"), 200, "5\n");
  CHECK_ANSWER(get(l, "/api/get/a/4"), 200, "[{\"e\":104}]\n");
  CHECK_ANSWER(get(l, "/api/get/a/5"), 200, "[]\n");
  CHECK_ANSWER(get(l, "/api/get/a/3/99"), 200, "[{\"e\":103},{\"e\":104}]\n");
  CHECK_ANSWER(get(l, "/api/get/a/2/1"), 200, "[]\n");
  CHECK_INT(idx, -1);

  // 17
  static const char *const none[] = {"x", "-1", "", "1x", "2147483648", "4294967295", NULL};
  for (int i = 0; none[i] != NULL; i++) {
    char uri[100];
    mg_snprintf(uri, sizeof(uri), "/api/get/a/%s", none[i]);
    CHECK_ANSWER(get(l, uri), 200, "[]\n");
    CHECK_ANSWER(dash_post(l, uri, "{\"e\":1}"), 404, "null\n");
    mg_snprintf(uri, sizeof(uri), "/api/get/a/0/%s", none[i]);
    CHECK_ANSWER(get(l, uri), 200, "[]\n");
    mg_snprintf(uri, sizeof(uri), "/api/del/a/%s", none[i]);
    CHECK_ANSWER(get(l, uri), 404, "null\n");
  }
  CHECK_INT(deletes, 0);

  // 18: the size is the limit, whatever the callback says.
  CHECK_ANSWER(get(l, "/api/del/a/0/2147483647"), 200, "5\n");
  CHECK_INT(deletes, 6);
  CHECK_INT(idx, -1);
  never_ends = true;
  reads = deletes = 0;
  CHECK_ANSWER(get(l, "/api/del/a/2/2147483647"), 200, "4\n");
  CHECK_INT(deletes, 4);
  CHECK_INT(get(l, "/api/get/a/0/2147483647").status, 200);
  CHECK(reads < 20);

  peer_end();
  return test_result();
}
