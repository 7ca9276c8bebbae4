// A Modbus/TCP server with 100 holding registers and 100 coils, all of which can be written.
//
//   modbus-server [-l URL] [-v LEVEL]
//
//   -l URL   MG_MODBUS_ADDR, which is tcp://0.0.0.0:8502
//
// Discrete inputs and input registers show the same values.
#include <signal.h>

#include "mongoose.h"

enum { SIZE = 100 };

static uint16_t registers[SIZE];
static bool coils[SIZE];
static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static void serve(struct mg_modbus_req *mr) {
  if (mr->addr + mr->len > SIZE) {
    mr->error = MG_MODBUS_ERR_ILLEGAL_ADDRESS;
    return;
  }
  for (uint16_t i = 0; i < mr->len; i++) {
    switch (mr->func) {
      case MG_MODBUS_FUNC_READ_COILS:
      case MG_MODBUS_FUNC_READ_DISCRETE_INPUTS:
        mr->u.bits[i] = coils[mr->addr + i];
        break;
      case MG_MODBUS_FUNC_READ_HOLDING_REGISTERS:
      case MG_MODBUS_FUNC_READ_INPUT_REGISTERS:
        mr->u.regs[i] = registers[mr->addr + i];
        break;
      case MG_MODBUS_FUNC_WRITE_SINGLE_COIL:
      case MG_MODBUS_FUNC_WRITE_MULTIPLE_COILS:
        coils[mr->addr + i] = mr->u.bits[i];
        break;
      default:
        registers[mr->addr + i] = mr->u.regs[i];
        break;
    }
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_MODBUS_REQ) serve((struct mg_modbus_req *)ev_data);
  (void)c;
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  const char *url = MG_MODBUS_ADDR;
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
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_modbus_listen(&mgr, url, on_event, NULL);
  if (listener != NULL) {
    printf("listening on port %d\n", mg_ntohs(listener->loc.port));
    fflush(stdout);
    while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  }
  mg_mgr_free(&mgr);
  return listener == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
