// An exception leaves a function of the program that the library has called: which one says the
// argument. Prints "thrown" before, and "came through" or "went on" if the process lives afterwards.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "mongoose.h"
#include "mongoose_guard.h"

static mg_mgr mgr;
static bool is_thrown;

static void fail() {
  std::puts("thrown");
  std::fflush(stdout);
  is_thrown = true;
  throw std::runtime_error("of the program");
}

// ev_data of no event is of interest; `fn_data` points to the number of the event that throws.
static void on_event(mg_connection *c, int ev, void *) {
  if (ev == *static_cast<int *>(c->fn_data)) fail();
}

static void on_event_caught(mg_connection *c, int ev, void *ev_data) {
  try {
    on_event(c, ev, ev_data);
  } catch (const std::exception &) {
    mg_http_reply(c, 500, "", "failed\n");
  }
}

static void ask(mg_connection *c, int ev, void *) {
  if (ev == MG_EV_CONNECT) mg_printf(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  if (ev == MG_EV_HTTP_MSG) *static_cast<bool *>(c->fn_data) = true;
}

// A server whose handler throws at this event.
static void serve(mg_event_handler_t handler, int event) {
  bool is_answered = false;
  mg_connection *listener = mg_http_listen(&mgr, "http://127.0.0.1:0", handler, &event);
  std::string url = "http://127.0.0.1:" + std::to_string(mg_ntohs(listener->loc.port));
  mg_http_connect(&mgr, url.c_str(), ask, &is_answered);
  for (int i = 0; i < 500 && !is_answered && !is_thrown; i++) mg_mgr_poll(&mgr, 10);
  for (int i = 0; i < 10; i++) mg_mgr_poll(&mgr, 10);
  mg_mgr_free(&mgr);
  if (is_answered) std::puts("answered");
}

static void in_timer() {
  mg_timer_add(
      &mgr, 1, MG_TIMER_ONCE, [](void *) { fail(); }, nullptr);
  for (int i = 0; i < 50; i++) mg_mgr_poll(&mgr, 10);
}

static void in_printer() {
  char text[10];
  mg_pm_t printer = [](mg_pfn_t, void *, va_list *) -> size_t {
    fail();
    return 0;
  };
  mg_snprintf(text, sizeof(text), "%M", printer);
}

static void in_log() {
  mg_log_set_fn([](char, void *) { fail(); }, nullptr);
  MG_ERROR(("text"));
}

static void in_rpc() {
  mg_rpc *methods = nullptr;
  mg_rpc_req request = {};
  mg_rpc_add(
      &methods, mg_str("fail"), [](mg_rpc_req *) { fail(); }, nullptr);
  request.head = &methods;
  request.frame = mg_str("{\"id\":1,\"method\":\"fail\"}");
  mg_rpc_process(&request);
}

static void in_list() {
  mg_fs_posix.ls(
      ".", [](const char *, void *) { fail(); }, nullptr);
}

static void in_file_system() {
  mg_fs fs = mg_fs_posix;
  fs.op = [](const char *, int) -> void * {
    fail();
    return nullptr;
  };
  mg_free(const_cast<char *>(mg_file_read(&fs, "file").buf));
}

int main(int argc, char *argv[]) {
  std::string where = argc == 2 ? argv[1] : "";
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  try {
    if (where == "caught") serve(on_event_caught, MG_EV_HTTP_MSG);
    if (where == "open") serve(on_event, MG_EV_OPEN);
    if (where == "accept") serve(on_event, MG_EV_ACCEPT);
    if (where == "read") serve(on_event, MG_EV_READ);
    if (where == "headers") serve(on_event, MG_EV_HTTP_HDRS);
    if (where == "message") serve(on_event, MG_EV_HTTP_MSG);
    if (where == "poll") serve(on_event, MG_EV_POLL);
    if (where == "close") serve(on_event, MG_EV_CLOSE);
    if (where == "timer") in_timer();
    if (where == "printer") in_printer();
    if (where == "log") {
      mg_log_set(MG_LL_ERROR);
      in_log();
    }
    if (where == "rpc") in_rpc();
    if (where == "list") in_list();
    if (where == "file system") in_file_system();
  } catch (const std::exception &) {
    std::puts("came through");
    return EXIT_FAILURE;
  }
  std::puts("went on");
  return EXIT_SUCCESS;
}
