"""Which page of the API reference tells about which names."""

import dataclasses
import re


@dataclasses.dataclass
class Area:
    """A page: `intro` is Markdown, `names` a pattern that must match all of a name."""
    page: str
    title: str
    names: str
    intro: str


# The first area whose pattern matches the first name of an entry has it.
AREAS = [
    Area("event-loop", "Managers and connections",
         r"mg_mgr(_\w+)?|mg_connection|mg_event(_handler_t)?|mg_(listen|connect|wrapfd|send|printf)"
         r"|mg_(vprintf|call|error|connect_svc|connect_resolved|close_conn|alloc_conn|open_listener)"
         r"|mg_getlocaddr|mg_resolve(_cancel)?|mg_io_(recv|send)|mg_multicast_\w+|mg_pipe|MG_IO_ERR|MG_EPOLL_ADD"
         r"|MG_PROF_\w+",
         "A program makes a manager, listens or connects, and polls; handlers get events. One manager and\n"
         "its connections belong to one thread ([threads](../threads.md)). First program:\n"
         "[getting started](../getting-started.md)."),
    Area("http", "HTTP", r"mg_http_\w+",
         "Servers: [examples-c/http-server](../../examples-c/http-server/main.c) and\n"
         "[http-rest](../../examples-c/http-rest/main.c); clients:\n"
         "[http-client](../../examples-c/http-client/main.c). Limits and deadlines: [the guard](../guard.md)."),
    Area("websocket", "WebSocket", r"mg_ws_\w+|WEBSOCKET_\w+",
         "RFC 6455. [examples-c/websocket-server](../../examples-c/websocket-server/main.c),\n"
         "[websocket-client](../../examples-c/websocket-client/main.c)."),
    Area("mqtt", "MQTT", r"mg_mqtt_\w+|MQTT_\w+",
         "MQTT 3.1.1 and 5. [examples-c/mqtt-client](../../examples-c/mqtt-client/main.c),\n"
         "[mqtt-broker](../../examples-c/mqtt-broker/main.c)."),
    Area("dns", "DNS and mDNS", r"mg_(dns|mdns|dnssd)\w*|MG_DNS_\w+",
         "`mg_connect` and the like look names up by themselves, at the servers in `mgr->dns4` and\n"
         "`mgr->dns6`. [examples-c/dns-lookup](../../examples-c/dns-lookup/main.c),\n"
         "[mdns](../../examples-c/mdns/main.c)."),
    Area("sntp", "Time of day (SNTP)", r"mg_sntp_\w+|mg_now|mg_boot_timestamp_ms",
         "[examples-c/sntp-time](../../examples-c/sntp-time/main.c)."),
    Area("tls", "TLS", r"mg_tls_\w+|MG_TLS_\w+|MG_IS_DER",
         "How to use it: [TLS](../tls.md). Programs call `mg_tls_init`; the other functions are for the\n"
         "library, and for programs that bring their own TLS. The library also exports the functions of\n"
         "rustls-ffi, `rustls_*`: they are declared in [rustls.h](../../include/README.md)."),
    Area("json", "JSON", r"mg_json_\w+|MG_JSON_\w+",
         "Reading JSON text in place. To write JSON, print it: `%m` and `%M` of [formatting](format.md)."),
    Area("rpc", "JSON-RPC", r"mg_rpc(_\w+)?",
         "JSON-RPC 2.0 over any transport. [examples-c/json-rpc](../../examples-c/json-rpc/main.c)."),
    Area("strings", "Strings", r"mg_str(_\w+|dup|cmp|casecmp)?|mg_to_size_t|mg_span|mg_match|mg_casecmp",
         "`struct mg_str` is a pointer and a length; there need not be a NUL behind it."),
    Area("format", "Formatting", r"mg_v?(x|m|sn)printf|mg_print_(?!stats)\w+|mg_pfn_\w+|mg_pm_t|MG_ESC",
         "The formats of C, and two more: `%M` takes a printer and its arguments, `%m` puts double quotes\n"
         "around what it prints. `mg_snprintf(buf, len, \"{%m:%d}\", MG_ESC(\"n\"), 7)` gives `{\"n\":7}`."),
    Area("url", "URLs", r"mg_url_\w+", "Parts of a URL, and percent-encoding."),
    Area("timers", "Timers and clocks", r"mg_timer(_\w+)?|MG_TIMER_\w+|mg_millis|mg_delayms",
         "[examples-c/timers](../../examples-c/timers/main.c)."),
    Area("threads", "Wake-up and queues", r"mg_wakeup(_init)?|mg_queue(_\w+)?",
         "What other threads may do: [threads](../threads.md).\n"
         "[examples-c/multi-threaded](../../examples-c/multi-threaded/main.c)."),
    Area("files", "Files", r"mg_fs(_\w+)?|MG_FS_\w+|mg_file_\w+|mg_fd|mg_mem_files?|mg_unpacked|mg_path_is_sane",
         "File systems are tables of functions: the one of the operating system, files packed into the\n"
         "program, or the program's own."),
    Area("memory", "Memory and buffers", r"mg_iobuf(_\w+)?|mg_calloc|mg_free|mg_bzero|LIST_\w+|MG_ROUND_\w+|MG_BIT",
         "What the library gives to the program comes from `mg_calloc` and is released with `mg_free`."),
    Area("digests", "Digests, base64, random numbers",
         r"mg_(md5|sha\d+|hmac|crc32|base64|random)\w*", "Digests, encodings and randomness."),
    Area("addresses", "Addresses and byte order",
         r"mg_addr|mg_aton|mg_check_ip_acl|mg_[nh]to[nh]\w+|MG_(BIG_ENDIAN|U8P|U32|IPV[46]|IPADDR_PARTS)"
         r"|MG_(LOAD|STORE)_BE\w+", "Network addresses, and numbers as they are on the wire."),
    Area("log", "Log", r"mg_log(_\w+)?|MG_LL_\w+|mg_hexdump",
         "Levels, output, and the macros that programs use."),
    Area("modbus", "Modbus/TCP", r"mg_modbus_\w+|MG_MODBUS_(FUNC|ERR)_\w+",
         "[examples-c/modbus-server](../../examples-c/modbus-server/main.c)."),
    Area("dashboard", "Dashboard",
         r"mg_dash(_\w+)?|mg_field(_set)?|mg_val_type|MG_DASH_(?!MAX_USER)\w+|MG_HTTP_ADDR",
         "Variables of a device on a web page, by REST and WebSocket.\n"
         "[examples-c/device-dashboard](../../examples-c/device-dashboard/main.c)."),
    Area("ota", "Firmware updates", r"mg_ota_\w+|MG_OTA\w*",
         "`mg_ota_begin`, `mg_ota_write` and `mg_ota_end` are the program's: the library's own only fail."),
    Area("hardware", "Wi-Fi and Ethernet hardware",
         r"mg_(phy|wifi|tcpip)_?\w*|MG_(PHY|WIFI|TCPIP|SET_(MAC|WIFI))_?\w*|MG_ENABLE_TCPIP\w*",
         "Declared as in 7.22. There are no drivers in this library: the Wi-Fi functions say false unless\n"
         "the program defines them."),
    Area("guard", "The guard", r"mg_(set|get)_(?!mac)\w+|mg_option_name|mg_stats|mg_print_stats|mg_guard_\w+"
         r"|mg_auth_handler_t|mg_disable_http_endpoint|mg_library_version|MEERKAT_VERSION",
         "`mongoose_guard.h`, which 7.22 does not have. How to use it: [the guard](../guard.md); all options:\n"
         "[options](../options.md)."),
    Area("options", "Build options and platform", r"MG_\w+|assert",
         "Which of them take effect how: [README](../../README.md#options). The layout guard is a reference in\n"
         "every object file to `mg_needs_library_built_with__*`, a symbol whose name carries the values of\n"
         "the options that change layouts: a program built with others does not link."),
]


def area_of(name):
    """The area that has `name`; an error if none does."""
    for area in AREAS:
        if re.fullmatch(area.names, name):
            return area
    raise SystemExit(f"tools/docs/areas.py has no area for {name}")
