// JSON-RPC 2.0 over WebSocket, with a page to call the methods from.
//
//   json-rpc [-l URL] [-v LEVEL]
//
//   -l URL   http://localhost:8000
//
//   GET /   the page
//   /rpc    the WebSocket; these are its methods:
//
//   add [NUMBER, ...]             their sum
//   level.get                     {"level": 50}
//   level.set {"level": 0..100}   and everyone who is connected hears of it
//   uptime                        in milliseconds
//   methods                       names of all methods
#include <signal.h>

#include "mongoose.h"

static volatile sig_atomic_t stop_signal;
static struct mg_rpc *methods;
static long level = 50;

static void on_signal(int number) {
  stop_signal = number;
}

static const char *page =
    "<!DOCTYPE html><meta charset=utf-8><title>JSON-RPC</title>\n"
    "<style>body { font: 16px sans-serif; margin: 2em; max-width: 40em; }\n"
    "input, select, button { font: inherit; } #params { width: 14em; }</style>\n"
    "<h1>Call a method</h1>\n"
    "<p><select id=method></select> <input id=params placeholder='params, as JSON'>\n"
    "<button id=call disabled>Call</button> <span id=state>connecting</span></p>\n"
    "<p>Level: <b id=level>?</b></p><pre id=log></pre>\n"
    "<script>\n"
    "const element = id => document.getElementById(id);\n"
    "const waiting = new Map();  // by id\n"
    "const ws = new WebSocket(location.href.replace(/^http/, 'ws') + 'rpc');\n"
    "let last_id = 0;\n"
    "function show(text) { element('log').textContent += text + '\\n'; }\n"
    "function call(method, params) {\n"
    "  const id = ++last_id;\n"
    "  ws.send(JSON.stringify({jsonrpc: '2.0', id, method, params}));\n"
    "  return new Promise(resolve => waiting.set(id, resolve));\n"
    "}\n"
    "ws.onmessage = event => {\n"
    "  const message = JSON.parse(event.data), resolve = waiting.get(message.id);\n"
    "  waiting.delete(message.id);\n"
    "  if (resolve) resolve(message);\n"
    "  if (message.method == 'level.changed') element('level').textContent = "
    "message.params.level;\n"
    "};\n"
    "ws.onopen = async () => {\n"
    "  element('state').textContent = 'connected';\n"
    "  for (const name of (await call('methods')).result.sort())\n"
    "    element('method').add(new Option(name));\n"
    "  element('level').textContent = (await call('level.get')).result.level;\n"
    "  element('call').disabled = false;\n"
    "};\n"
    "ws.onclose = () => {\n"
    "  element('state').textContent = 'closed';\n"
    "  element('call').disabled = true;\n"
    "};\n"
    "element('call').onclick = async () => {\n"
    "  const method = element('method').value, text = element('params').value;\n"
    "  let params;\n"
    "  try { params = text ? JSON.parse(text) : undefined; }\n"
    "  catch (problem) { return show(problem.message); }\n"
    "  const answer = await call(method, params);\n"
    "  show(`${method}(${text}) = ` + JSON.stringify(answer.result ?? answer.error));\n"
    "};\n"
    "</script>\n";

// Adds what an array holds.
static void add(struct mg_rpc_req *r) {
  struct mg_str numbers = mg_json_get_tok(r->frame, "$.params"), key, value;
  double sum = 0, number;
  size_t offset = 0;
  if (numbers.len == 0 || numbers.buf[0] != '[') {
    mg_rpc_err(r, -32602, "%m", MG_ESC("an array is needed"));
    return;
  }
  while ((offset = mg_json_next(numbers, offset, &key, &value)) > 0) {
    if (!mg_json_get_num(value, "$", &number)) {
      mg_rpc_err(r, -32602, "%m", MG_ESC("numbers only"));
      return;
    }
    sum += number;
  }
  mg_rpc_ok(r, "%g", sum);
}

static void get_level(struct mg_rpc_req *r) {
  mg_rpc_ok(r, "{%m:%ld}", MG_ESC("level"), level);
}

// Tells all WebSockets about the level: a notification, which has no id.
static void announce_level(struct mg_mgr *mgr) {
  for (struct mg_connection *c = mgr->conns; c != NULL; c = c->next) {
    if (!c->is_websocket) continue;
    mg_ws_printf(c, WEBSOCKET_OP_TEXT, "{%m:%m,%m:%m,%m:{%m:%ld}}", MG_ESC("jsonrpc"),
                 MG_ESC("2.0"), MG_ESC("method"), MG_ESC("level.changed"), MG_ESC("params"),
                 MG_ESC("level"), level);
  }
}

static void set_level(struct mg_rpc_req *r) {
  long wanted = mg_json_get_long(r->frame, "$.params.level", -1);
  if (wanted < 0 || wanted > 100) {
    mg_rpc_err(r, -32602, "%m", MG_ESC("level is 0 to 100"));
    return;
  }
  level = wanted;
  announce_level((struct mg_mgr *)r->req_data);
  get_level(r);
}

static void uptime(struct mg_rpc_req *r) {
  mg_rpc_ok(r, "%llu", (unsigned long long)mg_millis());
}

// Handles one frame. The answer is collected first: methods may send to the connection too.
static void process(struct mg_connection *c, struct mg_str frame) {
  struct mg_iobuf answer = {NULL, 0, 0, 256};
  struct mg_rpc_req r;
  memset(&r, 0, sizeof(r));
  r.head = &methods;
  r.pfn = mg_pfn_iobuf;
  r.pfn_data = &answer;
  r.req_data = c->mgr;
  r.frame = frame;
  mg_rpc_process(&r);
  if (answer.len > 0) mg_ws_send(c, answer.buf, answer.len, WEBSOCKET_OP_TEXT);
  mg_iobuf_free(&answer);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    if (mg_match(hm->uri, mg_str("/rpc"), NULL)) {
      mg_ws_upgrade(c, hm, NULL);
    } else if (mg_match(hm->uri, mg_str("/"), NULL)) {
      mg_http_reply(c, 200, "Content-Type: text/html\r\n", "%s", page);
    } else {
      mg_http_reply(c, 404, "", "not here\n");
    }
  } else if (ev == MG_EV_WS_MSG) {
    process(c, ((struct mg_ws_message *)ev_data)->data);
  }
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  const char *url = "http://localhost:8000";
  struct mg_mgr mgr;

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      url = argv[i + 1];
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_rpc_add(&methods, mg_str("add"), add, NULL);
  mg_rpc_add(&methods, mg_str("level.get"), get_level, NULL);
  mg_rpc_add(&methods, mg_str("level.set"), set_level, NULL);
  mg_rpc_add(&methods, mg_str("uptime"), uptime, NULL);
  mg_rpc_add(&methods, mg_str("methods"), mg_rpc_list, NULL);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, url, on_event, NULL);
  if (listener != NULL) {
    printf("listening on port %d\n", mg_ntohs(listener->loc.port));
    fflush(stdout);
    while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  }
  mg_mgr_free(&mgr);
  mg_rpc_del(&methods, NULL);
  return listener == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
