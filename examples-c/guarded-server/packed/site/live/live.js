// The live page: takes a message per second from the WebSocket, and draws the last two minutes.
'use strict';

const SPAN = 120000;  // what plots show, milliseconds
const DELAY = 1200;   // plots end that long ago, so that they glide
const STILL = matchMedia('(prefers-reduced-motion: reduce)');
const $ = selector => document.querySelector(selector);

function make(parent, name, attributes = {}, text = '') {
  const element = parent.appendChild(document.createElement(name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---------------------------------------------------------------------------------------- numbers

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const grouped = number => whole.format(number).replaceAll(',', '\u202f');

function count(number) {
  if (number < 1e5) return grouped(number);
  const [size, unit] = number < 1e6 ? [1e3, 'k'] : number < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
  return (number / size).toPrecision(4).slice(0, 5).replace(/\.$/, '') + unit;
}

function rate(number) {
  return number > 0 && number < 10 ? number.toFixed(1).replace(/\.0$/, '') : count(Math.round(number));
}

function bytes(number) {
  let unit = 0;
  for (; number >= 1024 && unit < 4; unit++) number /= 1024;
  const digits = unit > 0 && number < 10 && number % 1 ? 1 : 0;
  return `${number.toFixed(digits)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
}

function duration(ms) {
  if (ms < 1000 || ms % 1000) return ms < 10000 ? `${grouped(ms)} ms` : `${ms / 1000} s`;
  const s = ms / 1000;
  return s < 120 ? `${s} s` : s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
}

const clock = ms => new Date(ms).toLocaleTimeString('en-GB');

// ---------------------------------------------------------------------------------------- samples

// What came, oldest first: {time, figures, rates}, times as the server counts them. `rates` is null
// where nothing came before.
let samples = [];
const newest = () => samples[samples.length - 1];

const sum = (figures, prefix) => Object.keys(figures).reduce(
  (total, name) => name.startsWith(prefix) ? total + figures[name] : total, 0);

const TOTALS = {
  accepted: f => f.accepted, closed: f => f.closed, evicted: f => f.evicted,
  refused: f => sum(f, 'refused_'), timeouts: f => sum(f, 'timeout_'),
  rejected: f => sum(f, 'rejected_'), requests: f => f.requests,
};

function addSample(time, figures) {
  const before = newest();
  if (before && time <= before.time) return;
  const totals = {}, rates = {};
  for (const [name, total] of Object.entries(TOTALS)) totals[name] = total(figures);
  const follows = before && time - before.time < 3000;
  for (const name of Object.keys(TOTALS)) {
    rates[name] = follows ? (totals[name] - before.totals[name]) * 1000 / (time - before.time) : 0;
  }
  rates.answered = Math.max(0, rates.requests - rates.rejected);
  rates.dropped = rates.refused + rates.evicted + rates.timeouts;
  samples.push({time, figures, totals, rates, follows});
  while (samples[0].time < time - SPAN - 5000) samples.shift();
}

// ------------------------------------------------------------------------------------------ plots

let colours = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  colours = new Proxy({}, {get: (known, name) => known[name] ??= style.getPropertyValue(`--${name}`).trim()});
}

// Round steps: 1, 2, 5, 10 …, or powers of two for bytes.
function step(most, binary) {
  const least = Math.max(most / 4, binary ? 256 : 1);
  if (binary) return 2 ** Math.ceil(Math.log2(least));
  const ten = 10 ** Math.floor(Math.log10(least));
  return ten * [1, 2, 5, 10].find(factor => ten * factor >= least);
}

let pointer = null;  // fraction of the width that the pointer is at, for all plots

class Plot {
  // series: {key, label, colour, of(sample)}; lines: the same, dashed, drawn where there is room.
  constructor(id, {series, lines = [], stacked, format, binary = false}) {
    Object.assign(this, {series, lines, stacked, format, binary, top: 0});
    this.canvas = $(`#${id} canvas`);
    this.context = this.canvas.getContext('2d');
    const legend = $(`#${id} .legend`);
    for (const one of [...series, ...lines]) {
      const item = make(legend, 'li', {'data-series': one.key});
      if (lines.includes(one)) item.className = 'dashed';
      make(item, 'i').style.setProperty('--tone', `var(--${one.colour})`);
      make(item, 'span', {}, one.label);
      one.value = make(item, 'b', {}, '–');
      one.item = item;
    }
    const point = event => {
      const box = this.canvas.getBoundingClientRect();
      pointer = (event.clientX - box.left - this.left) / (box.width - this.left);
      if (pointer < 0 || pointer > 1) pointer = null;
      showValues();
    };
    this.canvas.addEventListener('pointermove', point);
    this.canvas.addEventListener('pointerdown', point);
    this.canvas.addEventListener('pointerleave', () => { pointer = null; showValues(); });
  }

  left = 46;

  showValues(sample) {
    for (const one of [...this.series, ...this.lines]) {
      const value = one.of(sample);
      setText(one.value, value === null ? 'none' : this.format(value));
      one.value.dataset.value = value;
      one.item.classList.toggle('zero', !value);
    }
  }

  // The most that must fit; lines fit if they are not far above everything else.
  most(visible) {
    let most = 0;
    for (const sample of visible) {
      const values = this.series.map(one => one.of(sample));
      most = Math.max(most, this.stacked ? values.reduce((a, b) => a + b, 0) : Math.max(...values));
    }
    const floor = this.binary ? 4096 : 64;
    for (const line of this.lines) {
      const value = line.of(newest());
      if (value !== null && value <= Math.max(floor, most * 5)) most = Math.max(most, value * 1.05);
    }
    return most;
  }

  draw(end) {
    const {canvas, context: g} = this, ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const visible = samples.filter(sample => sample.time > end - SPAN - 2500);
    if (visible.length === 0) return;
    const most = this.most(visible), unit = step(most, this.binary);
    const wanted = Math.max(Math.ceil(most / unit), 1) * unit;
    this.top = this.top === 0 || STILL.matches ? wanted : this.top + (wanted - this.top) * 0.12;
    const box = {left: this.left, right: width - 1, top: 12, bottom: height - 20};
    const x = time => box.right - (end - time) / SPAN * (box.right - box.left);
    const y = value => box.bottom - value / this.top * (box.bottom - box.top);
    this.drawGrid(g, box, y, unit, wanted);
    g.save();
    g.beginPath();
    g.rect(box.left, 0, box.right - box.left + 1, height);
    g.clip();
    this.drawSeries(g, visible, x, y, box);
    g.restore();
    this.drawLines(g, y, box);
    this.drawPointer(g, x, y, box, end);
  }

  drawGrid(g, box, y, unit, wanted) {
    g.font = '11px system-ui, "Liberation Sans", sans-serif';
    g.lineWidth = 1;
    g.textBaseline = 'middle';
    g.textAlign = 'right';
    for (let value = 0; value <= wanted; value += unit) {
      const at = Math.round(y(value)) + 0.5;
      if (at < 5) continue;
      g.strokeStyle = value === 0 ? colours.line : colours.grid;
      g.beginPath();
      g.moveTo(box.left, at);
      g.lineTo(box.right, at);
      g.stroke();
      g.fillStyle = colours.quiet;
      g.fillText(this.format(value).replace(/iB$/, ''), box.left - 6, at);
    }
    g.textBaseline = 'alphabetic';
    for (const [fraction, text, align] of [[0, '2 min', 'left'], [0.25, '90 s', 'center'],
      [0.5, '60 s', 'center'], [0.75, '30 s', 'center'], [1, 'now', 'right']]) {
      g.textAlign = align;
      g.fillText(text, box.left + fraction * (box.right - box.left), box.bottom + 15);
    }
  }

  drawSeries(g, visible, x, y, box) {
    // Where seconds are missing, there is a hole.
    const runs = [];
    for (const sample of visible) {
      if (!sample.follows || runs.length === 0) runs.push([]);
      runs[runs.length - 1].push(sample);
    }
    for (const run of runs) {
      let lower = run.map(() => 0);
      for (const one of this.series) {
        const upper = run.map((sample, i) => one.of(sample) + (this.stacked ? lower[i] : 0));
        const line = new Path2D();
        run.forEach((sample, i) => line.lineTo(x(sample.time), y(upper[i])));
        if (upper.some((value, i) => value > lower[i])) {
          const area = new Path2D(line);
          for (let i = run.length - 1; i >= 0; i--) {
            area.lineTo(x(run[i].time), this.stacked ? y(lower[i]) : box.bottom);
          }
          area.closePath();
          g.fillStyle = colours[one.colour];
          g.globalAlpha = this.stacked ? 0.82 : 0.14;
          g.fill(area);
          g.globalAlpha = 1;
          g.strokeStyle = colours[one.colour];
          g.lineWidth = this.stacked ? 1 : 1.75;
          g.lineJoin = 'round';
          g.stroke(this.stacked ? this.edge(run, upper, lower, x, y) : line);
        }
        if (this.stacked) lower = upper;
      }
    }
  }

  // The upper edge of a part of the stack, where it has any height.
  edge(run, upper, lower, x, y) {
    const path = new Path2D();
    for (let i = 1; i < run.length; i++) {
      if (upper[i] === lower[i] && upper[i - 1] === lower[i - 1]) continue;
      path.moveTo(x(run[i - 1].time), y(upper[i - 1]));
      path.lineTo(x(run[i].time), y(upper[i]));
    }
    return path;
  }

  drawLines(g, y, box) {
    g.textAlign = 'right';
    let beyond = 0;
    for (const line of this.lines) {
      const value = line.of(newest());
      if (value === null) continue;
      g.fillStyle = g.strokeStyle = colours[line.colour];
      if (value > this.top * 1.02) {
        g.fillText(`${line.label} ${this.format(value)} ↑`, box.right - 2, box.top + 4 + 13 * beyond++);
        continue;
      }
      const at = Math.round(y(value)) + 0.5;
      g.beginPath();
      g.moveTo(box.left, at);
      g.lineTo(box.right, at);
      g.lineWidth = 3;
      g.strokeStyle = colours.card;
      g.stroke();
      g.lineWidth = 1.5;
      g.strokeStyle = colours[line.colour];
      g.setLineDash([5, 4]);
      g.stroke();
      g.setLineDash([]);
      const text = (line.short ?? '') + this.format(value), width = g.measureText(text).width + 6;
      g.globalAlpha = 0.8;
      g.fillStyle = colours.card;
      g.fillRect(box.right - width, at - 16, width, 14);
      g.globalAlpha = 1;
      g.fillStyle = colours[line.colour];
      g.fillText(text, box.right - 3, at - 5);
    }
  }

  drawPointer(g, x, y, box, end) {
    if (pointer === null) return;
    const sample = pointed(end);
    if (!sample) return;
    const at = Math.round(x(sample.time)) + 0.5;
    if (at < box.left) return;
    g.strokeStyle = colours.text;
    g.globalAlpha = 0.55;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(at, box.top - 6);
    g.lineTo(at, box.bottom);
    g.stroke();
    g.globalAlpha = 1;
    g.font = '11px system-ui, "Liberation Sans", sans-serif';
    const text = clock(wall(sample.time)), half = g.measureText(text).width / 2 + 4;
    const middle = Math.min(Math.max(at, box.left + half), box.right - half);
    g.fillStyle = colours.card;
    g.fillRect(middle - half, box.bottom + 3, 2 * half, 16);
    g.fillStyle = colours.text;
    g.textAlign = 'center';
    g.fillText(text, middle, box.bottom + 15);
  }
}

const state = (key, label, colour) => ({key, label, colour, of: s => s.figures[`now_${key}`]});
const perSecond = (key, label, colour) => ({key, label, colour, of: s => s.rates[key]});
const stored = (key, label, colour) => ({key, label, colour, of: s => s.figures[key]});

const plots = [
  new Plot('connections', {
    stacked: true, format: count,
    series: [
      state('in_handler', 'in handler', 'handler'), state('sending', 'sending', 'sending'),
      state('reading_body', 'reading body', 'body'), state('websocket', 'WebSocket', 'websocket'),
      state('keep_alive_idle', 'keep-alive, idle', 'idle'), state('other', 'other', 'other'),
      state('connecting', 'connecting', 'connecting'), state('handshaking', 'TLS handshake', 'handshaking'),
      state('reading_header', 'reading header', 'header'), state('tarpitted', 'tarpitted', 'tarpitted'),
    ],
    lines: [{key: 'limit', label: 'limit', short: 'limit ', colour: 'limit', of: s => s.figures.max_connections || null}],
  }),
  new Plot('requests', {
    stacked: true, format: rate,
    series: [perSecond('answered', 'answered', 'answered'), perSecond('rejected', 'rejected', 'rejected')],
  }),
  new Plot('refusals', {
    stacked: true, format: rate,
    series: [perSecond('evicted', 'evicted', 'evicted'), perSecond('timeouts', 'timed out', 'timeout'),
      perSecond('refused', 'refused', 'refused')],
  }),
  new Plot('memory', {
    stacked: false, format: bytes, binary: true,
    series: [stored('recv_bytes', 'receiving', 'receive'), stored('send_bytes', 'sending', 'send')],
    lines: [stored('recv_bytes_max', 'most received', 'receive'), stored('send_bytes_max', 'most sent', 'send')],
  }),
];

// The server's clock, by what the last messages said.
let offset = null, end = 0;
const wall = time => Date.now() - performance.now() + time - (offset ?? 0);

function sawTime(now) {
  const seen = now - performance.now();
  offset = offset === null || Math.abs(seen - offset) > 2000 ? seen : offset + (seen - offset) * 0.2;
}

// Where the plots end: it stands still when nothing comes.
function currentEnd() {
  return Math.min(performance.now() + offset - DELAY, newest().time + 300);
}

function pointed(end) {
  const time = end - SPAN * (1 - pointer);
  return samples.reduce((best, sample) =>
    Math.abs(sample.time - time) < Math.abs(best.time - time) ? sample : best, samples[0]);
}

function showValues() {
  if (samples.length === 0) return;
  const sample = pointer === null ? newest() : pointed(end);
  for (const plot of plots) plot.showValues(sample);
}

let drawn = 0;
function frame(now) {
  requestAnimationFrame(frame);
  if (samples.length === 0 || now - drawn < (STILL.matches ? 900 : 40)) return;
  drawn = now;
  end = currentEnd();
  for (const plot of plots) plot.draw(end);
  document.body.dataset.frames = Number(document.body.dataset.frames ?? 0) + 1;
}

// ------------------------------------------------------------------------------ tiles and readings

const PARTS = {
  accepted: f => [['now open', f.now_accepted]],
  closed: f => [['most at once', f.now_max]],
  evicted: f => [['times full', f.full_episodes]],
  refused: f => [['full', f.refused_full], ['rate', f.refused_rate], ['per address', f.refused_per_ip], ['list', f.refused_acl]],
  timeouts: f => ['header', 'io', 'body', 'request', 'keep_alive', 'websocket'].map(
    name => [name.replace('_', '-'), f[`timeout_${name}`]]),
  rejected: f => Object.keys(f).filter(name => name.startsWith('rejected_')).map(
    name => [name.slice(9), f[name]]).sort((a, b) => b[1] - a[1]),
};

const tiles = {};
for (const name of Object.keys(PARTS)) {
  const tile = make($('#tiles'), 'div', {class: 'card tile', 'data-tile': name});
  const title = make(tile, 'h3', {}, name[0].toUpperCase() + name.slice(1));
  tiles[name] = {
    tile, rate: make(title, 'span', {'data-rate': name}),
    total: make(tile, 'p', {class: 'total', 'data-figure': name}, '–'),
    parts: make(tile, 'p', {class: 'parts'}),
  };
}

function showTiles({figures, totals, rates, time}) {
  for (const [name, tile] of Object.entries(tiles)) {
    setText(tile.total, count(totals[name]));
    tile.total.dataset.value = totals[name];
    tile.total.title = grouped(totals[name]);
    setText(tile.rate, rates[name] > 0 ? `${rate(rates[name])}/s` : '');
    const always = ['accepted', 'closed'].includes(name);
    const parts = PARTS[name](figures).filter(([, value]) => value > 0 || always);
    const text = parts.map(([label, value]) => `${label} ${count(value)}`).join(' · ');
    setText(tile.parts, text);
    tile.parts.title = text;
    if (rates[name] > 0) tile.last = time;
    tile.tile.classList.toggle('active', time - (tile.last ?? -1e9) < 5000);
  }
}

function showReadings({figures: f, rates, totals}) {
  const reading = (name, value, text) => {
    const element = $(`[data-figure=${name}]`);
    setText(element, text);
    element.dataset.value = value;
  };
  const now = f.now_accepted + f.now_outgoing;
  reading('now', now, count(now));
  reading('limit', f.max_connections, f.max_connections ? count(f.max_connections) : 'any number');
  reading('requests_rate', totals.requests, rate(rates.requests));
  reading('dropped_rate', rates.dropped, rate(rates.dropped));
  reading('memory', f.recv_bytes + f.send_bytes, bytes(f.recv_bytes + f.send_bytes));
  const recent = samples.slice(-5), turned = recent.reduce((all, s) => all + s.rates.dropped + s.rates.rejected, 0) / recent.length;
  const mood = $('#mood');
  mood.dataset.mood = turned > 0 ? 'busy' : 'calm';
  setText(mood, turned > 0 ? `guard at work, ${turned < 1 ? 'less than 1' : count(Math.round(turned))} turned away per second` : 'all quiet');
}

// ----------------------------------------------------------------------------------------- limits

const number = text => {
  const found = /^(\d+)([kmg]?)$/i.exec(text);
  return found ? Number(found[1]) * {'': 1, k: 1024, m: 1 << 20, g: 1 << 30}[found[2].toLowerCase()] : null;
};
const as = format => text => number(text) === null ? text : number(text) === 0 ? 'off' : format(number(text));
const perSecondAs = format => text => text === '0' ? 'off' : text.split('/').map(part => as(format)(part)).join('/s, burst ').replace(/^([^/]+)$/, '$1/s');
const LIMITS = [
  ['Connections and rates', [
    ['max_connections', 'at once', as(grouped)], ['max_connections_per_ip', 'from one address', as(grouped)],
    ['full_policy', 'when all places are taken', String], ['connect_rate', 'new ones from one address', perSecondAs(grouped)],
    ['request_rate', 'requests from one address', perSecondAs(grouped)], ['over_rate', 'what comes too often', String],
    ['websocket_allowed_origins', 'pages that may open WebSockets', text => text || 'any']]],
  ['Deadlines', [
    ['header_timeout_ms', 'until a header is complete', as(duration)], ['io_timeout_ms', 'without progress', as(duration)],
    ['request_timeout_ms', 'for a whole request', as(duration)], ['keep_alive_timeout_ms', 'between two requests', as(duration)],
    ['min_body_rate', 'for a body, at least', perSecondAs(bytes)], ['websocket_ping_ms', 'until a quiet WebSocket is asked', as(duration)],
    ['tarpit_ms', 'in the tarpit', as(duration)], ['handler_warn_ms', 'in the program, then it is reported', as(duration)]]],
  ['Sizes', [
    ['max_header_size', 'of a header', as(bytes)], ['max_uri_size', 'of a URI', as(bytes)],
    ['max_headers', 'header lines', as(grouped)], ['max_body_size', 'of a body', as(bytes)],
    ['max_recv_size', 'unread, of one connection', as(bytes)], ['max_send_size', 'unsent, of one connection', as(bytes)],
    ['max_memory', 'of all buffers', as(bytes)], ['websocket_max_message_size', 'of a WebSocket message', as(bytes)]]],
];

const limitCells = new Map();
for (const [title, rows] of LIMITS) {
  const table = make($('#limits .tables'), 'table');
  make(table, 'caption', {}, title);
  const body = make(table, 'tbody');
  for (const [name, meaning, format] of rows) {
    const row = make(body, 'tr', {hidden: ''});
    const head = make(row, 'th', {scope: 'row'}, name);
    make(head, 'small', {}, meaning);
    limitCells.set(name, {row, format, cell: make(row, 'td', {'data-option': name})});
  }
}

function showLimits(limits, figures) {
  for (const [name, {row, format, cell}] of limitCells) {
    row.hidden = !(name in limits);
    if (row.hidden) continue;
    let text = format(limits[limits[name]] ?? limits[name]);  // a value may name another option
    if (text === 'auto' && name === 'max_connections') text = `auto, ${grouped(figures.max_connections)}`;
    setText(cell, text);
    cell.dataset.value = limits[name];
    cell.classList.toggle('off', text === 'off' || text === 'any');
  }
}

// ------------------------------------------------------------------------------------------- feed

const ACTIONS = {refuse: 'refused', evict: 'evicted', timeout: 'timed out', reject: 'rejected', rate_limit: 'rate-limited'};
const MOST_LINES = 200, TOGETHER = 10000;  // equal events within that many milliseconds are one line
const feed = $('#feed');
let lines = [], waiting = [], known = new Map();  // known: event id -> {line, count}
let hovered = false, pressed = false;

function addEvent(event) {
  const before = known.get(event.id);
  if (before) {
    before.line.total += event.count - before.count;
    before.count = event.count;
    return showLine(before.line);
  }
  const key = JSON.stringify([event.action, event.status, event.option, event.peer]);
  let line = lines.find(one => one.key === key);
  if (!line || event.time - line.time > TOGETHER) {
    line = newLine(key, event);
    lines.unshift(line);
    if (lines.length > MOST_LINES) lines.pop().item.remove();
  }
  line.total += event.count;
  known.set(event.id, {line, count: event.count});
  known.delete(event.id - 1000);
  showLine(line);
}

function newLine(key, event) {
  const item = document.createElement('li');
  item.dataset.action = event.action;
  item.dataset.option = event.option;
  make(item, 'time', {}, clock(wall(event.time)));
  make(item, 'span', {class: 'what'}, (ACTIONS[event.action] ?? event.action) + (event.status ? ` ${event.status}` : ''));
  make(item, 'span', {class: 'whom'}, event.peer ?? 'several addresses');
  make(item, 'span', {class: 'why'}, event.option);
  const number = make(item, 'span', {class: 'count'});
  feed.prepend(item);
  return {key, time: event.time, total: 0, item, number};
}

function showLine(line) {
  line.item.dataset.count = line.total;
  setText(line.number, line.total > 1 ? `× ${count(line.total)}` : '');
}

function showFeed(events) {
  waiting.push(...events);
  if (waiting.length > 2000) waiting = waiting.slice(-1000);
  const paused = hovered || pressed;
  $('#events').classList.toggle('paused', paused);
  if (!paused) waiting.splice(0).forEach(addEvent);
  const more = waiting.reduce((total, event) => total + event.count, 0);
  setText($('#feed-state'), !paused ? 'newest first' : more ? `paused, ${count(more)} more` : 'paused');
}

$('#pause').addEventListener('click', () => {
  pressed = !pressed;
  $('#pause').setAttribute('aria-pressed', pressed);
  setText($('#pause'), pressed ? 'Go on' : 'Pause');
  showFeed([]);
});
for (const [name, inside] of [['pointerenter', true], ['pointerleave', false]]) {
  feed.addEventListener(name, event => {
    if (event.pointerType !== 'mouse') return;
    hovered = inside;
    showFeed([]);
  });
}

// -------------------------------------------------------------------------------------- WebSocket

let socket, attempt = 0, started = null, heard = 0, retryAt = null;

function setState(name, text) {
  document.body.dataset.state = name;
  setText($('#state-text'), text);
}

function forget() {
  samples = [];
  lines = [];
  waiting = [];
  known = new Map();
  offset = null;
  feed.replaceChildren();
}

function onMessage(message) {
  heard = performance.now();
  attempt = 0;
  if (message.started !== started) forget();
  started = message.started;
  sawTime(message.now);
  const names = Object.keys(message.figures), rows = message.history ?? [];
  if (rows.length > 0 && samples.length === 0) {
    rows.slice(0, -1).forEach((row, i) => addSample(message.measured - 1000 * (rows.length - 1 - i),
      Object.fromEntries(names.map((name, at) => [name, row[at]]))));
  }
  addSample(message.measured, message.figures);
  const sample = newest();
  setState('live', 'live');
  setText($('#countdown'), '');
  showTiles(sample);
  showReadings(sample);
  showLimits(message.limits, message.figures);
  showFeed(message.events);
  showValues();
  setText($('#uptime'), `Running for ${duration(Math.floor((message.now - message.started) / 1000) * 1000)}.`);
  document.body.dataset.messages = Number(document.body.dataset.messages ?? 0) + 1;
}

function connect() {
  retryAt = null;
  heard = performance.now();
  setState('connecting', 'connecting');
  setText($('#countdown'), '');
  const url = new URL('ws', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const mine = socket = new WebSocket(url);
  mine.onmessage = event => { if (mine === socket) onMessage(JSON.parse(event.data)); };
  mine.onclose = () => { if (mine === socket) retryLater(); };
}

// Waits longer from try to try, and not as long as all the others.
function retryLater() {
  socket = null;
  const wait = Math.min(15000, 500 * 2 ** attempt++) * (0.8 + 0.4 * Math.random());
  retryAt = performance.now() + wait;
  setState('waiting', 'disconnected');
}

function tick() {
  const now = performance.now();
  if (retryAt !== null) {
    setText($('#countdown'), `again in ${Math.ceil(Math.max(0, retryAt - now) / 1000)} s`);
    if (now >= retryAt) connect();
  } else if (now - heard > 6000) {
    const silent = socket;
    retryLater();
    silent.close();
  } else if (now - heard > 2500 && document.body.dataset.state === 'live') {
    setState('silent', 'waiting for figures');
  }
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', readColours);
addEventListener('online', () => { if (retryAt !== null) connect(); });
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && retryAt !== null) connect();
});
readColours();
connect();
setInterval(tick, 250);
requestAnimationFrame(frame);
