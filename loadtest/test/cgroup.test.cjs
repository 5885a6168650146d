'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Cgroup, NoCgroup } = require('../lib/cgroup.cjs');

const memoryBytes = 64 * 1024 * 1024;
const deadlineMs = 15_000;

describe('a cgroup for what is measured', { skip: whyNot() }, () => {
  it('holds what runs in it, and takes it along when it is removed', async () => {
    const group = Cgroup.create(`wsfanout-test-${process.pid}-a`, 0.5, memoryBytes);
    const child = start(group);
    await until(() => members(group).length > 0, 'the program should be in the cgroup');
    const [directory] = group.directories;
    const quota = group.layout.isV2 ? fs.readFileSync(path.join(directory, 'cpu.max'), 'utf8').split(' ')[0] : fs.readFileSync(path.join(directory, 'cpu.cfs_quota_us'), 'utf8');
    assert.equal(Number(quota), 50_000);
    const limit = fs.readFileSync(path.join(group.directories.at(-1), group.layout.isV2 ? 'memory.max' : 'memory.limit_in_bytes'), 'utf8');
    assert.equal(Number(limit), memoryBytes);

    await group.remove();

    await until(() => child.signalCode !== null, 'the program should have been ended');
    assert.ok(group.directories.every((one) => !fs.existsSync(one)), 'nothing of it should be left');
  });

  it('is gone, with what runs in it, when the program that made it is ended by a signal', async () => {
    const name = `wsfanout-test-${process.pid}-b`;
    const program = `
      const { Cgroup } = require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'cgroup.cjs'))});
      const group = Cgroup.create(${JSON.stringify(name)}, 0.5, ${memoryBytes});
      process.once('SIGTERM', () => process.exit(1));
      const [command, ...args] = [...group.entrance, 'sleep', '60'];
      require('node:child_process').spawn(command, args, { stdio: 'ignore' });
      console.log(JSON.stringify(group.directories));
      setInterval(() => {}, 1000);`;
    const maker = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    maker.stdout.on('data', (bytes) => { said += bytes; });
    await until(() => said.includes('\n') && membersOf(JSON.parse(said)).length > 0, 'the program should run in its cgroup');
    const directories = JSON.parse(said);
    const [sleeper] = membersOf(directories);

    maker.kill('SIGTERM');

    await until(() => maker.exitCode !== null, 'the program should end');
    assert.ok(directories.every((one) => !fs.existsSync(one)), 'nothing of the cgroup should be left');
    await until(() => !fs.existsSync(`/proc/${sleeper}`), 'what ran in it should be gone');
  });
});

function start(group) {
  const [command, ...args] = [...group.entrance, 'sleep', '60'];
  return spawn(command, args, { stdio: 'ignore' });
}

function members(group) {
  return membersOf(group.directories);
}

function membersOf(directories) {
  return fs.readFileSync(path.join(directories.at(-1), 'cgroup.procs'), 'utf8').split('\n').filter((line) => line !== '');
}

async function until(holds, reason) {
  for (const deadline = Date.now() + deadlineMs; !holds(); await sleep(20)) if (Date.now() > deadline) throw new Error(`${reason} within ${deadlineMs / 1000} s`);
}

/** Why cgroups can't be made here, or false. */
function whyNot() {
  try {
    const probe = Cgroup.create(`wsfanout-test-${process.pid}-0`, 0.5, memoryBytes);
    process.removeListener('exit', probe.onExit);
    probe.directories.forEach((directory) => fs.rmdirSync(directory));
    return false;
  } catch (error) {
    if (!(error instanceof NoCgroup)) throw error;
    return error.message;
  }
}
