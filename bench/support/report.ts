/** One figure of a benchmark. `ratio` is to the baseline measured in the same run; 1 for a baseline itself. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio: number;
}

/** The middle of some measurements, which a noisy machine moves least. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that this share of the measurements does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints `name value unit ratio-to-baseline`, one figure a line, or all of them as JSON with --json. */
export function report(figures: readonly Figure[]): void {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(figures));
    return;
  }
  for (const { name, value, unit, ratio } of figures) {
    console.log(`${name} ${value >= 100 ? value.toFixed(0) : value.toFixed(3)} ${unit} ${ratio.toFixed(2)}`);
  }
}

let lastTold = { text: '', at: Number.NEGATIVE_INFINITY };

/** Says on standard error how far a long measurement has come; what changes all the time at most every two seconds. */
export function tellProgress(text: string): void {
  const now = performance.now();
  const isSameKind = text.replaceAll(/\d+/g, '') === lastTold.text.replaceAll(/\d+/g, '');
  if (text === lastTold.text || (isSameKind && now - lastTold.at < 2000)) return;
  lastTold = { text, at: now };
  console.error(`· ${text}`);
}
