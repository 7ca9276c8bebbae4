// JSON-RPC methods, and a Modbus/TCP server.
#include "event.h"

static void sum(struct mg_rpc_req *r) {
  long a = mg_json_get_long(r->frame, "$.params[0]", 0);
  long b = mg_json_get_long(r->frame, "$.params[1]", 0);
  mg_rpc_ok(r, "%ld", a + b + *(long *)r->rpc->fn_data);
}

static void refuse(struct mg_rpc_req *r) {
  mg_rpc_err(r, -5, "%m", MG_ESC("no"));
}

static void answer(struct mg_rpc_req *r, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  if (r->req_data == NULL) {
    mg_rpc_vok(r, fmt, &ap);
  } else {
    mg_rpc_verr(r, 7, fmt, &ap);
  }
  va_end(ap);
}

static void by_list(struct mg_rpc_req *r) {
  answer(r, "[%d]", 1);
}

static void ask(struct mg_rpc **head, const char *frame, void *req_data, const char *want) {
  struct mg_iobuf io = {NULL, 0, 0, 64};
  struct mg_rpc_req r = {head, NULL, mg_pfn_iobuf, &io, req_data, mg_str(frame)};
  mg_rpc_process(&r);
  CHECK_TEXT((char *)io.buf, want);
  mg_iobuf_free(&io);
}

static void rpc(void) {
  struct mg_rpc *head = NULL;
  long extra = 100;
  mg_rpc_add(&head, mg_str("sum"), sum, &extra);
  mg_rpc_add(&head, mg_str("refuse"), refuse, NULL);
  mg_rpc_add(&head, mg_str("by.*"), by_list, NULL);
  mg_rpc_add(&head, mg_str("list"), mg_rpc_list, NULL);
  CHECK_STR(head->method, "list");
  ask(&head, "{\"id\":1,\"method\":\"sum\",\"params\":[2,3]}", NULL, "{\"id\":1,\"result\":105}");
  ask(&head, "{\"id\":2,\"method\":\"refuse\"}", NULL,
      "{\"id\":2,\"error\":{\"code\":-5,\"message\":\"no\"}}");
  ask(&head, "{\"id\":3,\"method\":\"by.list\"}", NULL, "{\"id\":3,\"result\":[1]}");
  ask(&head, "{\"id\":4,\"method\":\"by.list\"}", &extra,
      "{\"id\":4,\"error\":{\"code\":7,\"message\":[1]}}");
  ask(&head, "{\"id\":5,\"method\":\"list\"}", NULL,
      "{\"id\":5,\"result\":[\"list\",\"by.*\",\"refuse\",\"sum\"]}");
  mg_rpc_del(&head, sum);
  ask(&head, "{\"id\":6,\"method\":\"list\"}", NULL,
      "{\"id\":6,\"result\":[\"list\",\"by.*\",\"refuse\"]}");
  mg_rpc_del(&head, NULL);
  CHECK_PTR(head, NULL);
}

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_modbus_req *mr = (struct mg_modbus_req *)ev_data;
  if (ev != MG_EV_MODBUS_REQ) return;
  (void)c;
  CHECK_INT(mr->func, MG_MODBUS_FUNC_READ_HOLDING_REGISTERS);
  CHECK_INT(mr->addr, 0x102);
  CHECK_INT(mr->len, 2);
  mr->u.regs[0] = 0x1234;
  mr->u.regs[1] = 0x5678;
}

static void modbus(void) {
  static const char want[] = "\0\7\0\0\0\7\1\3\4\x12\x34\x56\x78";
  struct mg_mgr mgr;
  char got[100];
  long n = -1;
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_modbus_listen(&mgr, "tcp://127.0.0.1:0", serve, NULL);
  int fd = plain_connect(listener);
  CHECK_INT(send(fd, "\0\7\0\0\0\6\1\3\1\2\0\2", 12, 0), 12);
  for (int i = 0; i < 1000 && n < 0; i++) {
    mg_mgr_poll(&mgr, 10);
    n = plain_recv_now(fd, got, sizeof(got));
  }
  CHECK_BYTES(got, n < 0 ? 0 : (size_t)n, want, sizeof(want) - 1);
  mg_mgr_free(&mgr);
  close(fd);
}

int main(void) {
  rpc();
  modbus();
  return test_result();
}
