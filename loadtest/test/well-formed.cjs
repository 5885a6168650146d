'use strict';

const assert = require('node:assert/strict');

const empty = new Set(['meta']);

/** A small strict checker: every element closed in order, attributes quoted and named once, no stray < or &. */
function assertWellFormed(page, what) {
  const open = [];
  const token = /<!DOCTYPE html>|<style>[^<]*<\/style>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|&(?:amp|lt|gt|quot|#39);|[^<&]+|[<&]/g;
  for (const [text, closing, name, attributes, selfClosed] of page.matchAll(token)) {
    assert.ok(text !== '<' && text !== '&', `${what}: a stray ${text} after ${page.slice(0, 0)}${open.join(' ')}`);
    if (name === undefined) continue;
    const names = [...(attributes ?? '').matchAll(/([\w-]+)="([^"]*)"/g)];
    assert.equal(new Set(names.map((match) => match[1])).size, names.length, `${what}: ${text}`);
    for (const [, , value] of names) assert.doesNotMatch(value, /&(?!amp;|lt;|gt;|quot;|#39;)/, `${what}: ${text}`);
    if (closing) assert.equal(open.pop(), name, `${what}: ${text}`);
    else if (!selfClosed && !empty.has(name)) open.push(name);
  }
  assert.deepEqual(open, [], what);
}

module.exports = { assertWellFormed };
