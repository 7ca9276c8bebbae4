#ifndef MONGOOSE_H
#define MONGOOSE_H

#define MG_VERSION "7.22"

// ---------------------------------------------------------------------------------- platforms

#define MG_ARCH_CUSTOM 0
#define MG_ARCH_UNIX 1
#define MG_ARCH_WIN32 2
#define MG_ARCH_ESP32 3
#define MG_ARCH_ESP8266 4
#define MG_ARCH_FREERTOS 5
#define MG_ARCH_THREADX 6
#define MG_ARCH_ZEPHYR 7
#define MG_ARCH_ARMGCC 8
#define MG_ARCH_NEWLIB MG_ARCH_ARMGCC
#define MG_ARCH_CMSIS_RTOS1 9
#define MG_ARCH_TIRTOS 10
#define MG_ARCH_PICOSDK 11
#define MG_ARCH_ARMCC 12
#define MG_ARCH_CMSIS_RTOS2 13
#define MG_ARCH_RTTHREAD 14
#define MG_ARCH_ARMCGT 15
#define MG_ARCH_CUBE 16

#ifndef MG_ARCH
#if defined(__unix__) || defined(__APPLE__)
#define MG_ARCH MG_ARCH_UNIX
#else
#include "mongoose_config.h"
#endif
#elif MG_ARCH == MG_ARCH_CUSTOM
#include "mongoose_config.h"
#endif

#ifndef MG_ARCH
#error "mongoose_config.h must define MG_ARCH"
#elif MG_ARCH == MG_ARCH_FREERTOS
#error "MG_ARCH_FREERTOS is not a platform of its own: use MG_ARCH_CUSTOM and MG_ENABLE_FREERTOS"
#endif

#ifndef MG_ENABLE_TCPIP
#define MG_ENABLE_TCPIP 0
#endif

#ifndef MG_ENABLE_SOCKET
#define MG_ENABLE_SOCKET (!MG_ENABLE_TCPIP)
#endif

#ifndef MG_ENABLE_POLL
#if defined(MG_ENABLE_EPOLL) || !defined(__linux__)
#define MG_ENABLE_POLL 1
#else
#define MG_ENABLE_POLL 0
#endif
#endif

#ifndef MG_ENABLE_EPOLL
#ifdef __linux__
#define MG_ENABLE_EPOLL 1
#else
#define MG_ENABLE_EPOLL 0
#endif
#endif

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#if MG_ENABLE_EPOLL
#include <sys/epoll.h>
#elif MG_ENABLE_POLL
#include <poll.h>
#else
#include <sys/select.h>
#endif

#ifndef MG_ENABLE_ASSERT
#define MG_ENABLE_ASSERT 0
#endif

#if MG_ENABLE_ASSERT
#include <assert.h>
#elif !defined(assert)
#define assert(x)
#endif

// ----------------------------------------------------------------------------- layout options
//
// These change the size of structures, so program and library must agree. A file compiled with
// other values than the library's does not link: the missing symbol names what the file needs.
// The values must be plain decimal numbers.

// Bytes of mg_connection::data.
#ifndef MG_DATA_SIZE
#define MG_DATA_SIZE @MG_DATA_SIZE@
#endif

// Entries of mg_http_message::headers.
#ifndef MG_MAX_HTTP_HEADERS
#define MG_MAX_HTTP_HEADERS @MG_MAX_HTTP_HEADERS@
#endif

// Bytes of mg_dash_user::name.
#ifndef MG_DASH_MAX_USER_NAME
#define MG_DASH_MAX_USER_NAME @MG_DASH_MAX_USER_NAME@
#endif

#define MG_LAYOUT_SYMBOL_(data, headers, user)                                              \
  mg_needs_library_built_with__MG_DATA_SIZE_##data##__MG_MAX_HTTP_HEADERS_##headers##__MG_DASH_MAX_USER_NAME_##user
#define MG_LAYOUT_SYMBOL_OF_(data, headers, user) MG_LAYOUT_SYMBOL_(data, headers, user)
#define MG_LAYOUT_SYMBOL \
  MG_LAYOUT_SYMBOL_OF_(MG_DATA_SIZE, MG_MAX_HTTP_HEADERS, MG_DASH_MAX_USER_NAME)

// Keeps a reference that nothing in the file uses, also when the linker removes unused sections.
#ifdef __has_attribute
#if __has_attribute(retain)
#define MG_KEEP_ __attribute__((used, unused, retain))
#endif
#endif
#ifndef MG_KEEP_
#define MG_KEEP_ __attribute__((used, unused))
#endif

#ifdef __cplusplus
extern "C" {
#endif
extern const char MG_LAYOUT_SYMBOL;
#ifdef __cplusplus
}
#endif
MG_KEEP_ static const char *const mg_layout_guard_ = &MG_LAYOUT_SYMBOL;

// -------------------------------------------------------------------------- behaviour options
//
// A program that sets one of these before the include (or with -D for all of its files) changes
// what the library does: the value is left in a weak constant where the library finds it.

#define MG_APP_WEAK_ __attribute__((weak, visibility("default")))
#ifdef __cplusplus
#define MG_APP_OPTION_(type, name, value)      \
  extern "C" {                                 \
  extern type mg_app_option_##name MG_APP_WEAK_; \
  type mg_app_option_##name = (value);         \
  }                                            \
  extern "C" type mg_app_option_##name
#else
#define MG_APP_OPTION_(type, name, value)        \
  extern type mg_app_option_##name MG_APP_WEAK_; \
  type mg_app_option_##name = (value);           \
  extern type mg_app_option_##name
#endif
#define MG_APP_NUMBER_(name, value) \
  MG_APP_OPTION_(const unsigned long long, name, (unsigned long long) (value))
#define MG_APP_TEXT_(name, value) MG_APP_OPTION_(const char *const, name, value)

// Growth step of connection buffers, in bytes.
#ifdef MG_IO_SIZE
MG_APP_NUMBER_(io_size, MG_IO_SIZE);
#else
#define MG_IO_SIZE @MG_IO_SIZE@
#endif

// Most bytes of unprocessed input that a connection may hold.
#ifdef MG_MAX_RECV_SIZE
MG_APP_NUMBER_(max_recv_size, MG_MAX_RECV_SIZE);
#else
#define MG_MAX_RECV_SIZE @MG_MAX_RECV_SIZE@UL
#endif

// List directories that have no index page.
#ifdef MG_ENABLE_DIRLIST
MG_APP_NUMBER_(enable_dirlist, MG_ENABLE_DIRLIST);
#else
#define MG_ENABLE_DIRLIST @MG_ENABLE_DIRLIST@
#endif

// Expand server-side includes.
#ifdef MG_ENABLE_SSI
MG_APP_NUMBER_(enable_ssi, MG_ENABLE_SSI);
#else
#define MG_ENABLE_SSI @MG_ENABLE_SSI@
#endif

// File name of a directory's index page.
#ifdef MG_HTTP_INDEX
MG_APP_TEXT_(http_index, MG_HTTP_INDEX);
#else
#define MG_HTTP_INDEX "@MG_HTTP_INDEX@"
#endif

// IPv6 listeners refuse IPv4 peers.
#ifdef MG_IPV6_V6ONLY
MG_APP_NUMBER_(ipv6_v6only, MG_IPV6_V6ONLY);
#else
#define MG_IPV6_V6ONLY @MG_IPV6_V6ONLY@
#endif

// Length of a listener's queue of connections that nobody has accepted yet.
#ifdef MG_SOCK_LISTEN_BACKLOG_SIZE
MG_APP_NUMBER_(sock_listen_backlog_size, MG_SOCK_LISTEN_BACKLOG_SIZE);
#else
#define MG_SOCK_LISTEN_BACKLOG_SIZE @MG_SOCK_LISTEN_BACKLOG_SIZE@
#endif

// Most connections of a manager.
#ifdef MG_MAX_CONNECTIONS
MG_APP_NUMBER_(max_connections, MG_MAX_CONNECTIONS);
#endif

// Milliseconds after which a quiet connection is closed.
#ifdef MG_IO_TIMEOUT
MG_APP_NUMBER_(io_timeout, MG_IO_TIMEOUT);
#endif

// ------------------------------------------------- options that concern the program's own code

#ifndef MG_ENABLE_LOG
#define MG_ENABLE_LOG 1
#endif

#ifndef MG_ENABLE_PROFILE
#define MG_ENABLE_PROFILE 0
#endif

#ifndef MG_PATH_MAX
#define MG_PATH_MAX FILENAME_MAX
#endif

#ifndef MG_DIRSEP
#define MG_DIRSEP '/'
#endif

#ifndef MG_SOCKET_TYPE
#define MG_SOCKET_TYPE int
#endif

#ifndef MG_INVALID_SOCKET
#define MG_INVALID_SOCKET (-1)
#endif

#ifndef MG_SOCKET_ERRNO
#define MG_SOCKET_ERRNO errno
#endif

#ifndef MG_JSON_MAX_DEPTH
#define MG_JSON_MAX_DEPTH 30
#endif

// TLS is always there; any value but MG_TLS_CUSTOM means the library's own.
#define MG_TLS_NONE 0
#define MG_TLS_MBED 1
#define MG_TLS_OPENSSL 2
#define MG_TLS_BUILTIN 3
#define MG_TLS_CUSTOM 4
#define MG_TLS_WOLFSSL 5
#define MG_TLS_RUSTLS 6
#ifndef MG_TLS
#define MG_TLS MG_TLS_RUSTLS
#endif

// A program that defines mg_calloc, mg_log, mg_random or mg_millis replaces the library's; these
// switches are kept for code that asks for them.
#ifndef MG_ENABLE_CUSTOM_CALLOC
#define MG_ENABLE_CUSTOM_CALLOC 0
#endif

#ifndef MG_ENABLE_CUSTOM_LOG
#define MG_ENABLE_CUSTOM_LOG 0
#endif

#ifndef MG_ENABLE_CUSTOM_RANDOM
#define MG_ENABLE_CUSTOM_RANDOM 0
#endif

#ifndef MG_ENABLE_CUSTOM_MILLIS
#define MG_ENABLE_CUSTOM_MILLIS 0
#endif

#ifndef MG_ENABLE_CUSTOM_DEVICE_ID
#define MG_ENABLE_CUSTOM_DEVICE_ID 0
#endif

// Switches of the original that a prebuilt library has no use for.
#ifndef MG_ENABLE_POSIX_FS
#define MG_ENABLE_POSIX_FS 1
#endif

#ifndef MG_ENABLE_FATFS
#define MG_ENABLE_FATFS 0
#endif

#ifndef MG_ENABLE_LFS
#define MG_ENABLE_LFS 0
#endif

#ifndef MG_ENABLE_MD5
#define MG_ENABLE_MD5 1
#endif

#ifndef MG_ENABLE_CHACHA20
#define MG_ENABLE_CHACHA20 1
#endif

#ifndef MG_ENABLE_WINSOCK
#define MG_ENABLE_WINSOCK 1
#endif

#ifndef MG_ENABLE_LWIP
#define MG_ENABLE_LWIP 0
#endif

#ifndef MG_ENABLE_FREERTOS
#define MG_ENABLE_FREERTOS 0
#endif

#ifndef MG_ENABLE_FREERTOS_TCP
#define MG_ENABLE_FREERTOS_TCP 0
#endif

#ifndef MG_ENABLE_RL
#define MG_ENABLE_RL 0
#endif

#ifndef MG_ENABLE_BSD_SOCKETS
#define MG_ENABLE_BSD_SOCKETS 0
#endif

#ifndef MG_ENABLE_BSD_PROTOTYPES
#define MG_ENABLE_BSD_PROTOTYPES 1
#endif

#ifndef MG_ENABLE_TCPIP_DRIVER_INIT
#define MG_ENABLE_TCPIP_DRIVER_INIT 1
#endif

#ifndef MG_ENABLE_TCPIP_PRINT_DEBUG_STATS
#define MG_ENABLE_TCPIP_PRINT_DEBUG_STATS 0
#endif

#ifndef MG_TCPIP_PREFIX_LEN
#define MG_TCPIP_PREFIX_LEN 0
#endif

#ifndef MG_TCPIP_DHCPNAME_SIZE
#define MG_TCPIP_DHCPNAME_SIZE 18
#endif

#ifndef MG_TCPIP_IP
#define MG_TCPIP_IP MG_IPV4(0, 0, 0, 0)
#endif

#ifndef MG_TCPIP_MASK
#define MG_TCPIP_MASK MG_IPV4(0, 0, 0, 0)
#endif

#ifndef MG_TCPIP_GW
#define MG_TCPIP_GW MG_IPV4(0, 0, 0, 0)
#endif

#ifndef MG_TCPIP_GLOBAL
#define MG_TCPIP_GLOBAL MG_IPV6(0, 0, 0, 0, 0, 0, 0, 0)
#endif

#ifndef MG_TCPIP_IPV6_LINKLOCAL
#define MG_TCPIP_IPV6_LINKLOCAL MG_IPV6(0, 0, 0, 0, 0, 0, 0, 0)
#endif

#ifndef MG_TCPIP_GW6
#define MG_TCPIP_GW6 MG_IPV6(0, 0, 0, 0, 0, 0, 0, 0)
#endif

#ifndef MG_SET_MAC_ADDRESS
#define MG_SET_MAC_ADDRESS(mac)
#endif

#ifndef MG_SET_WIFI_CONFIG
#define MG_SET_WIFI_CONFIG(data)
#endif

// Firmware updates.
#define MG_OTA_NONE 0
#define MG_OTA_STM32H5 1
#define MG_OTA_STM32H7 2
#define MG_OTA_STM32H7_DUAL_CORE 3
#define MG_OTA_STM32F 4
#define MG_OTA_CH32V307 100
#define MG_OTA_U2A 200
#define MG_OTA_RT1020 300
#define MG_OTA_RT1050 301
#define MG_OTA_RT1060 302
#define MG_OTA_RT1064 303
#define MG_OTA_RT1170 304
#define MG_OTA_MCXN 310
#define MG_OTA_RW612 320
#define MG_OTA_FLASH 900
#define MG_OTA_ESP32 910
#define MG_OTA_PICOSDK 920
#define MG_OTA_CUSTOM 1000

#ifndef MG_OTA
#define MG_OTA MG_OTA_NONE
#endif

#ifndef MG_OTA_URL
#define MG_OTA_URL NULL
#endif

#ifndef MG_OTA_STATUS_FN
#define MG_OTA_STATUS_FN NULL
#endif

#ifndef MG_OTA_FIRMWARE_VERSION
#define MG_OTA_FIRMWARE_VERSION "1.0.0"
#endif

#ifndef MG_OTA_MAX_VERSION_LEN
#define MG_OTA_MAX_VERSION_LEN 64
#endif

#ifndef MG_OTA_PULL_INTERVAL_SECONDS
#define MG_OTA_PULL_INTERVAL_SECONDS 60
#endif

#ifndef MG_OTA_ROLLBACK_TIMEOUT_SECONDS
#define MG_OTA_ROLLBACK_TIMEOUT_SECONDS 120
#endif

#ifndef MG_OTA_STATE_GET
#define MG_OTA_STATE_GET() 0
#endif

#ifndef MG_OTA_STATE_SET
#define MG_OTA_STATE_SET(state)
#endif

#ifndef MG_OTA_ROLLBACK_TIMER_START
#define MG_OTA_ROLLBACK_TIMER_START()
#endif

#ifndef MG_OTA_ROLLBACK_TIMER_FEED
#define MG_OTA_ROLLBACK_TIMER_FEED()
#endif

#ifndef MG_OTA_ROLLBACK
#define MG_OTA_ROLLBACK()
#endif

#ifndef MG_OTA_BOOT_CHECK
#define MG_OTA_BOOT_CHECK()
#endif

