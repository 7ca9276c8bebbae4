// libmicrohttpd with its fastest loop: one epoll thread. Usage: microhttpd PORT DIRECTORY
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *s_root;
static char s_small[] = "{\"status\":1}\n";

static enum MHD_Result send_response(struct MHD_Connection *c, unsigned status,
                                     struct MHD_Response *response) {
  enum MHD_Result result = MHD_queue_response(c, status, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result handler(void *cls, struct MHD_Connection *c, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *size, void **state) {
  (void)cls, (void)method, (void)version, (void)data, (void)size;
  static int seen;
  if (*state == NULL) {
    *state = &seen;
    return MHD_YES;
  }
  if (strcmp(url, "/small") == 0) {
    return send_response(
        c, 200,
        MHD_create_response_from_buffer(sizeof(s_small) - 1, s_small, MHD_RESPMEM_PERSISTENT));
  }
  char path[1024];
  struct stat st;
  snprintf(path, sizeof(path), "%s%s", s_root, url);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0) {
    return send_response(c, 404,
                         MHD_create_response_from_buffer(0, s_small, MHD_RESPMEM_PERSISTENT));
  }
  return send_response(c, 200, MHD_create_response_from_fd64((uint64_t)st.st_size, fd));
}

int main(int argc, char **argv) {
  if (argc < 3) return 1;
  s_root = argv[2];
  struct MHD_Daemon *daemon =
      MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, (uint16_t)atoi(argv[1]), NULL,
                       NULL, &handler, NULL, MHD_OPTION_CONNECTION_LIMIT, 25000u,
                       MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096u, MHD_OPTION_END);
  if (daemon == NULL) return 1;
  for (;;) pause();
}
