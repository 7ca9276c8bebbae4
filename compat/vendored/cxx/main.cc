// scores URL: POST /add?who=NAME gives a point, GET / lists them
#include <map>
#include <string>

#include "mongoose.h"

class Scores {
 public:
  Scores() {
    mg_mgr_init(&mgr_);
  }
  ~Scores() {
    mg_mgr_free(&mgr_);
  }
  bool listen(const char *url) {
    return mg_http_listen(&mgr_, url, on_event, this) != nullptr;
  }
  void poll() {
    mg_mgr_poll(&mgr_, 1000);
  }

 private:
  static void on_event(mg_connection *c, int ev, void *ev_data) {
    auto *self = static_cast<Scores *>(c->fn_data);
    if (ev == MG_EV_HTTP_MSG) self->reply(c, static_cast<mg_http_message *>(ev_data));
  }
  void reply(mg_connection *c, mg_http_message *hm) {
    char who[40];
    if (mg_match(hm->uri, mg_str("/add"), nullptr) &&
        mg_http_get_var(&hm->query, "who", who, sizeof(who)) > 0) {
      points_[who]++;
    }
    std::string text;
    for (const auto &entry : points_)
      text += entry.first + ' ' + std::to_string(entry.second) + '\n';
    mg_http_reply(c, 200, "Content-Type: text/plain\r\n", "%s", text.c_str());
  }

  mg_mgr mgr_;
  std::map<std::string, int> points_;
};

int main(int argc, char *argv[]) {
  Scores scores;
  if (argc != 2 || !scores.listen(argv[1])) return 1;
  for (;;) scores.poll();
}
