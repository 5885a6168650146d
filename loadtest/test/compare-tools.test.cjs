'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { makeProgram } = require('../compare/lib/tools.cjs');

const missing = ['make', 'flock'].filter((name) => spawnSync(name, ['--version']).status !== 0);

test('a program that two need at once is built by one after the other', { skip: missing.length > 0 && `not installed: ${missing.join(', ')}` }, async (t) => {
  const source = fs.mkdtempSync(path.join(os.tmpdir(), 'wsfanout-make-'));
  t.after(() => fs.rmSync(source, { recursive: true, force: true }));
  const out = path.join(source, 'out');
  fs.writeFileSync(path.join(source, 'Makefile'), 'all:\n\t@echo begun >> $(OUT)/log; sleep 0.2; echo ended >> $(OUT)/log\n');

  await Promise.all([makeProgram(source, out), makeProgram(source, out)]);

  assert.equal(fs.readFileSync(path.join(out, 'log'), 'utf8'), 'begun\nended\nbegun\nended\n');
});
