'use strict';

const entities = Object.freeze({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' });

/** Text that has markup of its own and is not escaped again. */
class Markup {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/**
 * A template whose values are escaped, whatever they are: reports hold names and reasons that servers chose. Lists are joined, null is nothing.
 * Control characters, which a page can't hold, become a mark.
 */
function html(parts, ...values) {
  let text = parts[0];
  values.forEach((value, i) => { text += shown(value) + parts[i + 1]; });
  return new Markup(text);
}

function shown(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(shown).join('');
  if (value === null || value === undefined) return '';
  return String(value).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff\ufffe\uffff]/g, '\ufffd').replace(/[&<>"']/g, (character) => entities[character]);
}

module.exports = { html, Markup };
