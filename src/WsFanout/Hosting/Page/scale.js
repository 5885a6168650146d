// Where values go in a plot, and the round numbers beside it.

/** From 0 in even steps to at least this much. */
export function linear(most) {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  // Quarters where they are whole.
  const step = [1, 2, power < 10 ? 5 : 2.5, 5, 10].map(factor => factor * power).find(size => size >= rough);
  const steps = Math.ceil(most / step - 1e-9);
  const ticks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  return { ticks, share: value => clipped(value / ticks.at(-1)) };
}

/** From 1 in powers of ten to at least this much; what is less lies at the foot. */
export function decades(most) {
  const powers = Math.max(1, Math.ceil(Math.log10(most) - 1e-9));
  const ticks = Array.from({ length: powers + 1 }, (_, i) => 10 ** i);
  return { ticks, share: value => (value <= 1 ? 0 : clipped(Math.log10(value) / powers)) };
}

const clipped = share => Math.min(1, Math.max(0, share));

/** The line through the values, for the attribute `d`: broken where there is none, a dot where one stands alone. */
export function pathOf(values, x, y) {
  let path = '';
  let isOpen = false;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      isOpen = false;
      continue;
    }
    const point = `${x(i).toFixed(1)} ${y(values[i]).toFixed(1)}`;
    const isAlone = !isOpen && !(values[i + 1] <= Infinity);
    path += isOpen ? `L${point}` : `M${point}${isAlone ? 'h0' : ''}`;
    isOpen = true;
  }
  return path;
}

/** The largest of all values, at least so much. */
export function mostOf(lines, least) {
  let most = least;
  for (const values of lines) for (const value of values) if (value > most) most = value;
  return most;
}
