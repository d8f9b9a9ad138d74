/** How long a step may be silent before it says that it is still at work. */
const reminder = 20_000;

/**
 * One line for the person, on stderr: stdout belongs to the program that is started.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Does a piece of work that takes a moment, says so before and says how it went and how long it took after.
 * @template T
 * @param {string} label what is being done, as "Installing …"
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [outcome] how it went, in a word
 * @returns {Promise<T>}
 */
export async function step(label, work, outcome = () => 'done') {
  const started = performance.now();
  const elapsed = () => seconds(performance.now() - started);
  say(`· ${label}`);
  const timer = setInterval(() => say(`  ${label}: still at it, ${elapsed()}`), reminder);
  try {
    const result = await work();
    say(`  ${label}: ${outcome(result)}, ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/**
 * A duration as a person reads it.
 * @param {number} milliseconds
 */
export function seconds(milliseconds) {
  const total = milliseconds / 1000;
  if (total < 60) return `${total.toFixed(1)} s`;
  return `${Math.floor(total / 60)} min ${Math.round(total % 60)} s`;
}
