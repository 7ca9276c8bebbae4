// Chapter 01, 54: a producer and a consumer thread exchange messages of all lengths without loss.
#include <pthread.h>
#include <sched.h>
#include "event.h"

enum { MESSAGES = 50000 };
static struct mg_queue q;
static char mem[1000];

static size_t length_of(unsigned i) {
  return 4 + i * 7919 % 300;
}

static void *produce(void *arg) {
  (void)arg;
  for (unsigned i = 0; i < MESSAGES; i++) {
    char *p;
    size_t len = length_of(i);
    while (mg_queue_book(&q, &p, len) < len) sched_yield();
    memset(p, (int)i, len);
    memcpy(p, &i, sizeof(i));
    mg_queue_add(&q, len);
  }
  return NULL;
}

int main(void) {
  pthread_t producer;
  mg_queue_init(&q, mem, sizeof(mem));
  pthread_create(&producer, NULL, produce, NULL);
  for (unsigned i = 0; i < MESSAGES; i++) {
    char *p;
    size_t len;
    unsigned number;
    while ((len = mg_queue_next(&q, &p)) == 0) sched_yield();
    memcpy(&number, p, sizeof(number));
    if (len != length_of(i) || number != i) {
      CHECK_INT(len, length_of(i));
      CHECK_INT(number, i);
      _exit(1);
    }
    if (len > 4 && (unsigned char)p[len - 1] != (i & 255)) CHECK_INT(p[len - 1], i & 255);
    mg_queue_del(&q, len);
  }
  pthread_join(producer, NULL);
  return test_result();
}
