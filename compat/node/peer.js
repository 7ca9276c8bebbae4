// What the Node peers share: examples as child processes, Chromium, counting checks.
'use strict';
const {spawn} = require('node:child_process');
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

// Starts an example that listens on a free port and says "port N".
async function startExample(build, name, args) {
  const all = ['-l', 'http://127.0.0.1:0', '-v', '0', ...args];
  const child = spawn(path.join(build, 'examples', name), all, {stdio: ['ignore', 'pipe', 'inherit']});
  let output = '';
  child.stdout.on('data', data => { output += data; });
  const port = await until(`${name} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${name} has ended`);
    return /port (\d+)/.exec(output)?.[1];
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => new Promise(resolve => {
      child.on('exit', resolve);
      child.kill('SIGTERM');
    }),
  };
}

// A directory that goes away with stop().
function temporary() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'meerkat-peer-'));
  return {dir, stop: () => fs.rmSync(dir, {recursive: true, force: true})};
}

// Debian's Chromium without a profile, talking to nobody but us.
async function startBrowser() {
  const {chromium} = require('playwright-core');
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--no-proxy-server', '--disable-dev-shm-usage'],
  });
}

module.exports = {Score, options, startBrowser, startExample, temporary, until};
