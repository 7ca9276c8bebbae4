// Asks http://127.0.0.1:PORT/N for every N below COUNT, and prints what Node (llhttp) makes of the
// response: `response N STATUS BODY`, `refused N WHY` or `partial N`, as client.c does.
//
// Arguments: PORT COUNT
'use strict';

const http = require('node:http');

const AT_ONCE = 32;
const [port, count] = process.argv.slice(2).map(Number);
let next = 0;

function ask() {
  if (next === count) return;
  const number = next++;
  let done = false;
  const end = line => {
    if (done) return;
    done = true;
    console.log(line);
    ask();
  };
  const finished = (res, body) => {
    // Node 18 reads a blank in front of the status as the digit 0 three times.
    if (res.statusCode < 100) return end(`refused ${number} status ${res.statusCode}`);
    const hex = Buffer.concat(body).toString('hex') || '-';
    end(res.complete ? `response ${number} ${res.statusCode} ${hex}` : `partial ${number}`);
  };
  // A response that is complete stays so, whatever comes behind it.
  const failed = (error, res, body) => {
    if (res?.complete) return setImmediate(finished, res, body);
    const partial = ['HPE_INVALID_EOF_STATE', 'ECONNRESET'].includes(error.code);
    end(partial ? `partial ${number}` : `refused ${number} ${error.code}`);
  };
  const options = {port, host: '127.0.0.1', path: `/${number}`, agent: false};
  const req = http.get(options);
  const body = [];
  let answer;
  req.on('error', error => failed(error, answer, body));
  req.on('upgrade', (res, socket) => {
    socket.destroy();
    finished({complete: true, statusCode: res.statusCode}, []);
  });
  req.on('response', res => {
    answer = res;
    res.on('data', piece => body.push(piece));
    res.on('error', error => failed(error, res, body));
    res.on('end', () => finished(res, body));
  });
}

for (let i = 0; i < AT_ONCE; i++) ask();
