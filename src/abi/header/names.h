typedef struct mg_md5_ctx mg_md5_ctx;
typedef struct mg_sha1_ctx mg_sha1_ctx;
typedef struct mg_sha256_ctx mg_sha256_ctx;
typedef struct mg_sha384_ctx mg_sha384_ctx;

// ------------------------------------------------------------------------------------- macros
//
// Most of them evaluate their arguments more than once.

// Nothing has to be masked or flushed on Unix.
#ifndef MG_DSB
#define MG_DSB()
#endif

#ifndef MG_ARM_DISABLE_IRQ
#define MG_ARM_DISABLE_IRQ()
#endif

#ifndef MG_ARM_ENABLE_IRQ
#define MG_ARM_ENABLE_IRQ()
#endif

// Non-zero on big-endian machines.
#define MG_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

// Memory at `p` as bytes.
#define MG_U8P(p) ((uint8_t *) (p))

// Four bytes as one number, `a` on top; the same in network order.
#define MG_U32(a, b, c, d)                                                           \
  ((((uint32_t) (a) & 255U) << 24) | (((uint32_t) (b) & 255U) << 16) |               \
   (((uint32_t) (c) & 255U) << 8) | ((uint32_t) (d) & 255U))
#define MG_IPV4(a, b, c, d) mg_htonl(MG_U32(a, b, c, d))

// Initialiser of 16 bytes from the eight groups of an IPv6 address.
#define MG_IPV6_GROUP_(g) (uint8_t) (((g) >> 8) & 255), (uint8_t) ((g) & 255)
#define MG_IPV6(g1, g2, g3, g4, g5, g6, g7, g8)                                      \
  {                                                                                  \
    MG_IPV6_GROUP_(g1), MG_IPV6_GROUP_(g2), MG_IPV6_GROUP_(g3), MG_IPV6_GROUP_(g4),  \
        MG_IPV6_GROUP_(g5), MG_IPV6_GROUP_(g6), MG_IPV6_GROUP_(g7),                  \
        MG_IPV6_GROUP_(g8)                                                           \
  }

// Four arguments for "%d.%d.%d.%d".
#define MG_IPADDR_PARTS(p) MG_U8P(p)[0], MG_U8P(p)[1], MG_U8P(p)[2], MG_U8P(p)[3]

// Big-endian numbers at any address.
#define MG_BYTE_(p, i, shift, type) ((type) ((type) MG_U8P(p)[i] << (shift)))
#define MG_LOAD_BE16(p) \
  ((uint16_t) (MG_BYTE_(p, 0, 8, uint16_t) | MG_BYTE_(p, 1, 0, uint16_t)))
#define MG_LOAD_BE24(p)                                            \
  ((uint32_t) (MG_BYTE_(p, 0, 16, uint32_t) | MG_BYTE_(p, 1, 8, uint32_t) | \
               MG_BYTE_(p, 2, 0, uint32_t)))
#define MG_LOAD_BE32(p)                                                     \
  ((uint32_t) (MG_BYTE_(p, 0, 24, uint32_t) | MG_BYTE_(p, 1, 16, uint32_t) | \
               MG_BYTE_(p, 2, 8, uint32_t) | MG_BYTE_(p, 3, 0, uint32_t)))
#define MG_LOAD_BE64(p)                                                     \
  ((uint64_t) (MG_BYTE_(p, 0, 56, uint64_t) | MG_BYTE_(p, 1, 48, uint64_t) | \
               MG_BYTE_(p, 2, 40, uint64_t) | MG_BYTE_(p, 3, 32, uint64_t) | \
               MG_BYTE_(p, 4, 24, uint64_t) | MG_BYTE_(p, 5, 16, uint64_t) | \
               MG_BYTE_(p, 6, 8, uint64_t) | MG_BYTE_(p, 7, 0, uint64_t)))

#define MG_PUT_(p, i, n, shift) MG_U8P(p)[i] = (uint8_t) (((uint64_t) (n) >> (shift)) & 255U)
#define MG_STORE_BE16(p, n) \
  do {                      \
    MG_PUT_(p, 0, n, 8);    \
    MG_PUT_(p, 1, n, 0);    \
  } while (0)
#define MG_STORE_BE24(p, n) \
  do {                      \
    MG_PUT_(p, 0, n, 16);   \
    MG_PUT_(p, 1, n, 8);    \
    MG_PUT_(p, 2, n, 0);    \
  } while (0)
#define MG_STORE_BE32(p, n) \
  do {                      \
    MG_PUT_(p, 0, n, 24);   \
    MG_PUT_(p, 1, n, 16);   \
    MG_PUT_(p, 2, n, 8);    \
    MG_PUT_(p, 3, n, 0);    \
  } while (0)
#define MG_STORE_BE64(p, n) \
  do {                      \
    MG_PUT_(p, 0, n, 56);   \
    MG_PUT_(p, 1, n, 48);   \
    MG_PUT_(p, 2, n, 40);   \
    MG_PUT_(p, 3, n, 32);   \
    MG_PUT_(p, 4, n, 24);   \
    MG_PUT_(p, 5, n, 16);   \
    MG_PUT_(p, 6, n, 8);    \
    MG_PUT_(p, 7, n, 0);    \
  } while (0)

// Host to network order is the same operation as network to host order.
#define mg_htons(x) mg_ntohs(x)
#define mg_htonl(x) mg_ntohl(x)
#define mg_htonll(x) mg_ntohll(x)

// Next and previous multiple of `a`; an `a` of 0 leaves `x` alone.
#define MG_ROUND_UP(x, a) ((a) == 0 ? (x) : ((((x) + (a) - 1) / (a)) * (a)))
#define MG_ROUND_DOWN(x, a) ((a) == 0 ? (x) : (((x) / (a)) * (a)))

// Bits of registers.
#define MG_BIT(x) ((uint32_t) 1U << (x))
#define MG_SET_BITS(R, clr, set) (R) = ((R) & ~(clr)) | (set)
#define MG_REG(x) (*(volatile uint32_t *) (uintptr_t) (x))

// Singly linked lists of structures with a member `next`; `head` is the address of the pointer to
// the first element.
#define LIST_ADD_HEAD(type_, head_, elem_) \
  do {                                     \
    (elem_)->next = (*(head_));            \
    *(head_) = (elem_);                    \
  } while (0)

// The element's own `next` is left as it is, NULL as a rule.
#define LIST_ADD_TAIL(type_, head_, elem_)                                 \
  do {                                                                     \
    type_ **mg_list_link_ = (head_);                                       \
    while (*mg_list_link_ != NULL) mg_list_link_ = &(*mg_list_link_)->next; \
    *mg_list_link_ = (elem_);                                              \
  } while (0)

// Does nothing if the element is not in the list.
#define LIST_DELETE(type_, head_, elem_)                     \
  do {                                                       \
    type_ **mg_list_link_ = (head_);                         \
    while (*mg_list_link_ != NULL && *mg_list_link_ != (elem_)) \
      mg_list_link_ = &(*mg_list_link_)->next;               \
    if (*mg_list_link_ != NULL) *mg_list_link_ = (elem_)->next; \
  } while (0)

// True for DER, as opposed to PEM.
#define MG_IS_DER(buf) (((const uint8_t *) (buf))[0] == 0x30)

// A string constant or any NUL-terminated string as struct mg_str.
#define mg_str(s) mg_str_s(s)

// Three arguments for %m: the string `str`, quoted and escaped for JSON.
#define MG_ESC(str) mg_print_esc, 0, (str)

// MG_INFO(("%d requests", n)): the inner parentheses hold the arguments of mg_log.
#define mg_log_set(level) mg_log_level = (level)
#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define MG___FUNC__ __func__
#else
#define MG___FUNC__ ""
#endif
#if MG_ENABLE_LOG
#define MG_LOG(level, args)                                          \
  do {                                                               \
    if ((level) <= mg_log_level) {                                   \
      mg_log_prefix((level), __FILE__, __LINE__, MG___FUNC__);       \
      mg_log args;                                                   \
    }                                                                \
  } while (0)
#else
#define MG_LOG(level, args) \
  do {                      \
    if (0) mg_log args;     \
  } while (0)
#endif
#define MG_ERROR(args) MG_LOG(MG_LL_ERROR, args)
#define MG_INFO(args) MG_LOG(MG_LL_INFO, args)
#define MG_DEBUG(args) MG_LOG(MG_LL_DEBUG, args)
#define MG_VERBOSE(args) MG_LOG(MG_LL_VERBOSE, args)

// Time stamps of a connection, a line of text each, in mg_connection::prof.
#if MG_ENABLE_PROFILE
#define MG_PROF_INIT(c) (void) mg_iobuf_init(&(c)->prof, 0, 512)
#define MG_PROF_ADD(c, name)                                                                    \
  do {                                                                                          \
    char mg_prof_line_[64];                                                                     \
    (void) mg_snprintf(mg_prof_line_, sizeof(mg_prof_line_), "%lx %s\n",                        \
                       (unsigned long) mg_millis(), (name));                                    \
    (void) mg_iobuf_add(&(c)->prof, (c)->prof.len, mg_prof_line_, strlen(mg_prof_line_));       \
  } while (0)
#define MG_PROF_DUMP(c) MG_INFO(("profile:\n%.*s", (int) (c)->prof.len, (c)->prof.buf))
#define MG_PROF_FREE(c) mg_iobuf_free(&(c)->prof)
#else
#define MG_PROF_INIT(c)
#define MG_PROF_ADD(c, name)
#define MG_PROF_DUMP(c)
#define MG_PROF_FREE(c)
#endif

// The loop watches what each connection needs by itself; kept for code that names them.
#define MG_EPOLL_ADD(c) ((void) (c))
#define MG_EPOLL_MOD(c, wr) ((void) (c), (void) (wr))

// Puts a set of variables in front of those of a dashboard; `set_` must stay alive.
#define MG_DASH_ADD_FIELD_SET(dash_, set_) \
  LIST_ADD_HEAD(struct mg_field_set, &(dash_)->sets, (set_))

// Puts a handler for URIs that match `uri_` in front of those of a dashboard.
#define MG_DASH_REGISTER_CUSTOM_HANDLER(dash_, uri_, fn_, data_)                                 \
  do {                                                                                           \
    static struct mg_dash_custom_handler mg_dash_handler_;                                       \
    LIST_DELETE(struct mg_dash_custom_handler, &(dash_)->custom_handlers, &mg_dash_handler_);    \
    mg_dash_handler_.uri_pattern = mg_str(uri_);                                                 \
    mg_dash_handler_.handler = (fn_);                                                            \
    mg_dash_handler_.handler_data = (data_);                                                     \
    LIST_ADD_HEAD(struct mg_dash_custom_handler, &(dash_)->custom_handlers, &mg_dash_handler_);  \
  } while (0)

// ---------------------------------------------------------------------------------- variables

#ifdef __cplusplus
extern "C" {
#endif

// Messages above this level are not logged; MG_LL_DEBUG at first.
extern int mg_log_level;

// Files of the operating system.
extern struct mg_fs mg_fs_posix;

// Files packed into the program, see mg_mem_files.
extern struct mg_fs mg_fs_packed;

// Table of packed files; a program that has any defines it.
extern const struct mg_mem_file *mg_mem_files;

// Milliseconds since 1970 at the time mg_millis was 0; set by the SNTP client.
extern uint64_t mg_boot_timestamp_ms;

// ---------------------------------------------------------------------------------- functions
