'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const folder = path.join(__dirname, '..', '..', 'src', 'WsFanout', 'Hosting', 'Page');

/** A module of the console that needs no document: `series`, `channels`, … */
const consoleModule = (name) => import(pathToFileURL(path.join(folder, `${name}.js`)).href);

/** The text of one of its files. */
const consoleText = (file) => fs.readFileSync(path.join(folder, file), 'utf8');

module.exports = { consoleModule, consoleText };
