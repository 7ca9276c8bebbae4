// A web server in C++11: lambdas as handlers, objects that clean up after themselves, exceptions that
// become answers.
//
//   cpp-routes [-l URL] [-v LEVEL]
//
//   -l URL              http://localhost:8000
//
//   GET    /notes       all notes, as JSON
//   POST   /notes       keeps the body as a note
//   GET    /notes/ID    one note; 404 if there is none
//   DELETE /notes/ID    takes it away
//   GET    /double?of=  twice the number; what is no number makes std::stod throw: 500
//   GET    /uptime      in seconds, counted by a timer
//
// Lambdas. The library calls plain functions and hands them one pointer, `fn_data`. So `fn_data` points to
// a std::function, and one captureless function, Manager::call(), calls what it finds there. It belongs to
// the Manager, which outlives all connections: the last MG_EV_CLOSE comes while ~Manager() runs.
//
// Exceptions. They must not leave a handler: the library's frames are no C++ frames. One that leaves a
// handler of events or a timer is never passed on to whoever called mg_mgr_poll(), whatever catch blocks
// there are: abort() ends the process (SIGABRT), and stderr has "Rust cannot catch foreign exceptions". Out
// of what other functions call (an mg_pm_t printer, a JSON-RPC method, the output of the log) it ends too
// or, worse, goes through the library, which does not clean up. So call() and tick() catch everything: a
// request is answered with 500, after other events the connection is closed. compat/cplusplus tries it all.
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mongoose.h"

namespace {

volatile std::sig_atomic_t stop_signal;

void on_signal(int number) {
  stop_signal = number;
}

// ------------------------------------------------------------------------- the library as objects

// An event manager with handlers that may be lambdas. One thread's, as mg_mgr is.
class Manager {
 public:
  using Handler = std::function<void(mg_connection *c, int ev, void *ev_data)>;
  using Task = std::function<void()>;

  Manager() {
    mg_mgr_init(&mgr_);
  }
  ~Manager() {
    mg_mgr_free(&mgr_);  // calls handlers for the last time; members go after that
  }
  Manager(const Manager &) = delete;  // connections point to it
  Manager &operator=(const Manager &) = delete;

  void poll(int ms) {
    mg_mgr_poll(&mgr_, ms);
  }

  // Connections that are accepted get the listener's handler. Throws if URL can't be listened on.
  mg_connection *http_listen(const std::string &url, Handler handler) {
    handlers_.push_back(std::move(handler));
    mg_connection *listener = mg_http_listen(&mgr_, url.c_str(), call, &handlers_.back());
    if (listener == nullptr) throw std::runtime_error("can't listen on " + url);
    return listener;
  }

  void every(unsigned ms, Task task) {
    tasks_.push_back(std::move(task));
    mg_timer_add(&mgr_, ms, MG_TIMER_REPEAT, tick, &tasks_.back());
  }

 private:
  static void call(mg_connection *c, int ev, void *ev_data) {
    try {
      (*static_cast<Handler *>(c->fn_data))(c, ev, ev_data);
    } catch (const std::exception &error) {
      failed(c, ev, error.what());
    } catch (...) {
      failed(c, ev, "unknown exception");
    }
  }

  // What the program knows of the failure is for its log, not for the client.
  static void failed(mg_connection *c, int ev, const char *what) noexcept {
    MG_ERROR(("%lu event %d: %s", c->id, ev, what));
    if (ev == MG_EV_HTTP_MSG) {
      mg_http_reply(c, 500, "", "internal error\n");
    } else {
      c->is_closing = 1;
    }
  }

  static void tick(void *task) {
    try {
      (*static_cast<Task *>(task))();
    } catch (const std::exception &error) {
      MG_ERROR(("timer: %s", error.what()));
    } catch (...) {
      MG_ERROR(("timer: unknown exception"));
    }
  }

  mg_mgr mgr_;
  std::list<Handler> handlers_;  // lists: what is in them stays where it is
  std::list<Task> tasks_;
};

// A request: strings of its own, so that nothing dangles.
struct Request {
  std::string method, uri, query, body;
  std::vector<std::string> captures;  // what the `*` of the route stand for

  // The decoded value of a variable of the query string; empty if it is not there.
  std::string variable(const std::string &name) const {
    mg_str variables = mg_str_n(query.data(), query.size());
    std::string value(query.size() + 1, '\0');
    int len = mg_http_get_var(&variables, name.c_str(), &value[0], value.size());
    value.resize(len > 0 ? static_cast<size_t>(len) : 0);
    return value;
  }
};

struct Response {
  int status;
  std::string body;
};

// Routes are tried in the order in which they were added. They return their answer instead of sending
// it: when one throws, nothing has been sent yet.
class Router {
 public:
  using Route = std::function<Response(const Request &)>;

  void add(std::string method, std::string pattern, Route route) {
    routes_.push_back({std::move(method), std::move(pattern), std::move(route)});
  }

  void operator()(mg_connection *c, int ev, void *ev_data) const {
    if (ev != MG_EV_HTTP_MSG) return;
    Response response = answer(*static_cast<mg_http_message *>(ev_data));
    mg_http_reply(c, response.status, "Content-Type: application/json\r\n", "%.*s\n",
                  static_cast<int>(response.body.size()), response.body.data());
  }

 private:
  struct Entry {
    std::string method, pattern;
    Route route;
  };

  static std::string text(const mg_str &s) {
    return std::string(s.buf, s.len);
  }

  Response answer(const mg_http_message &hm) const {
    bool is_known = false;
    for (const Entry &entry : routes_) {
      mg_str captures[4] = {};
      if (!mg_match(hm.uri, mg_str(entry.pattern.c_str()), captures)) continue;
      is_known = true;
      if (text(hm.method) != entry.method) continue;
      Request request = {text(hm.method), text(hm.uri), text(hm.query), text(hm.body), {}};
      for (const mg_str *capture = captures; capture->buf != nullptr; capture++) {
        request.captures.push_back(text(*capture));
      }
      return entry.route(request);
    }
    return {is_known ? 405 : 404, R"({"error":"no such route"})"};
  }

  std::vector<Entry> routes_;
};

// `text` as a JSON string.
std::string json(const std::string &text) {
  char *quoted = mg_mprintf("%m", mg_print_esc, static_cast<int>(text.size()), text.data());
  if (quoted == nullptr) throw std::bad_alloc();
  std::string copy(quoted);
  mg_free(quoted);
  return copy;
}

// --------------------------------------------------------------------------------- the program

// What the routes below share.
class Notes {
 public:
  static constexpr size_t max_count = 1000;

  std::string all() const {
    std::string list;
    for (const auto &note : notes_) list += (list.empty() ? "" : ",") + object(note);
    return "[" + list + "]";
  }
  Response add(const std::string &text) {
    if (notes_.size() >= max_count) return {507, R"({"error":"full"})"};
    return {201, object(*notes_.emplace(++last_id_, text).first)};
  }
  Response get(const std::string &id) const {
    auto found = notes_.find(number(id));
    return found == notes_.end() ? none() : Response{200, object(*found)};
  }
  Response remove(const std::string &id) {
    return notes_.erase(number(id)) == 0 ? none() : Response{200, "true"};
  }

 private:
  // 0, which no note has, for what is no number.
  static long number(const std::string &id) {
    long value = std::strtol(id.c_str(), nullptr, 10);
    return std::to_string(value) == id ? value : 0;
  }
  static Response none() {
    return {404, R"({"error":"no such note"})"};
  }
  static std::string object(const std::pair<const long, std::string> &note) {
    return R"({"id":)" + std::to_string(note.first) + R"(,"text":)" + json(note.second) + "}";
  }

  std::map<long, std::string> notes_;
  long last_id_ = 0;
};

void serve(const std::string &url) {
  // Before the manager, so that they outlive it: its handlers use them.
  Notes notes;
  unsigned long seconds = 0;
  Router router;

  router.add("GET", "/notes", [&](const Request &) { return Response{200, notes.all()}; });
  router.add("POST", "/notes", [&](const Request &request) { return notes.add(request.body); });
  router.add("GET", "/notes/*",
             [&](const Request &request) { return notes.get(request.captures.at(0)); });
  router.add("DELETE", "/notes/*",
             [&](const Request &request) { return notes.remove(request.captures.at(0)); });
  router.add("GET", "/double", [](const Request &request) {
    return Response{200, std::to_string(2.0 * std::stod(request.variable("of")))};
  });
  router.add("GET", "/uptime", [&](const Request &) {
    return Response{200, std::to_string(seconds)};
  });

  Manager manager;
  manager.every(1000, [&] { seconds++; });
  mg_connection *listener = manager.http_listen(url, std::move(router));
  std::cout << "listening on port " << mg_ntohs(listener->loc.port) << std::endl;
  while (stop_signal == 0) manager.poll(1000);
}

int usage(const char *program) {
  std::cerr << "Usage: " << program << " [-l URL] [-v LEVEL]\n";
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char *argv[]) {
  std::string url = "http://localhost:8000";
  mg_log_set(MG_LL_ERROR);
  for (int i = 1; i < argc; i += 2) {
    std::string option = argv[i];
    if (i + 1 == argc) return usage(argv[0]);
    if (option == "-l") {
      url = argv[i + 1];
    } else if (option == "-v") {
      mg_log_set(std::atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }

  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  try {
    serve(url);
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
