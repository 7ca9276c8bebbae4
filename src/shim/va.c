// Reads arguments from a va_list, which stable Rust cannot express; a NULL list gives zeros.
#include <stdarg.h>
#include <stddef.h>

int meerkat_va_int(va_list *ap);
long meerkat_va_long(va_list *ap);
long long meerkat_va_llong(va_list *ap);
double meerkat_va_double(va_list *ap);
void *meerkat_va_ptr(va_list *ap);

int meerkat_va_int(va_list *ap) {
  return ap == NULL ? 0 : va_arg(*ap, int);
}

long meerkat_va_long(va_list *ap) {
  return ap == NULL ? 0 : va_arg(*ap, long);
}

long long meerkat_va_llong(va_list *ap) {
  return ap == NULL ? 0 : va_arg(*ap, long long);
}

double meerkat_va_double(va_list *ap) {
  return ap == NULL ? 0 : va_arg(*ap, double);
}

void *meerkat_va_ptr(va_list *ap) {
  return ap == NULL ? NULL : va_arg(*ap, void *);
}
