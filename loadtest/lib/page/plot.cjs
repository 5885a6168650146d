'use strict';

const { html } = require('./escape.cjs');
const { ticks, logTicks, short } = require('./scale.cjs');

const width = 640;
const height = 240;
const shadeNames = Object.freeze({ silent: 'no answer from /metrics' });
const inner = Object.freeze({ left: 52, right: 628, top: 12, bottom: 206 });

/**
 * A plot as inline SVG.
 * @param plot title, unit, xLabel, xRange? ([from, to], else by the points), lines [{name, points: [[x, y] or null where the line is interrupted], dots?}], log?, most? (the axis reaches at least so far), marks? [{y, name, below?}],
 * lines across; verticals? [{x, name}]; shades? [{from, to, kind}] behind everything, in x
 * @returns markup, or null when there is nothing to draw
 */
function drawPlot(plot) {
  const isShown = ([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!plot.log || y > 0);
  const lines = plot.lines.map((line) => ({ ...line, pieces: piecesOf(line.points, isShown) }))
    .map((line, i) => ({ ...line, points: line.pieces.flat(), colour: i % 5 })).filter((line) => line.points.length > 0);
  if (lines.length === 0) return null;
  const xs = lines.flatMap((line) => line.points.map(([x]) => x));
  const ys = [...lines.flatMap((line) => line.points.map(([, y]) => y)), ...(plot.marks ?? []).map((mark) => mark.y)];
  const [from, to] = plot.xRange ?? [plot.xFromZero ? 0 : least(xs), most(xs)];
  const xTicks = ticks(from, to, 6);
  const yTicks = plot.log ? logTicks(least(ys), most(ys)) : ticks(0, Math.max(most(ys), plot.most ?? 0), 4);
  const across = ([from, to]) => (x) => round(inner.left + ((x - from) / (to - from)) * (inner.right - inner.left));
  const toX = across([from, Math.max(to, plot.xFromZero ? xTicks.at(-1) : to, from + 1e-9)]);
  const scale = plot.log ? Math.log10 : (y) => y;
  const [low, high] = [scale(yTicks[0]), scale(yTicks.at(-1))];
  const toY = (y) => round(inner.bottom - ((scale(y) - low) / (high - low)) * (inner.bottom - inner.top));

  return html`<figure><figcaption>${plot.title}${plot.unit ? html` <span class="unit">${plot.unit}</span>` : null}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${plot.title}, ${plot.unit ?? ''}`}">
${(plot.shades ?? []).map((shade) => drawShade(shade, toX))}
${yTicks.map((y) => html`<line class="grid" x1="${inner.left}" x2="${inner.right}" y1="${toY(y)}" y2="${toY(y)}"/><text class="tick end" x="${inner.left - 6}" y="${toY(y) + 4}">${short(y)}</text>
`)}
${xTicks.filter((x) => toX(x) >= inner.left && toX(x) <= inner.right + 1).map((x) => html`<text class="tick middle" x="${toX(x)}" y="${inner.bottom + 16}">${short(x)}</text>
`)}
<text class="tick end" x="${inner.right}" y="${inner.bottom + 30}">${plot.xLabel}</text>
${(plot.marks ?? []).map((mark) => html`<line class="mark" x1="${inner.left}" x2="${inner.right}" y1="${toY(mark.y)}" y2="${toY(mark.y)}"/><text class="name end" x="${inner.right - 4}" y="${toY(mark.y) + (mark.below ? 12 : -4)}">${mark.name}</text>
`)}
${lines.map((line) => drawLine(line, toX, toY))}
${(plot.verticals ?? []).map((vertical) => drawVertical(vertical, toX))}
</svg>
${lines.length > 1 || plot.shades?.length > 0 ? legend(lines, plot.shades ?? []) : null}</figure>`;
}

/** A point without a value is left out; null ends a piece of the line. */
function piecesOf(points, isShown) {
  const pieces = [[]];
  for (const point of points) {
    if (point === null) pieces.push([]);
    else if (isShown(point)) pieces.at(-1).push(point);
  }
  return pieces.filter((piece) => piece.length > 0);
}

function drawLine(line, toX, toY) {
  const path = line.pieces.map((piece) => piece.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${toX(x)} ${toY(y)}`).join('')).join('');
  const stroke = line.points.length > 1 ? html`<path class="${`line c${line.colour}`}" d="${path}"/>
` : null;
  const dots = line.dots ? line.points : line.pieces.filter((piece) => piece.length === 1).flat();
  return html`${stroke}${dots.map(([x, y]) => html`<circle class="${`dot c${line.colour}`}" cx="${toX(x)}" cy="${toY(y)}" r="3"/>`)}
`;
}

/** The name is on the side where there is room. */
function drawVertical({ x, name }, toX) {
  const left = toX(x) > (inner.left + inner.right) / 2;
  return html`<line class="knee" x1="${toX(x)}" x2="${toX(x)}" y1="${inner.top}" y2="${inner.bottom}"/><text class="${`name ${left ? 'end' : 'start'}`}" x="${toX(x) + (left ? -5 : 5)}" y="${inner.top + 10}">${name}</text>
`;
}

function drawShade({ from, to, kind }, toX) {
  const x = Math.max(inner.left, toX(from));
  return html`<rect class="${`shade ${kind}`}" x="${x}" y="${inner.top}" width="${round(Math.max(1, Math.min(inner.right, toX(to)) - x))}" height="${inner.bottom - inner.top}"/>
`;
}

function legend(lines, shades) {
  const kinds = [...new Set(shades.map((shade) => shade.kind))];
  return html`<p class="legend">${lines.length > 1 ? lines.map((line) => html`<span><i class="${`key c${line.colour}`}"></i>${line.name}</span> `) : null}${kinds.map((kind) => html`<span><i class="${`key shade ${kind}`}"></i>${shadeNames[kind] ?? kind}</span> `)}</p>`;
}

function least(values) {
  return values.reduce((a, b) => Math.min(a, b));
}

function most(values) {
  return values.reduce((a, b) => Math.max(a, b));
}

function round(value) {
  return Number(value.toFixed(1));
}

module.exports = { drawPlot };
