'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { artifacts } = require('./tools.cjs');
const { page } = require('./tables.cjs');

/** A measurement is kept beside the earlier ones; a quick look is not worth keeping. */
function writeResults(record) {
  const folder = record.settings.isQuick ? path.join(artifacts, 'quick') : path.join(__dirname, '..', 'results');
  fs.mkdirSync(folder, { recursive: true });
  const name = unusedName(folder, record.date);
  const file = path.join(folder, `${name}.md`);
  fs.writeFileSync(file, page(record));
  fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(record, null, 1)}\n`);
  return file;
}

function unusedName(folder, date) {
  for (let number = 1; ; number++) {
    const name = number === 1 ? date : `${date}-${number}`;
    if (!fs.existsSync(path.join(folder, `${name}.json`))) return name;
  }
}

module.exports = { writeResults };
