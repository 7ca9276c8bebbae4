//! Replays `compat/vectors/codec-mqtt.jsonl` through the exported functions, and cuts packets at a
//! guard page.

#[path = "common/http_guard.rs"]
mod http_guard;

use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};

use http_guard::{Guarded, Tally, bytes, number, vectors};
use mongoose::abi::iobuf::{mg_iobuf_add, mg_iobuf_free};
use mongoose::abi::mqtt::*;
use mongoose::abi::protocol_types::{mg_mqtt_message, mg_mqtt_opts, mg_mqtt_prop};
use mongoose::abi::types::{flags, mg_connection, mg_mgr, mg_str};
use serde_json::{Value, json};

const MQTT_OK: c_int = 0;
const MQTT_INCOMPLETE: c_int = 1;
const MQTT_MALFORMED: c_int = 2;

/// What the hardened items ask for instead of what was recorded, by vector: the members of `out`
/// that differ. Refused calls append nothing, use no packet id and raise an error.
fn hardened(id: &str) -> Option<Value> {
    let refused = |mqtt_id: u16| json!({"send": "", "mqtt_id": mqtt_id, "error": true});
    let refused_pub = json!({"send": "", "mqtt_id": 1, "error": true, "ret": 0});
    Some(match id.strip_prefix("mqtt-")? {
        // 04.W17: QoS 3 is refused.
        "login-0097" | "login-0098" => refused(0),
        "sub-0038" | "sub-0091" => refused(8),
        "pub-0123" | "pub-0126" | "pub-0291" | "pub-0294" => refused_pub,
        // 04.W17: QoS 4 is QoS 0 throughout.
        "pub-0124" => json!({"send": {"hex": "300400017178"}, "mqtt_id": 1, "ret": 0}),
        "pub-0292" => json!({"send": {"hex": "30050001710078"}, "mqtt_id": 1, "ret": 0}),
        // 04.W17: QoS 5 and 6 are 1 and 2, as recorded.
        "pub-0125" | "pub-0293" | "sub-0039" | "sub-0092" => json!({}),
        // 04.W16: a packet can't be that long.
        "send-header-0014" | "send-header-0015" | "send-header-0041" | "send-header-0042" => {
            json!({"send": "", "error": true})
        }
        // 04.W17: QoS 3 is malformed.
        "parse-0025" | "parse-0591" => json!({"ret": MQTT_MALFORMED}),
        // 04.W15: the properties are found, and are no payload.
        "parse-0032" | "parse-0572" => json!({"data": [6, 0], "props_start": 6}),
        "parse-0034" => json!({"data": [6, 1], "props_start": 6}),
        "parse-0040" => json!({"data": [8, 0], "props_start": 8}),
        _ => return None,
    })
}

/// A connection of the program's own, as the vectors were recorded with.
struct Bench {
    mgr: Box<mg_mgr>,
    conn: Box<mg_connection>,
}

/// Notes in `c->fn_data` that an error was raised.
unsafe extern "C" fn on_event(c: *mut mg_connection, event: c_int, _data: *mut c_void) {
    assert_eq!(event, 0, "only errors are expected");
    // SAFETY: `Bench::new` put the address of a live flag there.
    unsafe { *(*c).fn_data.cast::<bool>() = true };
}

impl Bench {
    fn new(input: &Value, error: *mut bool) -> Bench {
        // SAFETY: all-zero is valid for both.
        let (mut mgr, mut conn): (Box<mg_mgr>, Box<mg_connection>) =
            unsafe { (Box::new(std::mem::zeroed()), Box::new(std::mem::zeroed())) };
        mgr.mqtt_id = input["mqtt_id"].as_u64().unwrap_or(0) as u16;
        conn.mgr = &raw mut *mgr;
        (conn.send.align, conn.recv.align) = (16384, 16384);
        conn.r#fn = Some(on_event);
        conn.fn_data = error.cast();
        if input["is_mqtt5"] == 1 {
            conn.flags |= flags::MQTT5;
        }
        if let Some(before) = input.get("send_before").map(bytes).filter(|b| !b.is_empty()) {
            // SAFETY: a live buffer and readable bytes.
            unsafe { mg_iobuf_add(&mut conn.send, 0, before.as_ptr().cast(), before.len()) };
        }
        Bench { mgr, conn }
    }

    fn sent(&self) -> Vec<u8> {
        let all = mg_str { buf: self.conn.send.buf.cast(), len: self.conn.send.len };
        // SAFETY: the buffer holds `len` bytes.
        unsafe { all.bytes() }.to_vec()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // SAFETY: a live buffer.
        unsafe { mg_iobuf_free(&mut self.conn.send) };
    }
}

/// Options made from a vector, at exact sizes in front of guard pages.
struct Options {
    texts: Vec<Guarded>,
    lists: [Vec<mg_mqtt_prop>; 2],
    opts: mg_mqtt_opts,
}

impl Options {
    fn text(&mut self, value: &Value) -> mg_str {
        let text = if value.is_null() { Vec::new() } else { bytes(value) };
        self.texts.push(Guarded::new(&text));
        self.texts.last().expect("just pushed").str()
    }

    fn list(&mut self, value: &Value) -> Vec<mg_mqtt_prop> {
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        let property = |item: &Value| mg_mqtt_prop {
            id: item["id"].as_u64().expect("an id") as u8,
            iv: item.get("iv").map_or(0, |iv| number(iv) as u32),
            key: self.text(&item["key"]),
            val: self.text(&item["val"]),
        };
        items.iter().map(property).collect()
    }

    fn new(value: &Value) -> Options {
        // SAFETY: all-zero options are valid.
        let opts = unsafe { std::mem::zeroed() };
        let mut all = Options { texts: Vec::new(), lists: Default::default(), opts };
        let n = |key: &str| value.get(key).map_or(0, number);
        let texts = ["user", "pass", "client_id", "topic", "message"].map(|k| all.text(&value[k]));
        [all.opts.user, all.opts.pass, all.opts.client_id, all.opts.topic, all.opts.message] =
            texts;
        (all.opts.qos, all.opts.version) = (n("qos") as u8, n("version") as u8);
        (all.opts.keepalive, all.opts.retransmit_id) =
            (n("keepalive") as u16, n("retransmit_id") as u16);
        (all.opts.retain, all.opts.clean) = (n("retain") != 0, n("clean") != 0);
        all.lists = [all.list(&value["props"]), all.list(&value["will_props"])];
        (all.opts.props, all.opts.num_props) = (all.lists[0].as_mut_ptr(), all.lists[0].len());
        (all.opts.will_props, all.opts.num_will_props) =
            (all.lists[1].as_mut_ptr(), all.lists[1].len());
        all
    }
}

/// Calls a sender.
fn sender(function: &str, vector: &Value) -> Value {
    let input = &vector["in"];
    let mut error = false;
    let mut bench = Bench::new(input, &raw mut error);
    let options = Options::new(&input["opts"]);
    let opts = if input["opts"].is_null() { null() } else { &raw const options.opts };
    let c = &raw mut *bench.conn;
    let arg = |key: &str| number(&input[key]);
    let mut ret = None;
    // SAFETY: rules 1 and 4.
    unsafe {
        match function {
            "mg_mqtt_login" => mg_mqtt_login(c, opts),
            "mg_mqtt_pub" => ret = Some(mg_mqtt_pub(c, opts)),
            "mg_mqtt_sub" => mg_mqtt_sub(c, opts),
            "mg_mqtt_unsub" => mg_mqtt_unsub(c, opts),
            "mg_mqtt_disconnect" => mg_mqtt_disconnect(c, opts),
            "mg_mqtt_ping" => mg_mqtt_ping(c),
            "mg_mqtt_pong" => mg_mqtt_pong(c),
            "mg_mqtt_send_header" => {
                mg_mqtt_send_header(c, arg("cmd") as u8, arg("flags") as u8, arg("len") as u32);
            }
            _ => panic!("unknown function {function}"),
        }
    }
    let mut got = json!({
        "send": hex(&bench.sent()),
        "is_mqtt5": i32::from(bench.conn.flags & flags::MQTT5 != 0),
        "mqtt_id": bench.mgr.mqtt_id,
    });
    if let Some(ret) = ret {
        got["ret"] = json!(ret);
    }
    if error {
        got["error"] = json!(true);
    }
    got
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is expected of a vector, and whether it is what was recorded.
fn expected(vector: &Value) -> (Value, bool) {
    let id = vector["id"].as_str().expect("an id");
    let mut out = vector["out"].clone();
    let Some(changes) = hardened(id) else {
        assert!(vector.get("hardened").is_none(), "{id} is to be hardened");
        return (out, true);
    };
    assert!(vector.get("hardened").is_some(), "{id} is not to be hardened");
    for (key, value) in changes.as_object().expect("an object") {
        out[key] = value.clone();
    }
    let as_recorded = out == vector["out"];
    (out, as_recorded)
}

/// A message in which nothing is zero by chance, the padding included.
fn dirty_message() -> mg_mqtt_message {
    // SAFETY: any bytes are a message to overwrite: pointers and numbers.
    unsafe { std::mem::transmute([0xaau8; size_of::<mg_mqtt_message>()]) }
}

fn parse(input: &Guarded, version: u8, m: &mut mg_mqtt_message) -> c_int {
    // SAFETY: rules 2 and 5.
    unsafe { mg_mqtt_parse(input.ptr(), input.str().len, version, m) }
}

fn parse_result(vector: &Value, wanted: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let mut m = dirty_message();
    let ret = parse(&input, number(&vector["in"]["version"]) as u8, &mut m);
    let all = json!({
        "ret": ret,
        "topic": input.slice(m.topic),
        "data": input.slice(m.data),
        "dgram": input.slice(m.dgram),
        "id": m.id,
        "cmd": m.cmd,
        "qos": m.qos,
        "ack": m.ack,
        "props_start": m.props_start,
        "props_size": m.props_size,
    });
    // Unless it is MQTT_OK, only some members were recorded.
    let members = wanted.as_object().expect("an object").keys();
    let listed = members.filter(|key| ret == MQTT_OK || ["ret", "cmd", "qos"].contains(&&key[..]));
    listed.map(|key| (key.clone(), all[key].clone())).collect()
}

fn prefix_results(vector: &Value) -> Value {
    let text = bytes(&vector["in"]["buf"]);
    let version = number(&vector["in"]["version"]) as u8;
    let result = |cut: usize| parse(&Guarded::new(&text[..cut]), version, &mut dirty_message());
    json!({"ret": (0..=text.len()).map(result).collect::<Vec<_>>()})
}

fn property_steps(vector: &Value) -> Value {
    let input = Guarded::new(&bytes(&vector["in"]["buf"]));
    let mut m = dirty_message();
    parse(&input, number(&vector["in"]["version"]) as u8, &mut m);
    let mut steps = Vec::new();
    let mut ofs = 0;
    loop {
        // SAFETY: any bytes are a property to overwrite.
        let mut prop: mg_mqtt_prop = unsafe { std::mem::transmute([0xaau8; 40]) };
        // SAFETY: rules 1 and 5.
        let next = unsafe { mg_mqtt_next_prop(&mut m, &mut prop, ofs) };
        if next == 0 {
            // 04.W18: untouched, or zero but for the id.
            assert!(prop.iv == 0xaaaa_aaaa || prop.iv == 0 && prop.val.buf.is_null());
            steps.push(json!({"ret": 0}));
            return json!({ "steps": steps });
        }
        assert!(next > ofs, "iteration advances");
        let (key, val) = (input.slice(prop.key), input.slice(prop.val));
        steps.push(json!({"ret": next, "id": prop.id, "iv": prop.iv, "key": key, "val": val}));
        ofs = next;
    }
}

#[test]
fn codec_mqtt() {
    let mut tally = Tally::default();
    for vector in vectors("codec-mqtt.jsonl") {
        let function = vector["fn"].as_str().expect("fn");
        let (mut want, as_recorded) = expected(&vector);
        let got = match function {
            "mg_mqtt_parse" => {
                let got = parse_result(&vector, &want);
                if want["ret"] != MQTT_OK {
                    let members = ["ret", "cmd", "qos"];
                    let all = want.as_object_mut().expect("an object");
                    all.retain(|key, _| members.contains(&&key[..]));
                }
                got
            }
            "mg_mqtt_parse_prefixes" => prefix_results(&vector),
            "mg_mqtt_next_prop" => property_steps(&vector),
            _ => {
                want["send"] = json!(hex(&bytes(&want["send"])));
                let mut got = sender(function, &vector);
                let members = got.as_object_mut().expect("an object");
                members.retain(|key, _| key == "error" || want.get(key).is_some());
                got
            }
        };
        tally.count(&vector, &want, &got, as_recorded);
    }
    tally.finish("codec-mqtt");
}

/// A packet of each type and version, from the vectors that parse.
fn whole_packets() -> Vec<(Vec<u8>, u8)> {
    let all = vectors("codec-mqtt.jsonl");
    let good = all.iter().filter(|v| v["fn"] == "mg_mqtt_parse" && v["out"]["ret"] == MQTT_OK);
    let packet = |v: &Value| {
        let mut packet = bytes(&v["in"]["buf"]);
        packet.truncate(v["out"]["dgram"][1].as_u64().expect("a length") as usize);
        (packet, number(&v["in"]["version"]) as u8)
    };
    good.map(packet).filter(|(packet, _)| packet.len() < 400).collect()
}

/// Reads every byte that a result points to, and iterates over the properties.
fn touch_all(input: &Guarded, m: &mut mg_mqtt_message) {
    let mut total = 0;
    for slice in [m.topic, m.data, m.dgram] {
        total += input.text(slice).len();
    }
    let mut ofs = 0;
    loop {
        // SAFETY: all-zero is a valid property.
        let mut prop: mg_mqtt_prop = unsafe { std::mem::zeroed() };
        // SAFETY: rules 1 and 5.
        let next = unsafe { mg_mqtt_next_prop(m, &mut prop, ofs) };
        if next == 0 {
            break;
        }
        assert!(next > ofs && next <= m.props_size, "iteration advances within the section");
        total += input.text(prop.key).len() + input.text(prop.val).len();
        ofs = next;
    }
    assert!(total <= 3 * input.str().len + 2 * m.props_size);
}

// History: CVE-2019-12951 | the same in front of an unmapped page
#[test]
fn cve_2019_12951_every_truncation_of_every_packet_at_a_guard_page() {
    let mut kinds = [false; 16];
    for (packet, version) in whole_packets() {
        kinds[usize::from(packet[0] >> 4)] = true;
        for cut in 0..packet.len() {
            let input = Guarded::new(&packet[..cut]);
            let mut m = dirty_message();
            assert_eq!(parse(&input, version, &mut m), MQTT_INCOMPLETE, "{packet:?} {cut}");
            assert_eq!((m.dgram.len, m.topic.len, m.props_size), (0, 0, 0));
        }
    }
    assert_eq!(kinds, [true; 16], "every type was among them");
}

/// The header says less than there is: the fields are cut at the end of the packet, which is also
/// the end of the memory.
// History: CVE-2018-18764; CVE-2023-2905; CVE-2017-2892 | each shorter length
#[test]
fn cve_2018_18764_cve_2023_2905_shorter_lengths_at_a_guard_page() {
    for (packet, version) in whole_packets().iter().filter(|(packet, _)| packet[1] < 0x80) {
        for remaining in 0..packet[1] {
            let mut shorter = packet[..usize::from(remaining) + 2].to_vec();
            shorter[1] = remaining;
            let input = Guarded::new(&shorter);
            let mut m = dirty_message();
            let ret = parse(&input, *version, &mut m);
            assert_ne!(ret, MQTT_INCOMPLETE, "{shorter:?}");
            if ret == MQTT_OK {
                touch_all(&input, &mut m);
            }
        }
    }
}

// History: #3419 | each byte changed, in front of an unmapped page
#[test]
fn issue_3419_any_byte_of_a_publish_changed_at_a_guard_page() {
    let publish = |(packet, version): &(Vec<u8>, u8)| packet[0] >> 4 == 3 && *version == 5;
    for (packet, version) in whole_packets().iter().filter(|p| publish(p)) {
        for i in 1..packet.len() {
            for byte in [0x00, 0x01, 0x0b, 0x26, 0x7f, 0x80, 0xff] {
                let mut changed = packet.clone();
                changed[i] = byte;
                let input = Guarded::new(&changed);
                let mut m = dirty_message();
                if parse(&input, *version, &mut m) == MQTT_OK {
                    touch_all(&input, &mut m);
                }
            }
        }
    }
}

/// A program may hand over any message.
#[test]
fn ch04_43_sections_outside_the_packet_have_no_properties() {
    let input = Guarded::new(b"\x30\x06\0\x01t\x02\x01\x01");
    let cases = [
        (6, 3),
        (7, 2),
        (8, 1),
        (9, 0),
        (9, 1),
        (usize::MAX, 2),
        (2, usize::MAX),
        (usize::MAX, usize::MAX),
    ];
    for (props_start, props_size) in cases {
        for ofs in [0, 1, 7, usize::MAX] {
            let mut m = dirty_message();
            assert_eq!(parse(&input, 5, &mut m), MQTT_OK);
            (m.props_start, m.props_size) = (props_start, props_size);
            // SAFETY: any bytes are a property to overwrite.
            let mut prop: mg_mqtt_prop = unsafe { std::mem::transmute([0xaau8; 40]) };
            // SAFETY: rules 1 and 5.
            assert_eq!(unsafe { mg_mqtt_next_prop(&mut m, &mut prop, ofs) }, 0);
            assert_eq!((prop.id, prop.iv), (0xaa, 0xaaaa_aaaa), "untouched");
        }
    }
}

// History: CVE-2019-19307 | lengths of two to a hundred bytes
#[test]
fn cve_2019_19307_ch04_41_lengths_that_go_on() {
    let mut m = dirty_message();
    // SAFETY: rules 2 and 5.
    assert_eq!(unsafe { mg_mqtt_parse(null_mut(), 0, 4, &mut m) }, MQTT_INCOMPLETE);
    for continued in 1..100 {
        let packet = [&[0x30][..], &vec![0x80; continued], &[0x01]].concat();
        let want = if continued < 4 { MQTT_INCOMPLETE } else { MQTT_MALFORMED };
        for version in [4, 5] {
            assert_eq!(parse(&Guarded::new(&packet), version, &mut m), want, "{continued}");
        }
    }
}
