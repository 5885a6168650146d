'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { promisify } = require('node:util');

const execute = promisify(execFile);
const root = path.join(__dirname, '..', '..', '..');

/** Where everything goes that is built, installed or written by a server under test. */
const artifacts = path.join(root, 'artifacts', 'compare');

const longestRunMs = 300_000;

/** What the program prints. Its last words are in the error when it fails. */
async function run(program, args) {
  const env = { ...process.env, MSBUILDDISABLENODEREUSE: '1', DOTNET_CLI_USE_MSBUILD_SERVER: '0', UseSharedCompilation: 'false', DOTNET_CLI_TELEMETRY_OPTOUT: '1' };
  const running = execute(program, args, { cwd: root, env, timeout: longestRunMs });
  const kill = () => running.child.kill();
  process.once('exit', kill);
  try {
    return (await running).stdout;
  } catch (error) {
    const said = lastLine(`${error.stdout ?? ''}\n${error.stderr ?? ''}`);
    throw new Error(`${path.basename(program)} ${args[0] ?? ''}: ${said || error.message}`);
  } finally {
    process.off('exit', kill);
  }
}

/** Builds a program in C++ unless it is there and newer than its source; one at a time, for two may need it at once. @returns {Promise<string>} what make printed */
function makeProgram(source, folder) {
  fs.mkdirSync(folder, { recursive: true });
  return run('flock', [folder, 'make', '-s', '-C', source, `OUT=${folder}`]);
}

async function packageVersion(name) {
  return (await run('dpkg-query', ['-W', '-f', '${Version}', name])).trim();
}

/** Writes a configuration from its template, in which `@NAME@` stands for a value. */
function writeFrom(template, file, values) {
  const text = fs.readFileSync(template, 'utf8').replace(/@([A-Z_]+)@/g, (_, name) => String(values[name]));
  fs.writeFileSync(file, text);
}

/** Ports that nobody listens on at the moment. */
async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; i++) {
    const server = net.createServer();
    await new Promise((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function lastLine(text) {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').at(-1) ?? '';
}

module.exports = { root, artifacts, run, makeProgram, packageVersion, writeFrom, freePorts, lastLine };
