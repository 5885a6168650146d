'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');
const { CannotRun, reach } = require('../../lib/endpoint.cjs');
const { startPinned, stop, allowedCores } = require('../../compare/lib/processes.cjs');
const { freePorts, lastLine, root } = require('../../compare/lib/tools.cjs');

const execute = promisify(execFile);
const recipe = path.join(root, 'deploy', 'proxies', 'nginx.conf');

const startMs = 10_000;
const lookMs = 50;
const clientsPerAddress = 250; // half of what the recipe lets one hold, for a client may be back before its old connection is seen to be gone
const paths = { PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`, HOME: process.env.HOME };

/** The nginx of the distribution with the recipe of deploy/proxies, in which addresses and files alone are other ones, and a certificate of its own making. */
class NginxFront {
  /** @param {{folder: string, servers: number[], clients: number}} how ports of the two servers behind it, and how many clients will come */
  static async start({ folder, servers, clients }) {
    fs.mkdirSync(folder);
    const certificate = path.join(folder, 'tls.crt');
    const key = path.join(folder, 'tls.key');
    await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate]);
    const [port, clear] = await freePorts(2);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => ` ${kind}_temp_path ${folder}/${kind};`).join('');
    const text = changed(fs.readFileSync(recipe, 'utf8'), [
      ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
      ['/var/log/nginx/', `${folder}/`],
      ['http {\n', `http {${temporary}\n`],
      ['listen 80;', `listen 127.0.0.1:${clear};`],
      ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
      ['/etc/wsfanout/tls.crt', certificate],
      ['/etc/wsfanout/tls.key', key],
      ['127.0.0.1:3002', `127.0.0.1:${servers[0]}`],
      ['127.0.0.1:3003', `127.0.0.1:${servers[1]}`],
    ]);
    const file = path.join(folder, 'nginx.conf');
    fs.writeFileSync(file, text);
    const front = new NginxFront();
    front.version = (await run('nginx', ['-v'])).trim();
    front.endpoint = { url: new URL(`wss://localhost:${port}/ws`), address: '127.0.0.1', port, secureContext: tls.createSecureContext({ ca: fs.readFileSync(certificate) }) };
    // Each may hold so many connections, by the recipe.
    front.sources = Array.from({ length: Math.ceil(clients / clientsPerAddress) }, (_, i) => `127.0.0.${i + 2}`);
    await front._start(file, path.join(folder, 'output.log'));
    return front;
  }

  async stop() {
    if (this.child !== undefined) await stop(this.child);
  }

  async _start(file, output) {
    const log = fs.openSync(output, 'a');
    this.child = startPinned(allowedCores().join(','), ['nginx', '-e', 'stderr', '-g', 'daemon off;', '-c', file], { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    let ended = null;
    this.child.ended.then((how) => { ended = how; });
    for (const deadline = Date.now() + startMs; ;) {
      if (ended !== null) throw new CannotRun(`nginx ended (${ended}): ${lastLine(fs.readFileSync(output, 'utf8'))}`);
      try {
        await reach(this.endpoint.url, startMs);
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await sleep(lookMs);
    }
  }
}

/** What a program prints, on either output. @throws {CannotRun} */
async function run(program, args) {
  try {
    const { stdout, stderr } = await execute(program, args, { env: paths });
    return stdout + stderr;
  } catch (error) {
    throw new CannotRun(error.code === 'ENOENT' ? `${program} is not installed` : `${program}: ${error.message}`);
  }
}

function changed(text, changes) {
  for (const [old, now] of changes) {
    if (!text.includes(old)) throw new Error(`${recipe} has no ${JSON.stringify(old)} any more`);
    text = text.replaceAll(old, now);
  }
  return text;
}

module.exports = { NginxFront };
