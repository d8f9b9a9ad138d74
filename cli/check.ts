import stringWidth from 'string-width';
import type { Check, CheckDetail, RepositoryCheck } from '../core/contract/check';
import { plain, plainLine } from './plain';

/** So many of the last lines of what a failed check printed are shown. */
const shownLines = 12;

/** How a check stands, with its exit code when it failed: `failed with exit code 3`; a pass of something else as such. */
export function checkText({ state, exitCode, stale }: Check): string {
  if (state === 'passed' && stale) return 'passed on an older change';
  if (state !== 'failed') return state;
  return exitCode === null ? 'failed without an exit code' : `failed with exit code ${exitCode}`;
}

/** The failed checks of a task with the end of what each printed, and where the rest of it is; empty when none failed. */
export function failedChecks(
  { id, checks }: { readonly id: number; readonly checks: readonly (Check | CheckDetail)[] },
  program: string,
): string {
  const failed = checks.filter(({ state }) => state === 'failed');
  return failed.map((check) => `  check ${calledText(check)}: ${checkText(check)}\n${ending(check)}`).join('');

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

/** What a check is called, with its command when that is something else. */
export function calledText({ name, command }: Check): string {
  return name === command ? plainLine(name) : `${plainLine(name)} (${plainLine(command)})`;
}

/** What whoever approves should know of the checks first; empty when each passed on the change as it stands. */
export function checkWarning(
  { id, checks }: { readonly id: number; readonly checks: readonly Check[] },
  program: string,
): string {
  const open = checks.filter(({ state, stale }) => state !== 'passed' || stale);
  if (open.length === 0) return '';
  const said = open.map((check) =>
    check.state === 'running'
      ? `! The check ${calledText(check)} still runs.\n`
      : `! The check ${calledText(check)} ${checkText(check)}.\n`,
  );
  return `${said.join('')}  What it printed: ${program} task show ${id}\n`;
}

/** The checks of a repository as `--check` leaves them, which sets or takes away the one called check. */
export function withCheck(checks: readonly RepositoryCheck[], command: string | null): RepositoryCheck[] {
  const before = checks.find(({ name }) => name === 'check');
  if (command === null) return checks.filter((check) => check !== before);
  if (before === undefined) return [...checks, { name: 'check', command, required: false }];
  return checks.map((check) => (check === before ? { ...before, command } : check));
}
