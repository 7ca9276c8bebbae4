// A poll with 2000 idle connections needs no more of the stack than 48 KB, and asks the kernel for
// no more than a poll with two.
// History: 7.22-poll-arrays; figure-idle | 2000 idle ones: 48 KB of stack, no more system calls
// modes: static shared
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "event.h"

enum { MANY = 2000, STACK = 48 * 1024, POLLS = 10 };

static ucontext_t caller, small;
static struct mg_mgr mgr;
static struct mg_connection *listener;
static int visited;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  (void)c, (void)ev_data;
  if (ev == MG_EV_POLL) visited++;
}

// On the small stack: system calls between two marks are those of POLLS polls.
static void on_small_stack(void) {
  syscall(SYS_getppid);
  for (int i = 0; i < POLLS; i++) mg_mgr_poll(&mgr, 0);
  syscall(SYS_getppid);
  swapcontext(&small, &caller);
}

static void poll_on_small_stack(void) {
  static char stack[STACK];
  getcontext(&small);
  small.uc_stack.ss_sp = stack;
  small.uc_stack.ss_size = sizeof(stack);
  small.uc_link = &caller;
  makecontext(&small, on_small_stack, 0);
  swapcontext(&caller, &small);
}

static void add_idle(int n) {
  int before = visited;
  for (int i = 0; i < n; i++) {
    plain_connect(listener);
    mg_mgr_poll(&mgr, 0);
  }
  mg_mgr_poll(&mgr, 10);
  CHECK(visited >= before + n);
}

static int child(void) {
  struct rlimit most;
  getrlimit(RLIMIT_NOFILE, &most);
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  listener = mg_listen(&mgr, "tcp://127.0.0.1:0", on_event, NULL);
  add_idle(2);
  raise(SIGSTOP);
  poll_on_small_stack();
  add_idle(MANY);
  visited = 0;
  poll_on_small_stack();
  CHECK_INT(visited, POLLS * (MANY + 3));
  mg_mgr_free(&mgr);
  return test_result();
}

int main(void) {
  int calls[2] = {0, 0}, marks = 0, status = 0;
  pid_t pid = fork();
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    _exit(child());
  }
  while (waitpid(pid, &status, 0) == pid && !WIFEXITED(status) && !WIFSIGNALED(status)) {
    struct __ptrace_syscall_info info;
    int stop = WSTOPSIG(status), deliver = 0;
    if (stop == SIGSTOP)
      ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD);
    else if (stop != (SIGTRAP | 0x80))
      deliver = stop;  // such as SIGSEGV, if the stack is too small
    if (stop == (SIGTRAP | 0x80) && ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
        info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      if (info.entry.nr == SYS_getppid)
        marks++;
      else if (marks % 2 == 1)
        calls[marks / 2]++;
    }
    ptrace(PTRACE_SYSCALL, pid, NULL, deliver);
  }
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_INT(marks, 4);
  CHECK(calls[0] >= POLLS);
  CHECK(calls[1] <= calls[0] + POLLS);
  if (test_failures > 0) printf("%d and %d system calls\n", calls[0], calls[1]);
  return test_result();
}
