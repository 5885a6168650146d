'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const net = require('node:net');
const { it } = require('node:test');
const { FaultProxy } = require('../faults/lib/fault-proxy.cjs');
const { listenForControl } = require('../faults/lib/proxy-control.cjs');

const deadlineMs = 10_000;

/** A proxy in front of a server that sends back what it gets, and a way to connect to it. */
async function standing(t) {
  const ends = [];
  const chunks = [];
  const errors = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    ends.push(socket);
    socket.on('error', (error) => errors.push(error.code));
    socket.on('data', (bytes) => {
      chunks.push(bytes.length);
      socket.write(bytes);
    });
    socket.on('end', () => socket.end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await FaultProxy.listen({ host: '127.0.0.1', port: server.address().port });
  t.after(async () => {
    await proxy.close();
    for (const socket of ends) socket.destroy();
    server.close();
  });
  return { proxy, chunks, ends, errors, connect: () => new Peer(proxy.port) };
}

class Peer {
  constructor(port) {
    this.got = Buffer.alloc(0);
    this.error = null;
    this.hasClosed = false;
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (bytes) => { this.got = Buffer.concat([this.got, bytes]); });
    this.socket.on('error', (error) => { this.error = error.code; });
    this.socket.on('close', () => { this.hasClosed = true; });
  }

  send(text) {
    this.socket.write(text);
  }
}

async function until(condition, why) {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, why);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

it('passes bytes both ways, and the end after them', async (t) => {
  const { connect, proxy } = await standing(t);
  const peer = connect();
  peer.send('x'.repeat(300_000));
  peer.socket.end();

  await until(() => peer.hasClosed, 'the connection ends');
  assert.equal(peer.got.length, 300_000);
  assert.equal(peer.error, null);
  await until(() => proxy.pairs.size === 0, 'nothing is left in the proxy');
});

it('delays', async (t) => {
  const { connect, proxy } = await standing(t);
  const peer = connect();
  proxy.set('delay', 100);
  const begun = performance.now();
  peer.send('hello');

  await until(() => peer.got.length === 5, 'the answer comes');
  assert.ok(performance.now() - begun >= 200, 'once each way');
});

it('lets no more bytes a second through than told', async (t) => {
  const { connect, proxy } = await standing(t);
  proxy.set('rate', 20_000);
  const peer = connect();
  const begun = performance.now();
  peer.send('x'.repeat(8_000));

  await until(() => peer.got.length === 8_000, 'all of it comes');
  assert.ok(performance.now() - begun >= 350, '8,000 bytes at 20,000 a second');
});

it('stands still in one direction or in both, and loses nothing by it', async (t) => {
  for (const mode of ['blackhole', 'freeze-to-server', 'freeze-to-client']) {
    const { connect, proxy, chunks } = await standing(t);
    const peer = connect();
    peer.send('a');
    await until(() => peer.got.length === 1, 'the connection works');
    proxy.set(mode);
    peer.send('b');
    const other = connect();
    await until(() => other.socket.readyState === 'open', 'the kernel still accepts');

    if (mode === 'freeze-to-client') await until(() => chunks.length === 2, 'the server gets it');
    // Nothing can be waited for here: that something does not come.
    await new Promise((resolve) => { setTimeout(resolve, 60); });
    assert.equal(peer.got.toString(), 'a', mode);
    assert.equal(chunks.length, mode === 'freeze-to-client' ? 2 : 1, mode);
    proxy.set('pass');
    await until(() => peer.got.toString() === 'ab', `all comes after ${mode}`);
  }
});

it('resets all connections, and the newcomers', async (t) => {
  const { connect, proxy } = await standing(t);
  const peer = connect();
  peer.send('a');
  await until(() => peer.got.length === 1, 'the connection works');

  proxy.set('reset');
  await until(() => peer.hasClosed, 'it is cut');
  assert.equal(peer.error, 'ECONNRESET');
  const late = connect();
  await until(() => late.hasClosed, 'so is who comes later');
  assert.equal(late.error, 'ECONNRESET');
});

it('resets the connection from one port and no other', async (t) => {
  const { connect, proxy, ends } = await standing(t);
  const [one, other] = [connect(), connect()];
  for (const peer of [one, other]) peer.send('a');
  await until(() => one.got.length + other.got.length === 2, 'both work');

  assert.equal(proxy.resetFrom(one.socket.localPort), true);
  await until(() => one.hasClosed && ends.some((socket) => socket.destroyed), 'both of its ends are cut');
  other.send('b');
  await until(() => other.got.toString() === 'ab', 'the other one goes on');
  assert.equal(proxy.resetFrom(1), false);
});

it('cuts after so many bytes, to the byte', async (t) => {
  const { connect, proxy, errors } = await standing(t);
  proxy.set('cut', 7);
  const peer = connect();
  peer.send('0123456789');

  await until(() => peer.hasClosed, 'it is cut');
  assert.equal(peer.got.toString(), '0123456');
  await until(() => errors.includes('ECONNRESET'), 'by an RST, which the server sees as well');
});

it('splits at every byte', async (t) => {
  const { connect, proxy, chunks } = await standing(t);
  proxy.set('split');
  const peer = connect();
  for (let i = 0; i < 20; i++) peer.send('0123456789');

  await until(() => peer.got.length === 200, 'all of it comes');
  assert.equal(peer.got.toString(), '0123456789'.repeat(20));
  assert.ok(chunks.length >= 20, `${chunks.length} reads for 20 writes`);
});

it('is switched over its control port, and says what is wrong with a request', async (t) => {
  const { proxy } = await standing(t);
  const control = await listenForControl(proxy);
  t.after(() => control.close());
  const ask = (method, path) => new Promise((resolve, reject) => {
    http.request({ port: control.address().port, host: '127.0.0.1', method, path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; }).on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(text) }));
    }).on('error', reject).end();
  });

  assert.equal((await ask('POST', '/mode/delay/50')).status, 200);
  assert.deepEqual([proxy.mode, proxy.value], ['delay', 50]);
  assert.equal((await ask('GET', '/')).body.mode, 'delay');
  assert.equal((await ask('POST', '/reset')).status, 200);
  assert.match((await ask('POST', '/mode/fog')).body.error, /mode fog: there are pass, delay/);
  assert.match((await ask('POST', '/mode/rate')).body.error, /needs a number/);
  assert.equal((await ask('GET', '/mode/pass')).status, 404);
});
