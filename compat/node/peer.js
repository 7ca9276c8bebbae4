// What the Node peers share: examples as child processes, Chromium, counting checks.
'use strict';
const {execFile, execFileSync, spawn} = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..', '..');

// Options of the command line: --build DIR, and --shots DIR to keep screenshots.
function options() {
  const found = {build: path.join(ROOT, 'build'), shots: null};
  const args = process.argv.slice(2);
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    if (!(name in found) || args[i + 1] === undefined) {
      console.error(`usage: ${path.basename(process.argv[1])} [--build DIR] [--shots DIR]`);
      process.exit(2);
    }
    found[name] = path.resolve(args[i + 1]);
  }
  return found;
}

// Counts checks; the last line is what tools/test-all adds up.
class Score {
  passed = 0;
  failed = 0;

  async run(name, check) {
    try {
      await check();
      this.passed++;
    } catch (error) {
      this.failed++;
      console.log(`FAILED ${name}: ${error.stack}`);
    }
  }

  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 ? 1 : 0;
  }
}

// Polls until a condition holds.
async function until(what, condition) {
  const end = Date.now() + 20000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// Whatever ends this program, its children don't stay behind.
function endWithUs(child) {
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  child.on('exit', () => process.off('exit', kill));
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

// Starts an example that listens on a free port and says "port N".
async function startExample(build, name, args, scheme = 'http') {
  const all = ['-l', `${scheme}://127.0.0.1:0`, '-v', '0', ...args];
  const child = spawn(path.join(build, 'examples', name), all, {stdio: ['ignore', 'pipe', 'inherit']});
  endWithUs(child);
  let output = '';
  child.stdout.on('data', data => { output += data; });
  const port = await until(`${name} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${name} has ended`);
    return /port (\d+)/.exec(output)?.[1];
  });
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port: Number(port),
    stop: () => new Promise(resolve => {
      child.on('exit', resolve);
      child.kill('SIGTERM');
    }),
  };
}

// Runs an example to its end.
function runExample(build, name, args) {
  return new Promise(resolve => {
    const options = {maxBuffer: 1 << 26, timeout: 20000};
    execFile(path.join(build, 'examples', name), args, options, (error, stdout, stderr) => {
      resolve({status: error ? error.code : 0, stdout, stderr});
    });
  });
}

// The certificates of tools/test-pki.
function testPki(build) {
  const dir = path.join(build, 'pki');
  execFileSync(path.join(ROOT, 'tools', 'test-pki'), [dir]);
  const file = name => path.join(dir, name);
  const own = name => ({cert: fs.readFileSync(file(`${name}.crt`)), key: fs.readFileSync(file(`${name}.key`))});
  return {file, own, ca: fs.readFileSync(file('root.crt')), options: name => ['-C', file(`${name}.crt`), '-K', file(`${name}.key`)]};
}

// A directory that goes away with stop().
function temporary() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'meerkat-peer-'));
  return {dir, stop: () => fs.rmSync(dir, {recursive: true, force: true})};
}

// Debian's Chromium without a profile, talking to nobody but us.
async function startBrowser(args = []) {
  const {chromium} = require('playwright-core');
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--no-proxy-server', '--disable-dev-shm-usage', ...args],
  });
}

module.exports = {Score, options, runExample, startBrowser, startExample, temporary, testPki, until};
