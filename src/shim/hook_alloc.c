// Default allocator of the library: a program that defines mg_calloc and mg_free replaces it.
#include <stdbool.h>
#include <stdlib.h>

void *mg_calloc(size_t count, size_t size);
void mg_free(void *ptr);
bool meerkat_free_unlisted(void *ptr);

__attribute__((weak)) void *mg_calloc(size_t count, size_t size) {
  return calloc(count, size);
}

__attribute__((weak)) void mg_free(void *ptr) {
  // A connection from mg_alloc_conn starts inside its block.
  if (!meerkat_free_unlisted(ptr)) free(ptr);
}
