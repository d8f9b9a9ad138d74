/** How the usage of a command calls the value of an option, as `NAME[:MODEL]`, or `[PORT]` where it may be left out; empty where it says none. */
export function usageValue(usage: string, option: string): string {
  const [, typed = ''] = new RegExp(`--${option} (\\S+)`).exec(usage) ?? [];
  let open = 0;
  for (const [at, letter] of [...typed].entries()) {
    if (letter === '[' || letter === '(') open += 1;
    if (letter !== ']' && letter !== ')') continue;
    // It closes what was opened before the option.
    if (open === 0) return withoutDots(typed.slice(0, at));
    open -= 1;
  }
  return withoutDots(typed);
}

/** What says that it may come more than once is no part of what the value is called. */
function withoutDots(value: string): string {
  return value.replace(/\.\.\.$/, '');
}
