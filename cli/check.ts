import stringWidth from 'string-width';
import type { Check, CheckDetail } from '../core/contract/check';
import { plain, plainLine } from './plain';

/** So many of the last lines of what a failed check printed are shown. */
const shownLines = 12;

/** How a check stands, with its exit code when it failed: `failed with exit code 3`. */
export function checkText({ state, exitCode }: Check): string {
  if (state !== 'failed') return state;
  return exitCode === null ? 'failed without an exit code' : `failed with exit code ${exitCode}`;
}

/** The failed checks of a task with the end of what each printed, and where the rest of it is; empty when none failed. */
export function failedChecks(
  { id, checks }: { readonly id: number; readonly checks: readonly (Check | CheckDetail)[] },
  program: string,
): string {
  const failed = checks.filter(({ state }) => state === 'failed');
  return failed.map((check) => `  check ${plainLine(check.command)}: ${checkText(check)}\n${ending(check)}`).join('');

  function ending(check: Check | CheckDetail): string {
    const whole = `    … whole: ${program} task show ${id} --json\n`;
    if (!('output' in check)) return whole;
    const lines = plain(check.output).trimEnd().split('\n');
    const last = lines.slice(-shownLines);
    const shown = last.map((line) => (stringWidth(line) > 200 ? plainLine(line, 200) : line));
    const isCut = lines.length > last.length || shown.some((line, index) => line !== last[index]);
    return `${shown.map((line) => `    ${line}`.trimEnd()).join('\n')}\n${isCut ? whole : ''}`;
  }
}

/** What whoever approves should know of the checks first; empty when none failed or still runs. */
export function checkWarning(
  { id, checks }: { readonly id: number; readonly checks: readonly Check[] },
  program: string,
): string {
  const open = checks.filter(({ state }) => state !== 'passed');
  if (open.length === 0) return '';
  const said = open.map((check) =>
    check.state === 'running'
      ? `! The check ${plainLine(check.command)} still runs.\n`
      : `! The check ${plainLine(check.command)} ${checkText(check)}.\n`,
  );
  return `${said.join('')}  What it printed: ${program} task show ${id}\n`;
}
