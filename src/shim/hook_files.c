// Default table of packed files, none: a program assigns mg_mem_files, or defines it.
#include <stddef.h>

struct mg_mem_file;
extern const struct mg_mem_file *mg_mem_files;

__attribute__((weak)) const struct mg_mem_file *mg_mem_files = NULL;
