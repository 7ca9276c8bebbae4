// Generated from src/abi by `make header` with cbindgen 0.29.4. Do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Meerkat: a memory-safe drop-in for the Mongoose 7.22 networking library.

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
#define MG_DATA_SIZE 32
#endif

// Entries of mg_http_message::headers.
#ifndef MG_MAX_HTTP_HEADERS
#define MG_MAX_HTTP_HEADERS 30
#endif

// Bytes of mg_dash_user::name.
#ifndef MG_DASH_MAX_USER_NAME
#define MG_DASH_MAX_USER_NAME 32
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
#define MG_IO_SIZE 16384
#endif

// Most bytes of unprocessed input that a connection may hold.
#ifdef MG_MAX_RECV_SIZE
MG_APP_NUMBER_(max_recv_size, MG_MAX_RECV_SIZE);
#else
#define MG_MAX_RECV_SIZE 3145728UL
#endif

// List directories that have no index page.
#ifdef MG_ENABLE_DIRLIST
MG_APP_NUMBER_(enable_dirlist, MG_ENABLE_DIRLIST);
#else
#define MG_ENABLE_DIRLIST 1
#endif

// Expand server-side includes.
#ifdef MG_ENABLE_SSI
MG_APP_NUMBER_(enable_ssi, MG_ENABLE_SSI);
#else
#define MG_ENABLE_SSI 0
#endif

// File name of a directory's index page.
#ifdef MG_HTTP_INDEX
MG_APP_TEXT_(http_index, MG_HTTP_INDEX);
#else
#define MG_HTTP_INDEX "index.html"
#endif

// IPv6 listeners refuse IPv4 peers.
#ifdef MG_IPV6_V6ONLY
MG_APP_NUMBER_(ipv6_v6only, MG_IPV6_V6ONLY);
#else
#define MG_IPV6_V6ONLY 0
#endif

// Length of a listener's queue of connections that nobody has accepted yet.
#ifdef MG_SOCK_LISTEN_BACKLOG_SIZE
MG_APP_NUMBER_(sock_listen_backlog_size, MG_SOCK_LISTEN_BACKLOG_SIZE);
#else
#define MG_SOCK_LISTEN_BACKLOG_SIZE 128
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

// ---------------------------------------------------------------------------------- constants

// Log levels.
enum {
  MG_LL_NONE = 0,
  MG_LL_ERROR = 1,
  MG_LL_INFO = 2,
  MG_LL_DEBUG = 3,
  MG_LL_VERBOSE = 4,
};

// Flags of mg_fs::st and mg_fs::op.
enum {
  MG_FS_READ = 1,
  MG_FS_WRITE = 2,
  MG_FS_DIR = 4,
  MG_FS_EXCL = 8,
};

// Events: what `ev` of a handler may be, and what `ev_data` points to then.
enum mg_event {
  MG_EV_ERROR = 0,        // char *: what went wrong
  MG_EV_OPEN = 1,         // NULL: the connection exists
  MG_EV_POLL = 2,         // uint64_t *: now, in milliseconds
  MG_EV_RESOLVE = 3,      // NULL: the host name is resolved
  MG_EV_CONNECT = 4,      // NULL: connected to the server
  MG_EV_ACCEPT = 5,       // NULL: accepted from a listener
  MG_EV_TLS_HS = 6,       // NULL: TLS handshake done
  MG_EV_READ = 7,         // long *: bytes received
  MG_EV_WRITE = 8,        // long *: bytes written
  MG_EV_CLOSE = 9,        // NULL: the connection goes away
  MG_EV_HTTP_HDRS = 10,   // struct mg_http_message *: headers are complete
  MG_EV_HTTP_MSG = 11,    // struct mg_http_message *: the whole message
  MG_EV_WS_OPEN = 12,     // struct mg_http_message *: upgraded to WebSocket
  MG_EV_WS_MSG = 13,      // struct mg_ws_message *: text or binary message
  MG_EV_WS_CTL = 14,      // struct mg_ws_message *: control frame
  MG_EV_MQTT_CMD = 15,    // struct mg_mqtt_message *: any packet
  MG_EV_MQTT_MSG = 16,    // struct mg_mqtt_message *: PUBLISH
  MG_EV_MQTT_OPEN = 17,   // int *: return code of CONNACK
  MG_EV_SNTP_TIME = 18,   // uint64_t *: milliseconds since 1970
  MG_EV_WAKEUP = 19,      // struct mg_str *: data of mg_wakeup
  MG_EV_MDNS_REQ = 20,    // struct mg_mdns_req *: question
  MG_EV_MDNS_RESP = 21,   // struct mg_mdns_resp *: answer
  MG_EV_MODBUS_REQ = 22,  // struct mg_modbus_req *: request
  MG_EV_USER = 23,        // first number for the program's own events
};

// What mg_io_recv, mg_io_send, mg_tls_recv and mg_tls_send return instead of a length.
enum {
  MG_IO_ERR = -1,
  MG_IO_WAIT = -2,
};

// Types of MQTT 5 properties.
enum {
  MQTT_PROP_TYPE_BYTE = 0,
  MQTT_PROP_TYPE_STRING = 1,
  MQTT_PROP_TYPE_STRING_PAIR = 2,
  MQTT_PROP_TYPE_BINARY_DATA = 3,
  MQTT_PROP_TYPE_VARIABLE_INT = 4,
  MQTT_PROP_TYPE_INT = 5,
  MQTT_PROP_TYPE_SHORT = 6,
};

// What mg_mqtt_parse returns.
enum {
  MQTT_OK = 0,
  MQTT_INCOMPLETE = 1,
  MQTT_MALFORMED = 2,
};

// What mg_json_get returns instead of an offset.
enum {
  MG_JSON_TOO_DEEP = -1,
  MG_JSON_INVALID = -2,
  MG_JSON_NOT_FOUND = -3,
};

// Types of dashboard variables.
enum mg_val_type {
  MG_VAL_INT = 0,
  MG_VAL_UINT64 = 1,
  MG_VAL_BOOL = 2,
  MG_VAL_DBL = 3,
  MG_VAL_STR = 4,
  MG_VAL_RAW = 5,
};

// What happens to a dashboard variable.
enum mg_dash_op {
  MG_DASH_READ = 0,
  MG_DASH_WRITE = 1,
  MG_DASH_DELETE = 2,
  MG_DASH_ADD = 3,
};

// States of a firmware image.
enum {
  MG_OTA_CONFIRMED = 0,
  MG_OTA_TESTING = 1,
  MG_OTA_FAILED = 2,
  MG_OTA_ROLLEDBACK = 3,
};

// Configuration bits of mg_phy_init.
enum {
  MG_PHY_LEDS_ACTIVE_HIGH = 1,
  MG_PHY_CLOCKS_MAC = 2,
};

// Speeds of mg_phy_up.
enum {
  MG_PHY_SPEED_10M = 0,
  MG_PHY_SPEED_100M = 1,
  MG_PHY_SPEED_1000M = 2,
};

// How a timer behaves: `flags` of mg_timer_init.
#define MG_TIMER_ONCE 0
#define MG_TIMER_REPEAT 1
#define MG_TIMER_RUN_NOW 2
#define MG_TIMER_CALLED 4
#define MG_TIMER_AUTODELETE 8

// WebSocket opcodes (RFC 6455 section 5.2).
#define WEBSOCKET_OP_CONTINUE 0
#define WEBSOCKET_OP_TEXT 1
#define WEBSOCKET_OP_BINARY 2
#define WEBSOCKET_OP_CLOSE 8
#define WEBSOCKET_OP_PING 9
#define WEBSOCKET_OP_PONG 10

// MQTT packet types (section 2.1.2 of the standard).
#define MQTT_CMD_CONNECT 1
#define MQTT_CMD_CONNACK 2
#define MQTT_CMD_PUBLISH 3
#define MQTT_CMD_PUBACK 4
#define MQTT_CMD_PUBREC 5
#define MQTT_CMD_PUBREL 6
#define MQTT_CMD_PUBCOMP 7
#define MQTT_CMD_SUBSCRIBE 8
#define MQTT_CMD_SUBACK 9
#define MQTT_CMD_UNSUBSCRIBE 10
#define MQTT_CMD_UNSUBACK 11
#define MQTT_CMD_PINGREQ 12
#define MQTT_CMD_PINGRESP 13
#define MQTT_CMD_DISCONNECT 14
#define MQTT_CMD_AUTH 15

// MQTT 5 properties (section 2.2.2.2 of the standard).
#define MQTT_PROP_PAYLOAD_FORMAT_INDICATOR 0x01
#define MQTT_PROP_MESSAGE_EXPIRY_INTERVAL 0x02
#define MQTT_PROP_CONTENT_TYPE 0x03
#define MQTT_PROP_RESPONSE_TOPIC 0x08
#define MQTT_PROP_CORRELATION_DATA 0x09
#define MQTT_PROP_SUBSCRIPTION_IDENTIFIER 0x0B
#define MQTT_PROP_SESSION_EXPIRY_INTERVAL 0x11
#define MQTT_PROP_ASSIGNED_CLIENT_IDENTIFIER 0x12
#define MQTT_PROP_SERVER_KEEP_ALIVE 0x13
#define MQTT_PROP_AUTHENTICATION_METHOD 0x15
#define MQTT_PROP_AUTHENTICATION_DATA 0x16
#define MQTT_PROP_REQUEST_PROBLEM_INFORMATION 0x17
#define MQTT_PROP_WILL_DELAY_INTERVAL 0x18
#define MQTT_PROP_REQUEST_RESPONSE_INFORMATION 0x19
#define MQTT_PROP_RESPONSE_INFORMATION 0x1A
#define MQTT_PROP_SERVER_REFERENCE 0x1C
#define MQTT_PROP_REASON_STRING 0x1F
#define MQTT_PROP_RECEIVE_MAXIMUM 0x21
#define MQTT_PROP_TOPIC_ALIAS_MAXIMUM 0x22
#define MQTT_PROP_TOPIC_ALIAS 0x23
#define MQTT_PROP_MAXIMUM_QOS 0x24
#define MQTT_PROP_RETAIN_AVAILABLE 0x25
#define MQTT_PROP_USER_PROPERTY 0x26
#define MQTT_PROP_MAXIMUM_PACKET_SIZE 0x27
#define MQTT_PROP_WILDCARD_SUBSCRIPTION_AVAILABLE 0x28
#define MQTT_PROP_SUBSCRIPTION_IDENTIFIER_AVAILABLE 0x29
#define MQTT_PROP_SHARED_SUBSCRIPTION_AVAILABLE 0x2A

// DNS record types.
#define MG_DNS_RTYPE_A 1
#define MG_DNS_RTYPE_PTR 12
#define MG_DNS_RTYPE_TXT 16
#define MG_DNS_RTYPE_AAAA 28
#define MG_DNS_RTYPE_SRV 33

// Modbus functions.
#define MG_MODBUS_FUNC_READ_COILS 1
#define MG_MODBUS_FUNC_READ_DISCRETE_INPUTS 2
#define MG_MODBUS_FUNC_READ_HOLDING_REGISTERS 3
#define MG_MODBUS_FUNC_READ_INPUT_REGISTERS 4
#define MG_MODBUS_FUNC_WRITE_SINGLE_COIL 5
#define MG_MODBUS_FUNC_WRITE_SINGLE_REGISTER 6
#define MG_MODBUS_FUNC_WRITE_MULTIPLE_COILS 15
#define MG_MODBUS_FUNC_WRITE_MULTIPLE_REGISTERS 16

// Modbus exceptions.
#define MG_MODBUS_ERR_NONE 0
#define MG_MODBUS_ERR_ILLEGAL_FUNCTION 1
#define MG_MODBUS_ERR_ILLEGAL_ADDRESS 2
#define MG_MODBUS_ERR_ILLEGAL_VALUE 3
#define MG_MODBUS_ERR_DEVICE_FAILURE 4

// Wi-Fi security of a network, a set of bits, and radio bands.
#define MG_WIFI_SECURITY_OPEN 0
#define MG_WIFI_SECURITY_WEP MG_BIT(0)
#define MG_WIFI_SECURITY_WPA MG_BIT(1)
#define MG_WIFI_SECURITY_WPA2 MG_BIT(2)
#define MG_WIFI_SECURITY_WPA3 MG_BIT(3)
#define MG_WIFI_SECURITY_WPA_ENTERPRISE MG_BIT(4)
#define MG_WIFI_SECURITY_WPA2_ENTERPRISE MG_BIT(5)
#define MG_WIFI_SECURITY_WPA3_ENTERPRISE MG_BIT(6)
#define MG_WIFI_BAND_2G 0
#define MG_WIFI_BAND_5G 1

// Addresses of the dashboard's servers.
#ifndef MG_HTTP_ADDR
#define MG_HTTP_ADDR "http://0.0.0.0:8000"
#define MG_HTTPS_ADDR "https://0.0.0.0:8443"
#define MG_MODBUS_ADDR "tcp://0.0.0.0:8502"
#endif

#ifndef MG_DASH_MAX_SEND_BUF_SIZE
#define MG_DASH_MAX_SEND_BUF_SIZE (MG_IO_SIZE * 5)
#endif

// -------------------------------------------------------------------------------------- types

struct mg_connection;
struct mg_dash;
struct mg_dash_user;
struct mg_http_message;
struct mg_mgr;
struct mg_rpc;
struct mg_rpc_req;
struct mg_tcpip_if;

// A DNS server and the connection to it.
struct mg_dns {
  // URL of the server, not copied.
  const char *url;
  // Connection, owned by the library; NULL while there is none.
  struct mg_connection *c;
};

// A software timer, a member of a singly linked list.
struct mg_timer {
  // Period in milliseconds.
  uint64_t period_ms;
  // Next expiry on the 'mg_millis' clock; 0 = not armed yet.
  uint64_t expire;
  // 'MG_TIMER_*' bits.
  unsigned int flags;
  // Called when due.
  void (*fn)(void *arg);
  // Argument of 'fn'.
  void *arg;
  // Next timer in the list.
  struct mg_timer *next;
};

// Writing end of the wake-up channel.
union mg_pipe {
  // Descriptor, -1 while wake-up is not initialised.
  MG_SOCKET_TYPE fd;
  // Unused on Unix.
  void *q;
};

// The event manager.
struct mg_mgr {
  // Live connections, newest first.
  struct mg_connection *conns;
  // IPv4-side DNS server.
  struct mg_dns dns4;
  // IPv6-side DNS server.
  struct mg_dns dns6;
  // mDNS listener, or NULL.
  struct mg_connection *mdns;
  // DNS time-out in milliseconds.
  int dnstimeout;
  // Prefer 'dns6'.
  bool use_dns6;
  // Last connection id handed out.
  unsigned long nextid;
  // The program's own pointer.
  void *userdata;
  // TLS back end's own pointer.
  void *tls_ctx;
  // MQTT packet-id counter.
  uint16_t mqtt_id;
  // Internal: the library's private state of this manager.
  void *active_dns_requests;
  // Internal.
  void *active_mdns_requests;
  // Timers.
  struct mg_timer *timers;
  // epoll descriptor, or -1.
  int epoll_fd;
  // NULL with sockets.
  struct mg_tcpip_if *ifp;
  // Zeroed bytes placed after each connection for the program.
  size_t extraconnsize;
  // Writing end of the wake-up channel.
  union mg_pipe pipe;
};

// A network address.
struct mg_addr {
  // Address bytes in network order; IPv4 uses the first four.
  union {
    uint8_t ip[16];
    uint32_t ip4;
    uint64_t ip6[2];
  } addr;
  // Port in network order.
  uint16_t port;
  // IPv6 zone index, 0 if none.
  uint8_t scope_id;
  // True for IPv6.
  bool is_ip6;
};

// A growable byte buffer whose storage comes from 'mg_calloc'.
struct mg_iobuf {
  // Storage, or NULL.
  uint8_t *buf;
  // Bytes of storage.
  size_t size;
  // Bytes in use.
  size_t len;
  // Growth granularity; 0 = none.
  size_t align;
};

// Event handler of a connection.
typedef void (*mg_event_handler_t)(struct mg_connection *c, int ev, void *ev_data);

// A connection.
struct mg_connection {
  // Next older connection.
  struct mg_connection *next;
  // Owner.
  struct mg_mgr *mgr;
  // Local address.
  struct mg_addr loc;
  // Remote address.
  struct mg_addr rem;
  // Descriptor as an integer in a pointer; -1 = none.
  void *fd;
  // Unique per manager.
  unsigned long id;
  // Input buffer.
  struct mg_iobuf recv;
  // Output buffer.
  struct mg_iobuf send;
  // Profiling data, used with MG_ENABLE_PROFILE only.
  struct mg_iobuf prof;
  // Undecrypted TLS input.
  struct mg_iobuf rtls;
  // The program's handler.
  mg_event_handler_t fn;
  // The program's pointer.
  void *fn_data;
  // Protocol handler.
  mg_event_handler_t pfn;
  // Protocol handler's pointer.
  void *pfn_data;
  // Scratch space for the program.
  char data[MG_DATA_SIZE];
  // TLS session, or NULL.
  void *tls;
  // It listens.
  unsigned is_listening : 1;
  // It was made by mg_connect.
  unsigned is_client : 1;
  // It was accepted from a listener.
  unsigned is_accepted : 1;
  // Its host name is being resolved.
  unsigned is_resolving : 1;
  // Unused with sockets.
  unsigned is_arplooking : 1;
  // Its non-blocking connect is under way.
  unsigned is_connecting : 1;
  // It speaks TLS.
  unsigned is_tls : 1;
  // Its TLS handshake is under way.
  unsigned is_tls_hs : 1;
  // UDP.
  unsigned is_udp : 1;
  // It was upgraded to WebSocket.
  unsigned is_websocket : 1;
  // It speaks MQTT 5.
  unsigned is_mqtt5 : 1;
  // Set it to log all traffic.
  unsigned is_hexdumping : 1;
  // Set it to send what is queued, then close.
  unsigned is_draining : 1;
  // Set it to close at once.
  unsigned is_closing : 1;
  // Set it to stop reading.
  unsigned is_full : 1;
  // The last TLS write was incomplete.
  unsigned is_tls_throttled : 1;
  // A response is still being made.
  unsigned is_resp : 1;
  // There is something to read.
  unsigned is_readable : 1;
  // There is room to write.
  unsigned is_writable : 1;
};

// Single-producer, single-consumer queue of messages in caller-owned storage.
struct mg_queue {
  // Storage.
  char *buf;
  // Bytes of storage.
  size_t size;
  // Reader's offset.
  volatile size_t tail;
  // Writer's offset.
  volatile size_t head;
};

// A slice of bytes: pointer and length, not NUL-terminated, owned by somebody else.
struct mg_str {
  // First byte; may be NULL if 'len' is 0.
  char *buf;
  // Number of bytes.
  size_t len;
};

// TLS settings of one connection, for mg_tls_init. Zeroed, they make a client that verifies nobody.
//
// The strings are read during the call and may be freed right after it; a NUL behind the text is
// not needed. Certificates and keys are PEM text, or DER if the first byte is 0x30. A member
// counts as empty if it has no bytes, begins with NUL, or is "*". What can't be used is never passed
// over: MG_EV_ERROR gets "TLS MEMBER: REASON", as in "TLS ca: no certificate in it", and the
// connection closes without having sent anything in plain text.
//
// A handshake that fails gives MG_EV_ERROR with "TLS: " and rustls's words, and the peer an alert.
struct mg_tls_opts {
  // Certificates that are trusted: any number in PEM, text around them is ignored, or one in DER.
  // One that does not decode spoils all.
  //
  // Given, the peer must send a certificate that leads to one of them, or that is one of them,
  // and that is valid now; a server thereby asks its clients for certificates and refuses those
  // without. Empty, the peer is not verified at all: a client then talks to whoever answers.
  struct mg_str ca;
  // Own certificate, in PEM followed by the intermediate ones, or one in DER. Servers need one: if
  // it is empty, every handshake fails. Clients give one if the server asks for it.
  struct mg_str cert;
  // Private key of 'cert', not encrypted: PKCS#8, SEC1 or PKCS#1; RSA, P-256, P-384 or Ed25519. May
  // be the same text as 'cert', if that has both. Without 'cert' it is not looked at.
  struct mg_str key;
  // Host name or IP address that the peer's certificate must be valid for, if 'ca' is given;
  // empty: any. Clients also tell the server which host name they want (SNI), and resume
  // sessions, only if there is one. It is not taken from the URL: pass mg_url_host(url). On a
  // server it is the name of the client.
  struct mg_str name;
  // Verifies neither chain, name nor dates, whatever the other members say; a server asks for no
  // certificate.
  bool skip_verification;
};

// One HTTP header: two slices of the parsed buffer.
struct mg_http_header {
  // Name.
  struct mg_str name;
  // Value, blanks trimmed.
  struct mg_str value;
};

// A parsed HTTP message; all members are slices of the parsed buffer.
struct mg_http_message {
  // Request method, or the protocol of a response.
  struct mg_str method;
  // Request target up to the first '?', or the status code of a response.
  struct mg_str uri;
  // What follows the '?'.
  struct mg_str query;
  // Protocol of a request, or reason phrase of a response.
  struct mg_str proto;
  // Headers in order of appearance.
  struct mg_http_header headers[MG_MAX_HTTP_HEADERS];
  // Body.
  struct mg_str body;
  // First line, headers and blank line.
  struct mg_str head;
  // Head and body.
  struct mg_str message;
};

// A variable shown on the dashboard.
struct mg_field {
  // JSON key; NULL ends an array of fields.
  const char *name;
  // Type of the variable.
  enum mg_val_type type;
  // The variable.
  void *value;
  // Bytes of the variable; 0 = read-only.
  size_t value_size;
};

// A program's own handler for some URIs of the dashboard.
struct mg_dash_custom_handler {
  // Next handler.
  struct mg_dash_custom_handler *next;
  // Pattern of URIs, see 'mg_match'.
  struct mg_str uri_pattern;
  // Handler.
  mg_event_handler_t handler;
  // Argument of 'handler'.
  void *handler_data;
};

// A file system: a table of functions.
struct mg_fs {
  // Kind, size and modification time of 'path': 0 if it does not exist, else 'MG_FS_*' bits.
  int (*st)(const char *path, size_t *size, time_t *mtime);
  // Calls 'fn' for every entry of directory 'path'.
  void (*ls)(const char *path, void (*fn)(const char *name, void *arg), void *arg);
  // Opens a file; NULL on failure.
  void *(*op)(const char *path, int flags);
  // Closes an open file.
  void (*cl)(void *fd);
  // Reads up to 'len' bytes; 0 = end or error.
  size_t (*rd)(void *fd, void *buf, size_t len);
  // Writes 'len' bytes; returns how many were written.
  size_t (*wr)(void *fd, const void *buf, size_t len);
  // Absolute seek; returns the new position.
  size_t (*sk)(void *fd, size_t offset);
  // Renames a file.
  bool (*mv)(const char *from, const char *to);
  // Removes a file.
  bool (*rm)(const char *path);
  // Creates a directory.
  bool (*mkd)(const char *path);
};

// A dashboard.
struct mg_dash {
  // Variables.
  struct mg_field_set *sets;
  // The program's own handlers.
  struct mg_dash_custom_handler *custom_handlers;
  // Returns the access level of a user, 0 or less = refused; NULL = no login.
  int (*authenticate)(char *user, size_t userlen, const char *pass);
  // Life of a session in seconds.
  int session_auto_expiration_seconds;
  // User that stands for everybody, or NULL.
  struct mg_dash_user *guest;
  // File system of uploads; NULL = 'mg_fs_posix'.
  struct mg_fs *upload_fs;
};

// A user of the dashboard.
struct mg_dash_user {
  // Next user.
  struct mg_dash_user *next;
  // Name.
  char name[MG_DASH_MAX_USER_NAME];
  // Session token.
  char token[21];
  // Access level.
  int level;
  // End of the session on the 'mg_millis' clock.
  uint64_t expire;
  // Dashboard.
  struct mg_dash *dash;
};

// A named group of dashboard variables.
struct mg_field_set {
  // Name in URLs.
  const char *name;
  // Array that ends in an entry without a name.
  struct mg_field *fields;
  // Called before a read and after a write, or NULL.
  bool (*fn)(enum mg_dash_op op, struct mg_dash_user *user);
  // Row number of a table, or NULL.
  int *index;
  // Directory of the files of this set, or NULL.
  bool (*get_dir)(const struct mg_dash_user *user, char *buf, size_t len);
  // Next set.
  struct mg_field_set *next;
};

// An answer of a DNS server.
struct mg_dns_message {
  // Transaction identifier, host order.
  uint16_t txnid;
  // True if 'addr' holds an address.
  bool resolved;
  // Address that was found.
  struct mg_addr addr;
  // Name that was asked for, NUL-terminated.
  char name[256];
};

// A DNS resource record without its name and data.
struct mg_dns_rr {
  // Bytes of the name, as encoded.
  uint16_t nlen;
  // Type.
  uint16_t atype;
  // Class.
  uint16_t aclass;
  // Bytes of the record's data.
  uint16_t alen;
};

// An open file and the file system it came from.
struct mg_fd {
  // Handle returned by 'fs->op'.
  void *fd;
  // File system.
  struct mg_fs *fs;
};

// One part of a multipart body.
struct mg_http_part {
  // Form field name.
  struct mg_str name;
  // File name, as sent.
  struct mg_str filename;
  // Content.
  struct mg_str body;
};

// Settings of file serving.
struct mg_http_serve_opts {
  // Directory, or list of 'prefix=directory'.
  const char *root_dir;
  // 'mg_match' pattern of files with server-side includes, or NULL.
  const char *ssi_pattern;
  // Header lines, each ending in CRLF, or NULL.
  const char *extra_headers;
  // 'ext=type,ext=type', or NULL.
  const char *mime_types;
  // Path of the page served for missing files, or NULL.
  const char *page404;
  // File system; NULL = 'mg_fs_posix'.
  struct mg_fs *fs;
};

// Output function: called once per byte.
typedef void (*mg_pfn_t)(char ch, void *arg);

// MD5 state.
struct mg_md5_ctx {
  // Chaining value.
  uint32_t buf[4];
  // Message length in bits, low word first.
  uint32_t bits[2];
  // Pending block.
  uint8_t in[64];
};

// An MQTT 5 property (section 2.2.2 of the standard).
struct mg_mqtt_prop {
  // 'MQTT_PROP_*' identifier.
  uint8_t id;
  // Value of the numeric properties.
  uint32_t iv;
  // Name of a user property.
  struct mg_str key;
  // Value of the text and binary properties.
  struct mg_str val;
};

// Settings of an MQTT connection, and what to publish or subscribe to.
struct mg_mqtt_opts {
  // User name; empty = none.
  struct mg_str user;
  // Password; empty = none.
  struct mg_str pass;
  // Client identifier; empty = a random one.
  struct mg_str client_id;
  // Topic to publish or subscribe to; on connect, the topic of the will.
  struct mg_str topic;
  // Message to publish; on connect, the will.
  struct mg_str message;
  // Quality of service, 0 to 2.
  uint8_t qos;
  // Protocol level: 4 (3.1.1) or 5; 0 = 4.
  uint8_t version;
  // Keep-alive time in seconds.
  uint16_t keepalive;
  // Packet identifier of a retransmission; 0 = a new packet.
  uint16_t retransmit_id;
  // Ask the broker to keep the message.
  bool retain;
  // Start a clean session.
  bool clean;
  // MQTT 5 properties.
  struct mg_mqtt_prop *props;
  // Number of properties.
  size_t num_props;
  // MQTT 5 properties of the will.
  struct mg_mqtt_prop *will_props;
  // Number of properties of the will.
  size_t num_will_props;
};

// A parsed MQTT packet; slices point into the input buffer.
struct mg_mqtt_message {
  // Topic of a PUBLISH.
  struct mg_str topic;
  // Payload of a PUBLISH.
  struct mg_str data;
  // The whole packet.
  struct mg_str dgram;
  // Packet identifier.
  uint16_t id;
  // 'MQTT_CMD_*'.
  uint8_t cmd;
  // Quality of service.
  uint8_t qos;
  // Return code of a CONNACK.
  uint8_t ack;
  // Offset of the MQTT 5 properties in 'dgram'.
  size_t props_start;
  // Bytes of MQTT 5 properties.
  size_t props_size;
};

// Access to the registers of an Ethernet PHY.
struct mg_phy {
  // Reads register 'reg' of the PHY at 'addr'.
  uint16_t (*read_reg)(uint8_t addr, uint8_t reg);
  // Writes register 'reg' of the PHY at 'addr'.
  void (*write_reg)(uint8_t addr, uint8_t reg, uint16_t value);
};

// A JSON-RPC request while its handler runs.
struct mg_rpc_req {
  // List of methods.
  struct mg_rpc **head;
  // Method that was found.
  struct mg_rpc *rpc;
  // Output function of the answer.
  mg_pfn_t pfn;
  // Argument of 'pfn'.
  void *pfn_data;
  // The program's pointer.
  void *req_data;
  // The request's JSON text.
  struct mg_str frame;
};

// A JSON-RPC method, a member of a singly linked list.
struct mg_rpc {
  // Next method.
  struct mg_rpc *next;
  // Pattern of method names, see 'mg_match'.
  struct mg_str method;
  // Handler.
  void (*fn)(struct mg_rpc_req *r);
  // The program's pointer.
  void *fn_data;
};

// SHA-1 state.
struct mg_sha1_ctx {
  // Chaining value.
  uint32_t state[5];
  // Message length in bits, low word first.
  uint32_t count[2];
  // Pending block.
  uint8_t buffer[64];
};

// SHA-256 state.
struct mg_sha256_ctx {
  // Chaining value.
  uint32_t state[8];
  // Bits of complete blocks.
  uint64_t bits;
  // Bytes pending in 'buffer'.
  uint32_t len;
  // Pending block.
  uint8_t buffer[64];
};

// SHA-384 state.
struct mg_sha384_ctx {
  // Chaining value.
  uint64_t state[8];
  // Pending block.
  uint8_t buffer[128];
  // Bits of complete blocks, high word first.
  uint64_t bitlen[2];
  // Bytes pending in 'buffer'.
  uint32_t datalen;
};

// Wi-Fi settings.
struct mg_wifi_data {
  // Network to join.
  char *ssid;
  // Its password.
  char *pass;
  // Name of the own access point.
  char *apssid;
  // Password of the own access point.
  char *appass;
  // Address of the own access point, network order.
  uint32_t apip;
  // Netmask of the own access point, network order.
  uint32_t apmask;
  // 'MG_WIFI_SECURITY_*' bits.
  uint8_t security;
  // 'MG_WIFI_SECURITY_*' bits of the own access point.
  uint8_t apsecurity;
  // Channel of the own access point.
  uint8_t apchannel;
  // Be an access point.
  bool apmode;
};

// Header of a DNS message as it is on the wire (RFC 1035 section 4.1.1).
struct mg_dns_header {
  // Transaction identifier, network order.
  uint16_t txnid;
  // Flags, network order.
  uint16_t flags;
  // Questions, network order.
  uint16_t num_questions;
  // Answers, network order.
  uint16_t num_answers;
  // Authority records, network order.
  uint16_t num_authority_prs;
  // Additional records, network order.
  uint16_t num_other_prs;
};

// A service announced over DNS-SD.
struct mg_dnssd_record {
  // Service and protocol, such as '_http._tcp'.
  struct mg_str srvcproto;
  // TXT record as it goes on the wire.
  struct mg_str txt;
  // Port, host order.
  uint16_t port;
};

// An mDNS question, 'ev_data' of 'MG_EV_MDNS_REQ'.
struct mg_mdns_req {
  // The question.
  struct mg_dns_rr *rr;
  // Service to answer with; set by the handler.
  struct mg_dnssd_record *r;
  // Name that was asked for.
  struct mg_str reqname;
  // Name to answer with; set by the handler.
  struct mg_str respname;
  // Address to answer with; NULL = the connection's own.
  struct mg_addr *addr;
  // The question asks for the list of services.
  bool is_listing;
  // Set by the handler: do answer.
  bool is_resp;
  // The asker wants a unicast answer.
  bool is_unicast;
};

// An mDNS answer, 'ev_data' of 'MG_EV_MDNS_RESP'.
struct mg_mdns_resp {
  // The record.
  struct mg_dns_rr *rr;
  // Name that was resolved.
  struct mg_str name;
  // Its address.
  struct mg_addr addr;
};

// One file of a packed file system; an entry with NULL 'path' ends the table.
struct mg_mem_file {
  // Full path.
  const char *path;
  // Content.
  const uint8_t *data;
  // Bytes of content.
  size_t size;
  // Modification time.
  time_t mtime;
};

// A Modbus request, `ev_data` of MG_EV_MODBUS_REQ.
struct mg_modbus_req {
  // Function code.
  uint8_t func;
  // Set by the handler to answer with an exception.
  uint8_t error;
  // First address.
  uint16_t addr;
  // Values to read into or write from: `bits` for functions 1, 2, 5 and 15, else `regs`.
  union {
    bool *bits;
    uint16_t *regs;
  } u;
  // Number of values.
  uint16_t len;
};

// Custom printer for '%M' and '%m'.
typedef size_t (*mg_pm_t)(mg_pfn_t out, void *arg, va_list *ap);

// State of the driver for modems with AT commands.
struct mg_tcpip_driver_atcmd_data {
  // Argument of the functions below.
  void *usart;
  // Resets the modem.
  void (*reset)(void *usart);
  // Sends one byte.
  void (*tx)(void *usart, uint8_t byte);
  // Receives one byte, or returns a negative number.
  int (*rx)(void *usart);
  // Commands and expected answers.
  const char **script;
  // Position in 'script'.
  int script_index;
  // When to give up on an answer.
  uint64_t deadline;
  // Frames are sent as they are.
  bool no_byte_stuff;
  // The link is up.
  bool link;
  // The last byte was an escape.
  bool unstuffing;
};

// One network found by a Wi-Fi scan.
struct mg_wifi_scan_bss_data {
  // Name.
  struct mg_str SSID;
  // MAC address of the access point, 6 bytes.
  char *BSSID;
  // Signal strength in dBm.
  int16_t RSSI;
  // MG_WIFI_SECURITY_* bits.
  uint8_t security;
  // Channel.
  uint8_t channel;
  // MG_WIFI_BAND_*.
  unsigned band : 2;
  // 802.11n.
  unsigned has_n : 1;
  // 802.11ac.
  unsigned has_ac : 1;
  // 802.11ax.
  unsigned has_ax : 1;
};

// A WebSocket message, 'ev_data' of 'MG_EV_WS_MSG' and 'MG_EV_WS_CTL'.
struct mg_ws_message {
  // Payload, a slice of the connection's input buffer.
  struct mg_str data;
  // First byte of the frame: FIN bit and opcode (RFC 6455 section 5.2).
  uint8_t flags;
};

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

// Allocates a connection of 'mgr', all zero but for its manager, its id, its descriptor (-1) and
// the alignment of its buffers. It is not in mgr->conns. NULL if memory is out.
//
// Put it in front of mgr->conns, or release it with mg_close_conn or mg_free (a program that
// replaces mg_free: with mg_close_conn only).
struct mg_connection *mg_alloc_conn(struct mg_mgr *mgr);

// Reads the numeric address in 'str' into 'addr': empty (any), 'localhost', IPv4, or IPv6 with
// optional brackets and numeric scope. The port is not touched.
//
// Returns false, with 'addr' unchanged, for anything else or a NULL 'addr'.
bool mg_aton(struct mg_str str, struct mg_addr *addr);

// Decodes 'n' characters at 'src' into 'dst', which has 'len' bytes, and returns the number of
// bytes; a NUL follows them.
//
// It needs 3 bytes for every 4 characters, padding or not, and one for the NUL. Up to three
// characters left over at the end are ignored. On failure the result is 0 and the text empty.
size_t mg_base64_decode(const char *src, size_t n, char *dst, size_t len);

// Encodes 'n' bytes at 'p' into 'buf', which has 'len' bytes, and returns the length of the text.
//
// It needs 4 bytes for every 3 begun and one for the NUL; with less room the text is empty and the
// result 0.
size_t mg_base64_encode(const unsigned char *p, size_t n, char *buf, size_t len);

// Ends what mg_base64_update() began: pads the text, adds a NUL and returns the length.
size_t mg_base64_final(char *buf, size_t len);

// Encodes one more byte: 'len' is the number of characters in 'buf' so far, the result the new
// number. End with mg_base64_final().
//
// There is no bound: 'buf' must have room for the count rounded up to a multiple of 4, plus 1.
// While the count is no multiple of 4, 'buf[len]' holds bits that wait for the next byte.
size_t mg_base64_update(unsigned char input_byte, char *buf, size_t len);

// Zeroes 'len' bytes at 'buf', for secrets: the compiler will not leave it out. NULL is fine.
void mg_bzero(volatile unsigned char *buf, size_t len);

// Delivers event 'ev' to the handlers of 'c', c->pfn first.
void mg_call(struct mg_connection *c, int ev, void *ev_data);

// Returns 'count * size' zeroed bytes aligned for any object, or NULL.
//
// All memory that programs see, and all large state of the library, comes from here; a program
// may define its own mg_calloc and mg_free.
void *mg_calloc(size_t count, size_t size);

// Compares two C strings, ignoring ASCII case. Returns 0 if they are equal, else the difference of
// the first two lower-case characters that differ. NULL counts as empty.
int mg_casecmp(const char *s1, const char *s2);

// Checks an address against an access list such as '-0.0.0.0/0,+10.0.0.0/8'.
//
// Entries are a sign and an IPv4 network; the last one that matches decides, no match denies.
// Returns 1 allowed (also for an empty list), 0 denied, -1 for IPv6 addresses or an entry without
// sign, -2 for an unreadable network.
int mg_check_ip_acl(struct mg_str acl, struct mg_addr *remote_ip);

// Ends the life of 'c' at once: closes the descriptor, takes it out of the list, delivers
// MG_EV_CLOSE and releases it. 'c' must not be used afterwards.
//
// Programs usually set c->is_closing or c->is_draining instead.
void mg_close_conn(struct mg_connection *c);

// Connects to 'url'. Returns NULL only if 'url' is NULL or empty, memory is out, or the handler has
// called mg_close_conn; all other failures come as MG_EV_ERROR, possibly before this function
// returns.
struct mg_connection *mg_connect(struct mg_mgr *mgr,
                                 const char *url,
                                 mg_event_handler_t fn,
                                 void *fn_data);

// Continues a connection whose address, 'c->rem', is known: opens the socket and connects.
void mg_connect_resolved(struct mg_connection *c);

// mg_connect with a protocol handler, which gets each event before 'fn'.
struct mg_connection *mg_connect_svc(struct mg_mgr *mgr,
                                     const char *url,
                                     mg_event_handler_t fn,
                                     void *fn_data,
                                     mg_event_handler_t pfn,
                                     void *pfn_data);

// CRC-32 (IEEE 802.3, as in zlib) of 'len' bytes at 'buf'. Start with 'crc' 0 and pass the result
// on to continue.
uint32_t mg_crc32(uint32_t crc, const char *buf, size_t len);

// Loads entry '*set->index' of the directory that set->get_dir names for user 'u': its name into the
// MG_VAL_STR field called 'name', its size into the field called 'size' if there is one.
//
// If '*set->index' is -1 it becomes the number of entries, past the last entry it becomes -1.
// Returns false if there is no such directory or no field for the name. This is what happens for
// sets of files without set->fn.
bool mg_dash_dir_read(struct mg_field_set *set,
                      struct mg_dash_user *u);

// Event handler of a dashboard: 'mg_http_listen(&mgr, url, mg_dash_ev_handler, &dash)'. A program's
// own handler may also call it; c->fn_data must be the 'struct mg_dash *'.
//
// Any user may download files and, by POST or PUT, send firmware to '/api/ota'; a field set's 'fn'
// decides about everything else. Custom handlers outside '/api/' are called for everybody. GET
// requests may change variables too, so only the cookie's SameSite=Lax keeps other sites out.
//
// It answers the requests below '/api/' and '/fs/' and '/', and calls custom handlers for others.
// Each request is authenticated once. For programs that look there, 'c->data[0]' is 'Z' while the
// body of a request that was answered early is on its way, bytes 8 to 15 hold the user and bytes 16
// to 23 the dashboard.
void mg_dash_ev_handler(struct mg_connection *c, int ev, void *ev_data);

// Tells every WebSocket of the dashboard that 'set' belongs to what its variables are now, if set->fn
// lets the user read them. Call it whenever the program has changed them.
//
// For an array, '*set->index' says what has changed: an element, or, if negative, the size. A
// WebSocket that does not take what it was sent is closed.
void mg_dash_send_change(struct mg_mgr *mgr,
                         struct mg_field_set *set);

// Waits at least 'ms' milliseconds without handling any events.
void mg_delayms(unsigned int ms);

// Reads the DNS message of 'len' bytes at 'buf' into '*dm', which is overwritten whole.
//
// Returns false if it is malformed or has more than one question. True does not mean that there is
// an address: look at dm->resolved. Only the first ten answers are looked at; the first one of type
// A or AAAA counts. dm->name is then its owner, else the name of the question or of the last
// answer; the address has no port.
bool mg_dns_parse(const uint8_t *buf, size_t len, struct mg_dns_message *dm);

// Decodes one question ('is_question') or resource record of the DNS message at 'buf', at offset
// 'ofs', into '*rr', which is all zero if that fails (RFC 1035 section 4.1).
//
// Returns the bytes it takes: the name, 4 bytes for a question, 10 and the data for a record, whose
// data are the last rr->alen of them. 0 if it is malformed or does not fit, and for messages
// shorter than 12 or longer than 512 bytes. 'rr' may be NULL.
size_t mg_dns_parse_rr(const uint8_t *buf,
                       size_t len,
                       size_t ofs,
                       bool is_question,
                       struct mg_dns_rr *rr);

// Reports an error on 'c': calls its handlers with MG_EV_ERROR and the formatted text, and
// marks it for closing.
void mg_error(struct mg_connection *c, const char *fmt, ...);

// Writes formatted text to the file 'path', which is replaced in one step.
//
// 'fs' NULL means mg_fs_posix. Returns false if the file can't be written.
bool mg_file_printf(struct mg_fs *fs, const char *path, const char *fmt, ...);

// Reads the whole file 'path': memory from mg_calloc(), NUL-terminated, caller frees 'buf' with
// mg_free(); 'len' does not count the NUL.
//
// Returns '{NULL, 0}' if the file cannot be opened or read completely or memory is out.
struct mg_str mg_file_read(struct mg_fs *fs, const char *path);

// Replaces the file 'path' by one with the 'len' bytes at 'buf', in one step: readers see the old
// content or the new one.
//
// The data goes to a temporary file in the same directory, which is then renamed. Returns true
// only if all of it was written; otherwise the old file is still there. 'buf' may be NULL if 'len'
// is 0, which makes an empty file.
bool mg_file_write(struct mg_fs *fs, const char *path, const void *buf, size_t len);

// Releases memory that came from mg_calloc; NULL is fine.
void mg_free(void *ptr);

// Closes a file opened by mg_fs_open(). NULL is allowed.
void mg_fs_close(struct mg_fd *fd);

// Steps through the entries of directory 'path', in the order 'fs' lists them.
//
// Start with an empty string in 'buf' of 'len' bytes. Each call replaces the name in it by the next
// one and returns true. Returns false and leaves an empty string after the last entry, and if the
// name in 'buf' is not in the directory any more. Names are cut to fit.
bool mg_fs_ls(struct mg_fs *fs, const char *path, char *buf, size_t len);

// Opens the file 'path' of 'fs'. 'flags' are MG_FS_READ, MG_FS_WRITE (append) and MG_FS_EXCL.
//
// Returns NULL if that fails, memory is out or an argument is NULL. Close with mg_fs_close().
struct mg_fd *mg_fs_open(struct mg_fs *fs, const char *path, int flags);

// Logs 'len' bytes at 'buf' in hex and ASCII, 16 per line, whatever the log level.
void mg_hexdump(const void *buf, size_t len);

// Stores the HMAC-SHA-256 (RFC 2104) of 'datasz' bytes at 'data' with a key in the 32 bytes at
// 'dst', which may overlap key and data.
//
// Keys of 64 bytes and more are hashed first; the RFC does so from 65 bytes on.
void mg_hmac_sha256(uint8_t *dst, uint8_t *key, size_t keysz, uint8_t *data, size_t datasz);

// Adds the request header 'Authorization: Basic' for 'user' and 'pass' to c->send. An empty or
// NULL 'pass' encodes the user alone.
void mg_http_bauth(struct mg_connection *c, const char *user, const char *pass);

// Connects to the HTTP server at 'url'; see mg_connect. The program sends the request itself,
// right away or in MG_EV_CONNECT, and gets the response as MG_EV_HTTP_MSG.
struct mg_connection *mg_http_connect(struct mg_mgr *mgr,
                                      const char *url,
                                      mg_event_handler_t fn,
                                      void *fn_data);

// Credentials of the request 'hm': user name in 'user', password or token in 'pass'.
//
// Looks at 'Authorization: Basic', 'Authorization: Bearer', the cookie 'access_token' and the query
// variable 'access_token', in this order; the first that is there decides. Both texts are cut to
// fit and NUL-terminated, and empty if there are none. A buffer of length 0 is left alone.
void mg_http_creds(struct mg_http_message *hm,
                   char *user,
                   size_t userlen,
                   char *pass,
                   size_t passlen);

// Value of the first header called 'name', in any case.
//
// Returns a pointer into 'hm->headers', valid as long as 'hm', or NULL if there is no such header
// or an argument is NULL.
struct mg_str *mg_http_get_header(struct mg_http_message *hm, const char *name);

// Value of variable 'v' in the header value 's': a slice of 's', '{NULL, 0}' if there is none.
//
// The name must start 's' or follow a blank, ';' or ','. Quotes around the value are removed.
struct mg_str mg_http_get_header_var(struct mg_str s, struct mg_str v);

// Length of the head of an HTTP message: first line, header lines and the blank line.
//
// Returns the length in bytes, 0 if the head is not complete yet, -1 if it contains a control
// byte. Lines may end in CRLF or in a bare LF. 'buf' may be NULL if 'buf_len' is 0.
int mg_http_get_request_len(const unsigned char *buf, size_t buf_len);

// Decodes variable 'name' of 'buf', a query string or form body, into 'dst' of 'dst_len' bytes.
//
// Returns the decoded length; -1 if 'buf' is NULL or empty or 'name' is NULL; -2 if 'dst' is NULL
// or 'dst_len' is 0; -3 if the value does not fit or has a malformed escape; -4 if there is no
// such variable. 'dst' is NUL-terminated in all cases but -2.
int mg_http_get_var(const struct mg_str *buf, const char *name, char *dst, size_t dst_len);

// Listens for HTTP on 'url'; see mg_listen. Handlers get MG_EV_HTTP_HDRS and MG_EV_HTTP_MSG.
struct mg_connection *mg_http_listen(struct mg_mgr *mgr,
                                     const char *url,
                                     mg_event_handler_t fn,
                                     void *fn_data);

// Next part of the multipart/form-data body 'body', whose boundary line is at offset 'ofs'.
//
// Start with 0 and go on with what is returned, until that is 0. '*part' gets slices of 'body';
// 'part' may be NULL. The file name is as the client sent it: check it before use. The options
// max_parts and max_part_size end it early; outside MG_EV_HTTP_MSG their defaults count.
size_t mg_http_next_multipart(struct mg_str body, size_t ofs, struct mg_http_part *part);

// Parses the head of the HTTP request or response in the first 'len' bytes of 's' (RFC 9112).
//
// Returns the length of the head, which is the offset of the body; 0 if more bytes are needed; -1
// if the message is malformed or its length ambiguous. '*hm' is overwritten in every case, with
// slices of 's'; nothing is copied or allocated. 'body.len' and 'message.len' are SIZE_MAX for a
// response whose body ends when the connection does. Header lines beyond MG_MAX_HTTP_HEADERS are
// checked but not listed; if one of them frames the message or carries credentials (Content-Length,
// Transfer-Encoding, Connection, Authorization, Cookie), the message is malformed.
// 's' may be NULL if 'len' is 0. Returns -1 if 'hm' is NULL.
int mg_http_parse(const char *s, size_t len, struct mg_http_message *hm);

// Sends formatted text as one chunk of a chunked HTTP body; an empty text ends the body.
void mg_http_printf_chunk(struct mg_connection *c, const char *fmt, ...);

// Sends a complete HTTP response: status line, 'headers' (lines ending in CRLF, or NULL), a
// Content-Length header and the formatted body.
void mg_http_reply(struct mg_connection *c,
                   int status_code,
                   const char *headers,
                   const char *body_fmt,
                   ...);

// Answers a request from the directories in opts->root_dir: a file, an index page, a listing or
// a redirect. Paths can't leave the directory, not even through symbolic links, unless the option
// follow_symlinks says otherwise.
//
// Without a root directory the option document_root gives one; without either every request is
// answered with 404.
void mg_http_serve_dir(struct mg_connection *c,
                       struct mg_http_message *hm,
                       const struct mg_http_serve_opts *opts);

// Answers a request with the file 'path', which is not checked: 200, 206, 304, 404 or 416.
//
// Ranges, entity tags and compressed variants ('path' + ".gz") are honoured. 'opts' may be NULL.
void mg_http_serve_file(struct mg_connection *c,
                        struct mg_http_message *hm,
                        const char *path,
                        const struct mg_http_serve_opts *opts);

// Answers a request with the page 'fullpath', its server-side includes expanded; 'virtual'
// includes are below 'root'.
void mg_http_serve_ssi(struct mg_connection *c, const char *root, const char *fullpath);

// Passes the body of a request to the firmware updater while it arrives; see
// mg_http_start_upload.
void mg_http_start_ota(struct mg_connection *c,
                       struct mg_http_message *hm,
                       void (*fn)(struct mg_connection *c, const char *message));

// Stores the body of a request in the file 'dir'/'name' while it arrives. To be called from
// MG_EV_HTTP_HDRS.
//
// 'fn(c, NULL)' is called when the whole body is stored, 'fn(c, message)' on failure; it replies
// and sets c->is_draining. 'fn' NULL replies with 200 or 500. An existing file is appended to.
// 'fs' NULL means mg_fs_posix.
void mg_http_start_upload(struct mg_connection *c,
                          struct mg_http_message *hm,
                          struct mg_str name,
                          struct mg_str dir,
                          struct mg_fs *fs,
                          void (*fn)(struct mg_connection *c, const char *message));

// Status code of a parsed response; 0 if 'hm' is NULL or the text is no number.
int mg_http_status(const struct mg_http_message *hm);

// Stores one piece of a file, given by the query variables 'file' and 'offset', below 'dir', and
// replies. To be called from MG_EV_HTTP_MSG. Deprecated: see mg_http_start_upload.
//
// Returns the size of the file afterwards, 0 for an empty body, or a negative number: -1 no file
// name, -2 unsafe name, -3 negative offset, -4 larger than 'max_size', -5 offset differs from the
// file's size, -6 file can't be opened.
long mg_http_upload(struct mg_connection *c,
                    struct mg_http_message *hm,
                    struct mg_fs *fs,
                    const char *dir,
                    size_t max_size);

// Undecoded value of variable 'name' in 'buf', a query string or form body.
//
// Names compare in any case. Returns a slice of 'buf', '{NULL, 0}' if there is no such variable.
struct mg_str mg_http_var(struct mg_str buf, struct mg_str name);

// Sends 'len' bytes as one chunk of a chunked body; 'len' 0 ends the body and the response.
void mg_http_write_chunk(struct mg_connection *c, const char *buf, size_t len);

// Takes up to 'len' raw received bytes of 'c' (c->rtls), for TLS layers.
//
// Returns the number of bytes stored in 'buf', MG_IO_WAIT if none are there.
long mg_io_recv(struct mg_connection *c, void *buf, size_t len);

// Sends raw bytes on the socket of 'c', for TLS layers.
//
// Returns the number of bytes sent, MG_IO_WAIT if the socket takes none now, MG_IO_ERR otherwise.
long mg_io_send(struct mg_connection *c, const void *buf, size_t len);

// Inserts 'len' bytes at 'buf' before offset 'ofs' of 'io'.
//
// A NULL 'buf' makes a gap without writing it. An 'ofs' behind the data puts zero bytes between.
// The capacity becomes the smallest multiple of 'io->align' that holds the data, so it may also
// shrink. 'buf' may point into 'io'. Returns 'len', or 0 with nothing changed when memory runs
// out, lengths overflow or 'io' is NULL.
size_t mg_iobuf_add(struct mg_iobuf *io, size_t ofs, const void *buf, size_t len);

// Removes up to 'len' bytes at offset 'ofs' of 'io' and returns how many were removed.
//
// The bytes behind move down and the place they leave is zeroed; the capacity stays. 0 for NULL.
size_t mg_iobuf_del(struct mg_iobuf *io, size_t ofs, size_t len);

// Frees the storage of 'io', which can be used again at once. NULL is fine.
void mg_iobuf_free(struct mg_iobuf *io);

// Initialises 'io' and gives it room for 'size' bytes.
//
// Previous storage is not freed. 'align' is the growth step in bytes, 0 for none. Returns false
// when memory runs out or 'io' is NULL; with 'size' 0 nothing is allocated. Released with
// mg_iobuf_free().
bool mg_iobuf_init(struct mg_iobuf *io, size_t size, size_t align);

// Sets the capacity of 'io' to 'new_size' bytes, rounded up to a multiple of 'io->align'.
//
// Content that does not fit is cut off. 0 frees the storage and keeps 'align'. The data moves, so
// pointers into the buffer become invalid; the old block is wiped. Returns false, with the buffer
// unchanged, when memory runs out or 'io' is NULL.
bool mg_iobuf_resize(struct mg_iobuf *io, size_t new_size);

// Finds the token at 'path', for example '$.list[2].name', and returns its offset.
//
// '*toklen' gets its length, quotes and brackets included; 'toklen' may be NULL. On failure the
// result is one of MG_JSON_TOO_DEEP, MG_JSON_INVALID, MG_JSON_NOT_FOUND and the length 0.
int mg_json_get(struct mg_str json, const char *path, int *toklen);

// The base64 text in the string at 'path' as bytes, with a NUL behind them, in memory that the
// caller releases with mg_free(). '*len', if not NULL, gets their number.
//
// Text that is not base64 gives an empty string and length 0. NULL if there is no string or memory
// runs out.
char *mg_json_get_b64(struct mg_str json, const char *path, int *len);

// Stores the boolean at 'path' in '*v', which may be NULL. Returns false, with '*v' unchanged, if
// there is no boolean.
bool mg_json_get_bool(struct mg_str json, const char *path, bool *v);

// The hex digits in the string at 'path' as bytes, with a NUL behind them, in memory that the
// caller releases with mg_free(). '*len', if not NULL, gets their number.
//
// Pairs that are no hex digits become 0 and an odd last digit is dropped. NULL if there is no
// string or memory runs out.
char *mg_json_get_hex(struct mg_str json, const char *path, int *len);

// The number at 'path' without its fraction, at most LONG_MAX and at least LONG_MIN; 'dflt' if
// there is no number.
long mg_json_get_long(struct mg_str json, const char *path, long dflt);

// Stores the number at 'path' in '*v', which may be NULL. Returns false, with '*v' unchanged, if
// there is no number.
bool mg_json_get_num(struct mg_str json, const char *path, double *v);

// The decoded string at 'path', see mg_json_unescape(), in memory that the caller releases with
// mg_free(). NULL if there is no string, it cannot be decoded, or memory runs out.
char *mg_json_get_str(struct mg_str json, const char *path);

// The token at 'path' as a slice of 'json'; '{NULL, 0}' if there is none.
struct mg_str mg_json_get_tok(struct mg_str json, const char *path);

// The entry at offset 'ofs' of the object or array 'obj', which starts with its bracket.
//
// Start with 0 and pass the result on; 0 means that there are no more. '*key' gets the key with
// its quotes, '{NULL, 0}' in an array; '*val' the raw value. Both may be NULL.
size_t mg_json_next(struct mg_str obj, size_t ofs, struct mg_str *key, struct mg_str *val);

// Decodes the string at 'path' into 'to', at most 'n' bytes with the NUL that always ends it.
//
// Returns the length. 0, with 'to' unchanged, if there is no string; 0 also for the empty string,
// one that does not fit and one with an unknown escape. '\u0000' to '\u00ff' become one byte; the
// text ends in front of higher codes.
size_t mg_json_unescape(struct mg_str json, const char *path, char *to, size_t n);

// Listens on 'url', for instance 'tcp://127.0.0.1:1234' or 'udp://:53'; port 0 = any free port
// (see c->loc.port).
//
// Returns NULL, with the reason logged and no event, if the URL is malformed or the address
// can't be used; also if the handler has called mg_close_conn. 'fn' gets the events of the
// listener and of all connections accepted on it.
struct mg_connection *mg_listen(struct mg_mgr *mgr,
                                const char *url,
                                mg_event_handler_t fn,
                                void *fn_data);

// Prints formatted text and a line break to the log, whatever the log level is.
void mg_log(const char *fmt, ...);

// Begins a line of the log, which mg_log() then ends: time, level 'll', file, line and function.
void mg_log_prefix(int ll, const char *file, int line, const char *fname);

// Sets the output function of the log and its argument; NULL swallows all output.
//
// It is called once per byte, first with standard output, and must not log.
void mg_log_set_fn(mg_pfn_t fn, void *param);

// Tells whether all of 'str' matches the glob 'pattern': '?' is any one byte, '*' any bytes but
// '/', '#' any bytes.
//
// If 'caps' is not NULL it gets one slice of 'str' per wildcard, and '{NULL, 0}' behind the last
// one; it needs one more entry than the pattern has wildcards.
bool mg_match(struct mg_str str, struct mg_str pattern, struct mg_str *caps);

// Stores the 16 bytes of an MD5 digest and wipes the context.
void mg_md5_final(struct mg_md5_ctx *c, unsigned char *digest);

// Starts an MD5 digest (RFC 1321).
void mg_md5_init(struct mg_md5_ctx *c);

// Adds 'len' bytes at 'data' to an MD5 digest.
void mg_md5_update(struct mg_md5_ctx *c, const unsigned char *data, size_t len);

// Listens for multicast DNS (RFC 6762) on 224.0.0.251:5353; several programs may. From then on names
// that end in '.local' can be connected to (mg_connect and so on): the listener made last asks.
//
// 'fn_data' is NULL or the name of this host, one label without '.local', which must stay: questions for
// its address are answered with the address in use. All questions for A records of that name, for PTR
// records of any and for SRV and TXT records of names that begin with it come as MG_EV_MDNS_REQ with a
// 'struct mg_mdns_req *', without 'fn_data' for all names; the handler says whether ('is_resp') and what
// to answer, with pointers that are good until the event is over for all. Addresses that others tell
// come as MG_EV_MDNS_RESP with a 'struct mg_mdns_resp *'. Only hosts on the networks of this one are
// heard.
//
// Returns NULL if the socket can't be opened.
struct mg_connection *mg_mdns_listen(struct mg_mgr *mgr,
                                     mg_event_handler_t fn,
                                     void *fn_data);

// Multicasts a question from the mDNS listener 'c': for records of type 'rtype' (MG_DNS_RTYPE_..., 0:
// MG_DNS_RTYPE_A) of 'name', which ends in '.local'. Addresses in the answers come as MG_EV_MDNS_RESP.
//
// Sets c->rem to the group. Returns false if 'name' is no name or the question could not be sent.
bool mg_mdns_query(struct mg_connection *c,
                   const char *name,
                   unsigned int rtype);

// Closes all connections (each gets MG_EV_CLOSE) and releases what the manager holds.
//
// Timers made by mg_timer_add are freed; the program's own timers are only taken out of the list.
// Calling it twice is harmless. From a handler the tear-down happens when mg_mgr_poll returns.
void mg_mgr_free(struct mg_mgr *mgr);

// Initialises a manager in caller-owned storage, which is overwritten whole.
//
// Sets the process's disposition of SIGPIPE to ignore. Never fails: without epoll the manager
// uses poll(). Release with mg_mgr_free. NULL is ignored.
void mg_mgr_init(struct mg_mgr *mgr);

// Runs one iteration of the event loop: waits up to 'ms' milliseconds for something to do
// (negative: without limit, 0: not at all), then runs timers and serves connections.
//
// Every connection gets one MG_EV_POLL per call.
void mg_mgr_poll(struct mg_mgr *mgr, int ms);

// Milliseconds of a clock that never goes back; a program may define its own.
uint64_t mg_millis(void);

// Listens for Modbus/TCP on 'url'; see mg_listen.
//
// Each valid request comes as MG_EV_MODBUS_REQ with a 'struct mg_modbus_req *': the handler fills in
// the values that are read, takes those that are written, or sets 'error', and the answer follows by
// itself. Malformed requests are answered without the handler; bytes that are no Modbus raise
// MG_EV_ERROR "invalid pdu". Without handler reads give zeros and writes are acknowledged.
struct mg_connection *mg_modbus_listen(struct mg_mgr *mgr,
                                       const char *url,
                                       mg_event_handler_t fn,
                                       void *fn_data);

// Formats into memory that the caller frees with mg_free; NULL if memory is out.
char *mg_mprintf(const char *fmt, ...);

// Connects to the MQTT broker at 'url' (default ports: mqtt 1883, mqtts 8883) and queues CONNECT
// as mg_mqtt_login does; see mg_connect. Packets queued right away follow it.
//
// 'fn' gets MG_EV_MQTT_OPEN with the broker's return code, MG_EV_MQTT_MSG for each message and
// MG_EV_MQTT_CMD for each packet. 'opts' may be NULL: a generated client id, everything else zero.
// The program has to call mg_mqtt_ping often enough for its keep-alive time.
struct mg_connection *mg_mqtt_connect(struct mg_mgr *mgr,
                                      const char *url,
                                      const struct mg_mqtt_opts *opts,
                                      mg_event_handler_t fn,
                                      void *fn_data);

// Sends DISCONNECT, in MQTT 5 with reason 0 and the properties of 'opts', which may be NULL. The
// connection stays open until the broker closes it or the program does.
void mg_mqtt_disconnect(struct mg_connection *c, const struct mg_mqtt_opts *opts);

// Listens for MQTT on 'url'; see mg_listen. Handlers get MG_EV_MQTT_CMD for each packet and
// MG_EV_MQTT_MSG for each message.
//
// Messages are acknowledged by the library; CONNECT, SUBSCRIBE, UNSUBSCRIBE and PINGREQ are the
// program's to answer, with mg_mqtt_send_header and mg_send, and mg_mqtt_pong. It sets
// c->is_mqtt5 when a CONNECT asks for level 5.
struct mg_connection *mg_mqtt_listen(struct mg_mgr *mgr,
                                     const char *url,
                                     mg_event_handler_t fn,
                                     void *fn_data);

// Appends CONNECT to c->send and sets c->is_mqtt5 if opts->version is 5.
//
// User, password and client id are opts->user, opts->pass and opts->client_id; if the latter is
// empty, 19 random letters and digits. opts->topic, if it is not empty, opts->message, opts->qos
// and opts->retain are the will. NULL options are like all-zero ones.
//
// What MQTT can't express (strings over 65535 bytes, QoS 3, an unknown property) raises
// MG_EV_ERROR and nothing is appended; so does lack of memory ("OOM"). The same holds for all
// functions that send a packet. Strings must not lie in c->send.
void mg_mqtt_login(struct mg_connection *c, const struct mg_mqtt_opts *opts);

// Reads the MQTT 5 property at offset 'ofs' of the properties of 'msg' and stores it in '*prop',
// with slices that point into msg->dgram.
//
// Start with 'ofs' 0 and pass the result on until it is 0: there are no more, or the next one is
// malformed. '*prop' is then meaningless: untouched or, but for its id, zero.
size_t mg_mqtt_next_prop(struct mg_mqtt_message *msg, struct mg_mqtt_prop *prop, size_t ofs);

// Parses the MQTT packet at the front of 'len' bytes at 'buf' and stores it in '*m', with slices
// that point into 'buf'. 'version' 5 looks for properties in PUBLISH, all others mean 3.1.1.
//
// Returns MQTT_OK, MQTT_INCOMPLETE if the packet is not all there, or MQTT_MALFORMED; unless it is
// MQTT_OK, only m->cmd and m->qos are set, from the first of at least two bytes. '*m' is
// overwritten whole. 'm' may be NULL.
int mg_mqtt_parse(const uint8_t *buf, size_t len, uint8_t version, struct mg_mqtt_message *m);

// Sends PINGREQ, the client's sign of life.
void mg_mqtt_ping(struct mg_connection *c);

// Sends PINGRESP, a broker's answer to PINGREQ.
void mg_mqtt_pong(struct mg_connection *c);

// Publishes opts->message to opts->topic with opts->qos and opts->retain.
//
// Returns the packet id, if the QoS is 1 or 2: opts->retransmit_id if that is not zero, which also
// marks the message as a duplicate, else a new one. With QoS 0 it returns opts->retransmit_id.
// 0 with MG_EV_ERROR if nothing was sent. Nothing is kept for retransmission.
uint16_t mg_mqtt_pub(struct mg_connection *c, const struct mg_mqtt_opts *opts);

// Sends the fixed header of a packet of type 'cmd' (MQTT_CMD_*) that goes on for 'len' bytes, up
// to 268435455. The program sends those itself.
void mg_mqtt_send_header(struct mg_connection *c, uint8_t cmd, uint8_t flags, uint32_t len);

// Subscribes to opts->topic with opts->qos. The packet id is in c->mgr->mqtt_id afterwards.
void mg_mqtt_sub(struct mg_connection *c, const struct mg_mqtt_opts *opts);

// Unsubscribes from opts->topic. The packet id is in c->mgr->mqtt_id afterwards.
void mg_mqtt_unsub(struct mg_connection *c, const struct mg_mqtt_opts *opts);

// Copies a 'struct mg_addr' from 'from' to c->rem, so that the next send goes there.
void mg_multicast_restore(struct mg_connection *c, uint8_t *from);

// Current time in milliseconds: mg_millis() plus 'mg_boot_timestamp_ms'.
uint64_t mg_now(void);

// A 32-bit number from network to host byte order, or back.
uint32_t mg_ntohl(uint32_t net);

// A 64-bit number from network to host byte order, or back.
uint64_t mg_ntohll(uint64_t net);

// A 16-bit number from network to host byte order, or back.
uint16_t mg_ntohs(uint16_t net);

// Opens a listening socket for 'c' and fills c->loc and c->fd. Sets no flags, fires nothing.
// Returns false if nothing was opened.
bool mg_open_listener(struct mg_connection *c, const char *url);

// Prepares for a firmware image of 'new_firmware_size' bytes.
bool mg_ota_begin(size_t new_firmware_size);

// Stores the name of the device, '0' here, in 'buf' of 'len' bytes, NUL-terminated.
void mg_ota_device_id(char *buf, size_t len);

// Ends a firmware image: true if it can be started.
bool mg_ota_end(void);

// Called by every mg_mgr_poll after the timers, for programs that check for firmware from time to
// time with mg_ota_url_check. Does nothing here.
void mg_ota_poll(struct mg_mgr *mgr);

// Asks the server at 'metadata_url' whether it has other firmware than this, and stores it if so.
//
// The answer to the request, which tells the version and the device's id, is a JSON object with
// 'version', 'url' and 'size' of the image, and perhaps its 'sha256' in hex, which is verified. If the
// version is another one, the image is fetched from the URL and passed to mg_ota_begin, mg_ota_write
// and mg_ota_end. 'fn' is called once, from here or from mg_mgr_poll: with NULL when that has
// succeeded, else with a text that says why not, such as "Same version" or "OTA already in progress";
// there is one check at a time. 'fn' NULL: failures are logged.
void mg_ota_url_check(struct mg_mgr *mgr,
                      const char *metadata_url,
                      void (*fn)(const char *error_message));

// Stores the next piece of a firmware image.
bool mg_ota_write(const void *buf, size_t len);

// Tells whether a decoded path stays below its root: no '..' component, no leading '~', no NUL
// byte inside. Purely textual; symbolic links are not looked at.
bool mg_path_is_sane(struct mg_str path);

// Output function that appends to the 'struct mg_iobuf' at 'param' and keeps a NUL behind the
// data. The buffer grows as needed; text is dropped when memory runs out or 'param' is NULL.
void mg_pfn_iobuf(char ch, void *param);

// Like mg_pfn_iobuf(), but the buffer never grows: when it is full, its last byte is a NUL that
// counts in 'len', and further text is dropped.
void mg_pfn_iobuf_noresize(char ch, void *param);

// Output function that writes to standard output; 'param' is ignored.
void mg_pfn_stdout(char c, void *param);

// Resets the PHY at 'addr' and sets it up; 'config' holds MG_PHY_* bits. It waits for the end of the
// reset, up to a million reads.
void mg_phy_init(struct mg_phy *phy,
                 uint8_t addr,
                 uint8_t config);

// Tells whether the PHY at 'addr' has a link. If it has, and both pointers are given, duplex and
// speed (MG_PHY_SPEED_*) are stored, unless the PHY is not known.
bool mg_phy_up(struct mg_phy *phy, uint8_t addr, bool *full_duplex, uint8_t *speed);

// Printer for '%M': takes 'int length, const void *data' and prints base64 with padding.
size_t mg_print_base64(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes 'int length, const char *text' and prints the text escaped for a JSON
// string, up to a NUL or 'length' bytes; length 0 means up to the NUL.
size_t mg_print_esc(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes 'int length, const void *data' and prints two lower-case hex digits per
// byte.
size_t mg_print_hex(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes 'int length, const char *text' and prints 'length' bytes with
// '& < > "' as HTML entities.
size_t mg_print_html_esc(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes a pointer to 8 bytes and prints them as mg_print_mac() does.
size_t mg_print_ieee64(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes a 'struct mg_addr *' and prints its IPv4 or IPv6 address.
size_t mg_print_ip(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes a pointer to 4 address bytes in network order and prints 'a.b.c.d'.
size_t mg_print_ip4(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes a pointer to 16 address bytes in network order and prints eight hex
// groups in square brackets.
size_t mg_print_ip6(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes a 'struct mg_addr *' and prints its address, a colon and its port.
size_t mg_print_ip_port(mg_pfn_t out, void *arg, va_list *ap);

// Printer for '%M': takes a pointer to 6 bytes and prints 'aa:bb:cc:dd:ee:ff'.
size_t mg_print_mac(mg_pfn_t out, void *arg, va_list *ap);

// Appends formatted text to the send buffer of 'c'.
//
// Returns the number of bytes appended.
size_t mg_printf(struct mg_connection *c, const char *fmt, ...);

// Producer: makes the message of 'len' bytes that was written to the booked place visible.
// A 'len' of 0, or more than was booked, is ignored.
void mg_queue_add(struct mg_queue *q, size_t len);

// Producer: asks for room for a message of 'len' bytes.
//
// Returns how many bytes may be written to '*buf', at least 'len', or 0 if there is no room; then
// the booking may be tried again after the consumer has read. 'buf' may be NULL.
size_t mg_queue_book(struct mg_queue *q, char **buf, size_t len);

// Consumer: removes the oldest message; 'len' is what mg_queue_next() returned. Other lengths are
// ignored.
void mg_queue_del(struct mg_queue *q, size_t len);

// Makes 'q' an empty queue that keeps its messages in the 'size' bytes at 'buf', which stay the
// caller's. NULL 'q' is ignored.
void mg_queue_init(struct mg_queue *q, char *buf, size_t size);

// Consumer: returns the length of the oldest message and stores its place in '*buf'; 0 if the
// queue is empty. The message stays until mg_queue_del(). 'buf' may be NULL.
size_t mg_queue_next(struct mg_queue *q, char **buf);

// Adds a formatted message to a queue.
//
// Returns the number of bytes, 0 if there is no room.
size_t mg_queue_printf(struct mg_queue *q, const char *fmt, ...);

// Fills 'buf' with 'len' unpredictable bytes; a program may define its own.
//
// Returns false if the system has none to give.
bool mg_random(void *buf, size_t len);

// Writes 'len - 1' random letters and digits and a NUL to 'buf', and returns 'buf'.
//
// With 'len' 0 nothing is written. The characters come from mg_random(); if it fails the text is
// empty.
char *mg_random_str(char *buf, size_t len);

// Looks up the host of 'url' for 'c' and goes on as mg_connect_resolved. Internal.
void mg_resolve(struct mg_connection *c, const char *url);

// Forgets the pending lookup of 'c'. Internal.
void mg_resolve_cancel(struct mg_connection *c);

// Puts a method in front of the list at '*head', so that it wins over older ones. The pattern is
// that of mg_match and is copied; the empty one stands for responses.
//
// Without memory nothing happens. Take methods away with mg_rpc_del.
void mg_rpc_add(struct mg_rpc **head,
                struct mg_str method_pattern,
                void (*handler)(struct mg_rpc_req *r),
                void *handler_data);

// Removes and frees all methods with this handler; NULL removes all methods. Handlers may call it.
void mg_rpc_del(struct mg_rpc **head, void (*handler)(struct mg_rpc_req *r));

// Answers the request in r->frame with an error: its code and a formatted message, which must be
// JSON; 'fmt' NULL prints null.
void mg_rpc_err(struct mg_rpc_req *r, int code, const char *fmt, ...);

// A handler: answers with an array of all method patterns, newest first, without the empty one.
void mg_rpc_list(struct mg_rpc_req *r);

// Answers the request in r->frame with a formatted result, which must be JSON; 'fmt' NULL prints
// null. Prints nothing if the request has no id.
void mg_rpc_ok(struct mg_rpc_req *r, const char *fmt, ...);

// Handles one frame (JSON-RPC 2.0), r->frame: calls the handler of the method, with r->rpc set, or
// prints an error with r->pfn.
//
// Responses (frames with 'result' or 'error') go to the handler of the empty pattern. r->head, the
// address of the list, may be NULL. Batches are not supported.
void mg_rpc_process(struct mg_rpc_req *r);

// mg_rpc_err with an argument list, which is advanced.
void mg_rpc_verr(struct mg_rpc_req *r, int code, const char *fmt, va_list *ap);

// mg_rpc_ok with an argument list, which is advanced.
void mg_rpc_vok(struct mg_rpc_req *r, const char *fmt, va_list *ap);

// Queues 'len' bytes for sending (TCP) or sends them as one datagram now (UDP).
//
// Returns false if memory is out, if the datagram could not be sent, or, with MG_EV_ERROR "OOM", if
// the option max_send_size forbids it; nothing is queued then.
// 'len' 0 is harmless.
bool mg_send(struct mg_connection *c, const void *buf, size_t len);

// Stores the 20 bytes of a SHA-1 digest and wipes the context.
void mg_sha1_final(unsigned char *digest, struct mg_sha1_ctx *c);

// Starts a SHA-1 digest (FIPS 180-4).
void mg_sha1_init(struct mg_sha1_ctx *c);

// Adds 'len' bytes at 'data' to a SHA-1 digest.
void mg_sha1_update(struct mg_sha1_ctx *c, const unsigned char *data, size_t len);

// Stores the SHA-256 digest of 'datasz' bytes at 'data' in the 32 bytes at 'dst'.
void mg_sha256(uint8_t *dst, uint8_t *data, size_t datasz);

// Stores the 32 bytes of a SHA-256 digest and wipes the context.
void mg_sha256_final(unsigned char *digest, struct mg_sha256_ctx *c);

// Starts a SHA-256 digest (FIPS 180-4).
void mg_sha256_init(struct mg_sha256_ctx *c);

// Adds 'len' bytes at 'data' to a SHA-256 digest.
void mg_sha256_update(struct mg_sha256_ctx *c, const unsigned char *data, size_t len);

// Stores the SHA-384 digest of 'datasz' bytes at 'data' in the 48 bytes at 'dst'.
void mg_sha384(uint8_t *dst, uint8_t *data, size_t datasz);

// Stores the 48 bytes of a SHA-384 digest and wipes the context.
void mg_sha384_final(uint8_t *digest, struct mg_sha384_ctx *ctx);

// Starts a SHA-384 digest (FIPS 180-4).
void mg_sha384_init(struct mg_sha384_ctx *ctx);

// Adds 'len' bytes at 'data' to a SHA-384 digest.
void mg_sha384_update(struct mg_sha384_ctx *ctx, const uint8_t *data, size_t len);

// Formats into 'buf' of 'len' bytes, always NUL-terminated if 'len' is not 0.
//
// Returns the length of the whole text, which may be 'len' or more.
size_t mg_snprintf(char *buf, size_t len, const char *fmt, ...);

// Asks the time server at 'url' (NULL: udp://time.google.com:123) for the time; see mg_connect.
//
// The reply sets mg_boot_timestamp_ms, so that mg_now() tells the time, and is reported as
// MG_EV_SNTP_TIME with a pointer to the milliseconds since 1970 (uint64_t). Then, and after three
// seconds without reply, the connection is closed, without MG_EV_ERROR. What is not the server's
// reply to the request (RFC 4330 section 5) is ignored. The first 8 bytes of c->data are the
// library's.
struct mg_connection *mg_sntp_connect(struct mg_mgr *mgr,
                                      const char *url,
                                      mg_event_handler_t fn,
                                      void *fn_data);

// Reads an SNTP packet that has just arrived (RFC 4330) and sets mg_boot_timestamp_ms if the time
// in it is later than 1970.
//
// Returns milliseconds since 1970; -1 if it is shorter than 48 bytes, not from a server, of another
// version than 3 or 4, or from a server that does not know the time (stratum 0). Whether it is the
// reply to a request is not known here.
int64_t mg_sntp_parse(const uint8_t *buf, size_t len);

// Sends a request on a connection made by mg_sntp_connect, which has done so already when it was
// connected. Does nothing while the name of the server is being looked up.
void mg_sntp_request(struct mg_connection *c);

// Splits 's' at the first 'sep': '*a' is what stands before it, '*b' what follows. Without 'sep',
// '*a' is all and '*b' the empty end.
//
// Returns false, with nothing written, if 's' is empty. 'a' and 'b' may be NULL, or point to the
// variable that was passed as 's'.
bool mg_span(struct mg_str s, struct mg_str *a, struct mg_str *b, char sep);

// The slice of 'n' bytes at 's'.
struct mg_str mg_str_n(const char *s, size_t n);

// The slice of a NUL-terminated string; '{NULL, 0}' for NULL. Programs write 'mg_str(s)'.
struct mg_str mg_str_s(const char *s);

// Reads an unsigned number that makes up all of 'str' into the 'val_len' (1, 2, 4 or 8) bytes at
// 'val'.
//
// 'base' is 2, 10, 16, or 0: by prefix '0b' or '0x', else decimal. Returns false, with '*val'
// unchanged, if there is anything but digits, on overflow, and for other bases or widths.
bool mg_str_to_num(struct mg_str str, int base, void *val, size_t val_len);

// Compares two slices ignoring ASCII case: -1, 0 or 1. A prefix is smaller.
int mg_strcasecmp(struct mg_str str1, struct mg_str str2);

// Compares two slices byte by byte: -1, 0 or 1. A prefix is smaller.
int mg_strcmp(struct mg_str str1, struct mg_str str2);

// A copy of 's' with a NUL behind it; the caller frees 'buf' with mg_free(). '{NULL, 0}' if 's' is
// empty or memory runs out.
struct mg_str mg_strdup(struct mg_str s);

// Allocates a timer, see mg_timer_init(), and adds it to the timers of 'mgr'.
//
// A timer that does not repeat frees itself after its call; others live until mg_mgr_free(), or
// until the program takes them out with mg_timer_free() and frees them with mg_free(). NULL when
// memory runs out or 'mgr' is NULL.
struct mg_timer *mg_timer_add(struct mg_mgr *mgr,
                              uint64_t milliseconds,
                              unsigned int flags,
                              void (*fn)(void *arg),
                              void *arg);

// Tells whether the periodic deadline in '*expiration' has passed at 'now', and moves it on.
//
// All in milliseconds. Start with 0: the first call arms it. 'period' 0 is always due. False for
// NULL.
bool mg_timer_expired(uint64_t *expiration, uint64_t period, uint64_t now);

// Takes 'timer' out of the list 'head'; a timer that is not there is left alone. Memory is not
// released.
void mg_timer_free(struct mg_timer **head, struct mg_timer *timer);

// Fills in 'timer', which must not be in a list, and puts it at the head of the list 'head'.
//
// 'fn(arg)' is called from mg_timer_poll() when 'milliseconds' have passed; 'flags' are
// MG_TIMER_* bits. The timer stays the caller's unless it has MG_TIMER_AUTODELETE.
void mg_timer_init(struct mg_timer **head,
                   struct mg_timer *timer,
                   uint64_t milliseconds,
                   unsigned int flags,
                   void (*fn)(void *arg),
                   void *arg);

// Calls the timers of the list 'head' that are due at 'new_ms', newest first, each at most once.
//
// A callback may add timers, which are first looked at in the next poll, and may take any timer
// out of the list and free it, also its own.
void mg_timer_poll(struct mg_timer **head, uint64_t new_ms);

// Releases what mg_tls_ctx_init made.
void mg_tls_ctx_free(struct mg_mgr *mgr);

// Prepares what all TLS sessions of a manager share.
void mg_tls_ctx_init(struct mg_mgr *mgr);

// Sends encrypted bytes that wait in the TLS session.
void mg_tls_flush(struct mg_connection *c);

// Releases the TLS session of 'c'.
void mg_tls_free(struct mg_connection *c);

// Goes on with the TLS handshake of 'c'.
void mg_tls_handshake(struct mg_connection *c);

// Starts TLS on 'c', as a client or as a server depending on who connected; the place for it is
// MG_EV_CONNECT or MG_EV_ACCEPT, or right behind mg_connect. MG_EV_TLS_HS tells that the
// handshake is complete; what was queued until then is sent encrypted. On a listener it does
// nothing.
//
// From then on 'c->tls' is a 'struct rustls_connection': with rustls.h, which is installed beside
// this header, a program can ask it for protocol version, cipher suite, certificates and the
// like. Reading, writing and freeing it stay with the library.
void mg_tls_init(struct mg_connection *c, const struct mg_tls_opts *opts);

// Decrypted bytes that mg_tls_recv would return at once.
size_t mg_tls_pending(struct mg_connection *c);

// Receives and decrypts; returns the bytes stored, MG_IO_WAIT or MG_IO_ERR.
long mg_tls_recv(struct mg_connection *c, void *buf, size_t len);

// Encrypts and sends; returns the bytes taken, MG_IO_WAIT or MG_IO_ERR.
long mg_tls_send(struct mg_connection *c, const void *buf, size_t len);

// Content of the packed file 'path': not copied, not to be freed. '{NULL, 0}' if there is none.
struct mg_str mg_unpacked(const char *path);

// Decodes 'n' percent-encoded bytes at 'src' into 'dst'; a '+' becomes a space if 'form' is not 0.
//
// Returns the decoded length, or -1 if an escape is malformed or the text and its NUL do not fit
// 'dst_len'; 'dst' is NUL-terminated in either case, unless 'dst_len' is 0. 'dst' may
// be 'src'; otherwise the buffers must not overlap.
int mg_url_decode(const char *src, size_t n, char *dst, size_t dst_len, int form);

// Percent-encodes 'n' bytes at 's' into 'buf' of 'len' bytes, with lower-case hex digits.
//
// Letters, digits, '.', '_', '-' and '~' stay. Returns the encoded length; a NUL follows. Returns
// 0 if five bytes are not free before each source byte.
size_t mg_url_encode(const char *s, size_t n, char *buf, size_t len);

// Host part of 'url', with the brackets of an IPv6 address; may be empty.
struct mg_str mg_url_host(const char *url);

// Tells whether 'url' starts with https, wss, mqtts, ssl, tls or tcps and a colon.
bool mg_url_is_ssl(const char *url);

// Password in 'url'; may be empty.
struct mg_str mg_url_pass(const char *url);

// Port of 'url', else the usual one of http, https, ws, wss, mqtt or mqtts, else 0. Also 0 for a
// port above 65535.
unsigned short mg_url_port(const char *url);

// Path, query and fragment of 'url', up to its end; "/" if it has no path.
const char *mg_url_uri(const char *url);

// User name in 'url'; may be empty.
struct mg_str mg_url_user(const char *url);

// Formats into memory that the caller releases with mg_free(); NULL if the text is empty or
// memory runs out at once. If it runs out later the text so far is returned.
char *mg_vmprintf(const char *fmt, va_list *ap);

// Appends formatted text to c->send, with a NUL behind it that is not sent.
//
// Returns the number of bytes appended; 0 with MG_EV_ERROR "OOM" if memory is out.
size_t mg_vprintf(struct mg_connection *c, const char *fmt, va_list *ap);

// Formats into 'buf', at most 'len' bytes including the NUL that always ends the text.
//
// Returns the length of the whole text, also when it was cut. With 'len' 0 nothing is written and
// 'buf' may be NULL.
size_t mg_vsnprintf(char *buf, size_t len, const char *fmt, va_list *ap);

// Sends formatted text to 'fn', byte by byte, and returns the number of bytes printed.
//
// 'arg' is handed to 'fn'. 'ap' points to a live 'va_list', which is advanced. No NUL is sent at
// the end. A NULL 'fmt' prints nothing.
size_t mg_vxprintf(mg_pfn_t fn, void *arg, const char *fmt, va_list *ap);

// Sends 'len' bytes at 'buf' to connection number 'id', which gets them as MG_EV_WAKEUP with a
// 'struct mg_str *'. The only function that other threads may call on a live manager.
//
// Messages arrive whole and in order. Returns false if 'id' is 0, wake-up is not initialised, or
// the queue is full. Must not run at the same time as mg_mgr_free.
bool mg_wakeup(struct mg_mgr *mgr, unsigned long id, const void *buf, size_t len);

// Sets up wake-up, see mg_wakeup. Returns false if it is set up already or resources are out.
bool mg_wakeup_init(struct mg_mgr *mgr);

// Becomes a Wi-Fi access point. False: there is no driver.
bool mg_wifi_ap_start(struct mg_wifi_data *wifi);

// Ends being a Wi-Fi access point. False: there is no driver.
bool mg_wifi_ap_stop(void);

// Joins a Wi-Fi network. False: there is no driver.
bool mg_wifi_connect(struct mg_wifi_data *wifi);

// Leaves the Wi-Fi network. False: there is no driver.
bool mg_wifi_disconnect(void);

// Scans for Wi-Fi networks. False: there is no driver.
bool mg_wifi_scan(void);

// Makes a connection of the descriptor 'fd' of a socket, which the library closes in the end.
//
// NULL only if memory is out, when 'fd' is still the caller's, or if the handler has called
// mg_close_conn, when 'fd' is closed. 'fd' -1 makes a connection that
// only gets MG_EV_POLL.
struct mg_connection *mg_wrapfd(struct mg_mgr *mgr, int fd, mg_event_handler_t fn, void *fn_data);

// Connects to the WebSocket server at 'url' (ws:// or wss://) and asks for a WebSocket; see
// mg_connect. 'fmt' may be NULL or give more header lines, each ending in CRLF.
//
// MG_EV_WS_OPEN comes once the server has agreed, MG_EV_WS_MSG with each message, MG_EV_WS_CTL
// with each control frame and each further fragment.
struct mg_connection *mg_ws_connect(struct mg_mgr *mgr,
                                    const char *url,
                                    mg_event_handler_t fn,
                                    void *fn_data,
                                    const char *fmt,
                                    ...);

// Sends formatted text as one WebSocket frame with opcode 'op'.
//
// Returns the length of the text; 0, with nothing sent, if memory is out.
size_t mg_ws_printf(struct mg_connection *c, int op, const char *fmt, ...);

// Appends 'len' bytes at 'buf' to c->send as one WebSocket frame with opcode 'op', masked if 'c'
// is a client.
//
// 'op' is the first byte of the frame with FIN added; clear that bit in c->send to send a fragment.
// The payload is not checked. 'buf' may be NULL, for zeros. Returns the length of the frame; 0,
// with nothing appended, if memory is out, or, with MG_EV_ERROR "OOM", if the option max_send_size
// forbids it.
size_t mg_ws_send(struct mg_connection *c, const void *buf, size_t len, int op);

// Answers the request 'hm', in MG_EV_HTTP_MSG, with 101 and makes 'c' a WebSocket connection:
// MG_EV_WS_OPEN is delivered before this function returns. 'fmt' may be NULL or give more
// header lines, each ending in CRLF.
//
// A request that is not one for a WebSocket (RFC 6455 section 4.2.1) is answered with 426, and
// the connection closes. Compare the 'Origin' header first where cookies decide about access.
void mg_ws_upgrade(struct mg_connection *c,
                   struct mg_http_message *hm,
                   const char *fmt,
                   ...);

// mg_ws_printf with an argument list.
size_t mg_ws_vprintf(struct mg_connection *c, int op, const char *fmt, va_list *ap);

// Makes the last 'len' bytes of c->send the payload of a WebSocket frame with opcode 'op': puts a
// header in front of them, and masks them if 'c' is a client.
//
// Returns c->send.len, which stays as it was if it is less than 'len' or memory is out.
size_t mg_ws_wrap(struct mg_connection *c, size_t len, int op);

// Formats and gives each byte to 'fn' together with 'arg'.
//
// Returns the number of bytes.
size_t mg_xprintf(mg_pfn_t fn, void *arg, const char *fmt, ...);

#ifdef __cplusplus
}
#endif

#endif  // MONGOOSE_H
