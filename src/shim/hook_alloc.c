// Default allocator of the library: a program that defines mg_calloc and mg_free replaces it.
#include <stdlib.h>

void *mg_calloc(size_t count, size_t size);
void mg_free(void *ptr);

__attribute__((weak)) void *mg_calloc(size_t count, size_t size) {
  return calloc(count, size);
}

__attribute__((weak)) void mg_free(void *ptr) {
  free(ptr);
}
