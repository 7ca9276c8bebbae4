#include "program.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>

static volatile sig_atomic_t must_stop;

static void on_signal(int number) {
  must_stop = number;
}

unsigned below(unsigned limit) {
  return (unsigned)rand() % limit;
}

void see(struct seen *seen, struct mg_connection *c, int ev) {
  if (ev == MG_EV_ACCEPT) seen->accepts++;
  if (ev == MG_EV_CLOSE && c->is_accepted) seen->accepted_closes++;
  if (ev == MG_EV_CLOSE && c->is_client) seen->outgoing_closes++;
  if (ev == MG_EV_HTTP_MSG && c->is_accepted) seen->requests++;
  if (ev == MG_EV_TLS_HS) seen->handshakes++;
  if (ev == MG_EV_WS_MSG) seen->websocket_messages++;
}

static void print_number(const char *name, uint64_t number) {
  printf("%s %llu\n", name, (unsigned long long)number);
}

static void print_figures(struct mg_mgr *mgr, const struct seen *seen) {
  struct mallinfo2 heap = mallinfo2();
  mg_xprintf(mg_pfn_stdout, NULL, "%M", mg_print_stats, mgr);
  print_number("seen_accepts", seen->accepts);
  print_number("seen_accepted_closes", seen->accepted_closes);
  print_number("seen_outgoing_closes", seen->outgoing_closes);
  print_number("seen_handed_over", seen->handed_over);
  print_number("seen_requests", seen->requests);
  print_number("seen_handshakes", seen->handshakes);
  print_number("seen_websocket_messages", seen->websocket_messages);
  print_number("seen_refuse", seen->guard[MG_GUARD_REFUSE]);
  print_number("seen_evict", seen->guard[MG_GUARD_EVICT]);
  print_number("seen_timeout", seen->guard[MG_GUARD_TIMEOUT]);
  print_number("seen_reject", seen->guard[MG_GUARD_REJECT]);
  print_number("seen_rate_limit", seen->guard[MG_GUARD_RATE_LIMIT]);
  print_number("malloc_live", heap.uordblks + heap.hblkhd);
  print_number("malloc_retained", heap.fordblks);
  printf("end\n");
  fflush(stdout);
}

void run_program(struct mg_mgr *mgr, const struct seen *seen,
                 void (*on_command)(struct mg_mgr *mgr, char command)) {
  char command;
  signal(SIGTERM, on_signal);
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  while (!must_stop) {
    ssize_t n = read(STDIN_FILENO, &command, 1);
    if (n == 0) break;
    if (n < 0) {
      mg_mgr_poll(mgr, 20);
    } else if (command == 'f') {
      print_figures(mgr, seen);
    } else if (command == 't') {
      malloc_trim(0);
    } else {
      on_command(mgr, command);
    }
  }
}
