// Chapter 06, checklist 1 to 12, section 9, 1 to 4: JSON-RPC requests, responses, errors and the list
// of methods, which handlers may change while they run.
#include "mongoose.h"
#include "test.h"

static struct mg_rpc *head;
static int number = 7, *found;

static void get(struct mg_rpc_req *r) {
  found = (int *)r->rpc->fn_data;
  mg_rpc_ok(r, "%d", *found);
}

static void off(struct mg_rpc_req *r) {
  mg_rpc_ok(r, NULL);
}

static void bad(struct mg_rpc_req *r) {
  mg_rpc_err(r, -5, NULL);
}

static void refuse(struct mg_rpc_req *r) {
  mg_rpc_err(r, 400, "%m", MG_ESC("two numbers"));
}

static void response(struct mg_rpc_req *r) {
  (void)r;
  number++;
}

// Deletes itself and all others, and goes on.
static void delete_all(struct mg_rpc_req *r) {
  mg_rpc_del(r->head, NULL);
  CHECK_PTR(*r->head, NULL);
  mg_rpc_ok(r, "%.*s", (int)r->rpc->method.len, "\"gone\"");
}

// Has itself called once more, and is deleted meanwhile.
static void nested(struct mg_rpc_req *r) {
  static bool inner;
  if (!inner) {
    inner = true;
    mg_rpc_process(r);
    CHECK_PTR(r->rpc->fn_data, &number);
  } else {
    mg_rpc_del(r->head, nested);
  }
}

static void exchange(struct mg_rpc **list, const char *frame, const char *want) {
  struct mg_iobuf io = {NULL, 0, 0, 0};
  struct mg_rpc_req r;
  char *copy = strdup(frame);  // without room behind it
  memset(&r, 0, sizeof(r));
  r.head = list;
  r.pfn = mg_pfn_iobuf;
  r.pfn_data = &io;
  r.frame = mg_str_n(copy, strlen(copy));
  mg_rpc_process(&r);
  CHECK_TEXT((char *)io.buf, want);
  mg_iobuf_free(&io);
  free(copy);
}

int main(void) {
  exchange(NULL, "{\"id\":1,\"method\":\"a\"}",
           "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"a not found\"}}");
  mg_rpc_add(&head, mg_str("led.get"), get, &number);
  mg_rpc_add(&head, mg_str("led.off"), off, NULL);
  mg_rpc_add(&head, mg_str("bad"), bad, NULL);
  mg_rpc_add(&head, mg_str("sum"), refuse, NULL);
  mg_rpc_add(&head, mg_str("pump.*"), off, NULL);
  mg_rpc_add(&head, mg_str("list"), mg_rpc_list, NULL);

  exchange(&head, "{\"id\":3,\"method\":\"led.get\"}", "{\"id\":3,\"result\":7}");
  CHECK_PTR(found, &number);
  exchange(&head, "{\"method\":\"led.get\"}", NULL);
  exchange(&head, "{\"id\":\"q\\\"7\",\"method\":\"led.off\"}",
           "{\"id\":\"q\\\"7\",\"result\":null}");
  exchange(&head, "{\"id\":{\"k\":[1]},\"method\":\"bad\"}",
           "{\"id\":{\"k\":[1]},\"error\":{\"code\":-5,\"message\":null}}");
  exchange(&head, "{\"method\":\"sum\"}", "{\"error\":{\"code\":400,\"message\":\"two numbers\"}}");
  exchange(&head, "{\"id\":1,\"method\":\"pump.x/y\"}",
           "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"pump.x/y not found\"}}");
  exchange(&head, "{\"id\":1,\"method\":\"pump.on\"}", "{\"id\":1,\"result\":null}");
  exchange(&head, "[{\"id\":1}]", "{\"error\":{\"code\":-32700,\"message\":\"[{\\\"id\\\":1}]\"}}");
  exchange(&head, "", "{\"error\":{\"code\":-32700,\"message\":\"\"}}");

  // Responses.
  exchange(&head, "{\"id\":1,\"result\":5}",
           "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\" not found\"}}");
  mg_rpc_add(&head, mg_str(""), response, NULL);
  exchange(&head, "{\"id\":1,\"result\":null}", NULL);
  CHECK_INT(number, 8);

  // The list has no empty pattern, also in front; the newest registration wins.
  mg_rpc_del(&head, off);
  exchange(&head, "{\"id\":1,\"method\":\"list\"}",
           "{\"id\":1,\"result\":[\"list\",\"sum\",\"bad\",\"led.get\"]}");
  mg_rpc_add(&head, mg_str("sum"), get, &number);
  exchange(&head, "{\"id\":1,\"method\":\"sum\"}", "{\"id\":1,\"result\":8}");

  mg_rpc_add(&head, mg_str("nested"), nested, &number);
  exchange(&head, "{\"id\":1,\"method\":\"nested\"}", NULL);
  exchange(&head, "{\"id\":1,\"method\":\"nested\"}",
           "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"nested not found\"}}");
  mg_rpc_add(&head, mg_str("delete"), delete_all, NULL);
  exchange(&head, "{\"id\":1,\"method\":\"delete\"}", "{\"id\":1,\"result\":\"gone\"}");
  CHECK_PTR(head, NULL);

  // The echo of a large frame that is no JSON is cut.
  static char large[100001];
  struct mg_iobuf io = {NULL, 0, 0, 0};
  memset(large, '"', sizeof(large) - 1);
  struct mg_rpc_req r = {NULL, NULL, mg_pfn_iobuf, &io, NULL, mg_str_n(large, sizeof(large) - 1)};
  mg_rpc_process(&r);
  CHECK(io.len > 1000 && io.len < 10000);
  mg_iobuf_free(&io);

  mg_rpc_add(NULL, mg_str("x"), off, NULL);
  mg_rpc_del(NULL, NULL);
  mg_rpc_process(NULL);
  mg_rpc_ok(NULL, NULL);
  mg_rpc_err(NULL, 0, NULL);
  mg_rpc_list(NULL);
  return test_result();
}
