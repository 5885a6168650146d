// What every part of the page does with the document. Text of others goes into it as text, never as markup.

const drawings = document.querySelector('svg').namespaceURI;

export const at = id => document.getElementById(id);

/** Writes what is new only: the same text again would cost, and where it is announced be announced again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute when it changes. */
export function mark(node, name, value) {
  const text = String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/** An element with attributes, text and children. */
export function element(name, attributes = {}, ...content) {
  return filled(document.createElement(name), attributes, content);
}

/** The same for a part of a drawing. */
export function drawing(name, attributes = {}, ...content) {
  return filled(document.createElementNS(drawings, name), attributes, content);
}

function filled(node, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...content);
  return node;
}
