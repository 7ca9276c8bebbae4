// mg_file_printf: stable Rust cannot define a function with variable arguments.
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct mg_fs;
char *mg_vmprintf(const char *fmt, va_list *ap);
size_t mg_vsnprintf(char *buf, size_t len, const char *fmt, va_list *ap);
bool mg_file_write(struct mg_fs *fs, const char *path, const void *buf, size_t len);
void mg_free(void *ptr);
bool mg_file_printf(struct mg_fs *fs, const char *path, const char *fmt, ...);

bool mg_file_printf(struct mg_fs *fs, const char *path, const char *fmt, ...) {
  va_list ap;
  char *text;
  bool ok;
  va_start(ap, fmt);
  text = mg_vmprintf(fmt, &ap);
  va_end(ap);
  if (text != NULL) {
    ok = mg_file_write(fs, path, text, strlen(text));
    mg_free(text);
    return ok;
  }
  // No text: either there is nothing to print, or memory is out and the old file must stay.
  va_start(ap, fmt);
  ok = mg_vsnprintf(NULL, 0, fmt, &ap) == 0;
  va_end(ap);
  return ok && mg_file_write(fs, path, "", 0);
}
