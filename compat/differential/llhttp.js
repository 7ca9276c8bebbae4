// Prints every request that Node's HTTP server (llhttp) sees complete, as peers.py describes.
// As `llhttp.js behind` it is what nginx passes requests on to, with what nginx made of them in
// X-Seen-Port, -Method and -Target.
'use strict';

const fs = require('node:fs');
const http = require('node:http');

const BEHIND = process.argv[2] === 'behind';
const print = line => fs.writeSync(1, `${line}\n`);
const hex = bytes => bytes.length === 0 ? '-' : Buffer.from(bytes, 'latin1').toString('hex');

function record(req, res) {
  const body = [];
  const port = BEHIND ? req.headers['x-seen-port'] : req.socket.remotePort;
  const method = BEHIND ? req.headers['x-seen-method'] : req.method;
  const target = BEHIND ? req.headers['x-seen-target'] : req.url;
  if (!method) { // Node 18 hands the preface of HTTP/2 on as a request without a method.
    print(`refused ${port} no method`);
    return req.socket.destroy();
  }
  req.on('error', () => {});
  req.on('data', piece => body.push(piece));
  req.on('end', () => {
    print(`request - ${hex(Buffer.concat(body))} ${port} ${hex(method)} ${hex(target)}`);
    res.end();
  });
}

// What was complete before is printed first.
function failed(error, socket) {
  const port = socket.remotePort;
  setImmediate(() => {
    const partial = ['HPE_INVALID_EOF_STATE', 'ECONNRESET'].includes(error.code);
    print(partial ? `partial ${port}` : `refused ${port} ${error.code}`);
    socket.destroy();
  });
}

const server = http.createServer({requireHostHeader: false, maxHeaderSize: 1 << 20}, record);
// nginx decides how long it keeps connections: one that this server closed at the same moment would
// cost a request.
server.keepAliveTimeout = 0;
server.on('checkExpectation', record);
server.on('clientError', failed);
server.listen(0, '127.0.0.1', () => print(`port ${server.address().port}`));
