// A system without random numbers: TLS is an error on both sides, nothing weaker takes its place, and
// mg_random says so.
// History: 683f65f8 | without random numbers a handshake is an error, not a weak one
// modes: static shared
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tls.h"

// From now on getrandom() fails with EIO, and nothing can be opened.
static void take_random_away(void) {
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
  };
  struct sock_fprog program = {sizeof(steps) / sizeof(steps[0]), steps};
  CHECK_INT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  CHECK_INT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0), 0);
}

static bool converse(struct tls_side *client, struct tls_side *server) {
  memset(client, 0, sizeof(*client));
  memset(server, 0, sizeof(*server));
  client->opts = tls_options("root.crt", "", "", "host.test");
  server->opts = tls_options("", "server.crt", "server.key", "");
  return tls_converse(client, server);
}

int main(void) {
  struct tls_side client, server;
  char buf[16];
  mg_log_set(MG_LL_NONE);
  CHECK(converse(&client, &server));
  take_random_away();
  CHECK(!mg_random(buf, sizeof(buf)));
  CHECK(!converse(&client, &server));
  CHECK_TEXT(client.trace.text, "OPEN RESOLVE CONNECT ERROR CLOSE ");
  CHECK_INT(server.count, 0);
  CHECK_INT(client.count, 0);
  return test_result();
}
