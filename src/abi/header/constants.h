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
