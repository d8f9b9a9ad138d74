import stringWidth from 'fast-string-width';
import {
  blockingChecks,
  type Check,
  type CheckDetail,
  type CheckStand,
  checkStandWords,
  type RepositoryCheck,
} from '../core/contract/check';
import { plain, plainLine } from './plain';

/** So many of the last lines of what a failed check printed are shown. */
const shownLines = 12;

/** How a check stands, with its exit code when it failed: `failed with exit code 3`; a pass of something else as such. */
export function checkText({ state, exitCode, stale }: Check): string {
  if (state === 'passed' && stale) return 'passed on an older change';
  if (state !== 'failed') return state;
  return exitCode === null ? 'was ended before it said anything' : `failed with exit code ${exitCode}`;
}

/**
 * The checks of a task as rows of a table, in the order of its repository's, with which of them are required, and below each
 * failed one the end of what it printed and where the rest of it is.
 */
export function checkRows(
  { id, checks }: { readonly id: number; readonly checks: readonly (Check | CheckDetail)[] },
  { program, known }: { readonly program: string; readonly known: readonly RepositoryCheck[] },
): string[][] {
  const placeOf = ({ name }: Check) => known.findIndex((check) => check.name === name);
  const sorted = [...checks].sort((one, other) => placeOf(one) - placeOf(other));
  return sorted.flatMap((check) => {
    const required = known[placeOf(check)]?.required === true ? ', required' : '';
    const row = ['  check', `${calledText(check)}${required}: ${checkText(check)}`];
    return [row, ...(check.state === 'failed' ? endOfOutput(check, id, program).map((line) => ['', `  ${line}`]) : [])];
  });
}

/** The last lines of what a check printed, that it printed nothing, or where it is to be read. */
export function endOfOutput(check: Check | CheckDetail, task: number, program: string): readonly string[] {
  const whole = `… whole: ${program} task show ${task} --json`;
  if (!('output' in check)) return [`what it printed: ${program} task show ${task}`];
  const printed = plain(check.output).trimEnd();
  if (printed === '') return ['It printed nothing.'];
  const lines = printed.split('\n');
  const last = lines.slice(-shownLines);
  const shown = last.map((line) => (stringWidth(line) > 200 ? plainLine(line, 200) : line));
  const isCut = lines.length > last.length || shown.some((line, index) => line !== last[index]);
  return isCut ? [...shown, whole] : shown;
}

/** What a check is called, with its command when that is something else. */
function calledText({ name, command, train }: Check): string {
  const called = name === command ? plainLine(name) : `${plainLine(name)} (${plainLine(command)})`;
  return train === null ? called : `${called} on train ${train}`;
}

/** What whoever approves should know of the checks first; empty when each passed on the change as it stands. */
export function checkWarning(
  { id, checks }: { readonly id: number; readonly checks: readonly (Check | CheckDetail)[] },
  program: string,
): string {
  const open = checks.filter(({ state, stale, train }) => train === null && (state !== 'passed' || stale));
  if (open.length === 0) return '';
  const said = open.map((check) =>
    check.state === 'running'
      ? `! The check ${calledText(check)} still runs.\n`
      : `! The check ${calledText(check)} ${checkText(check)}.\n`,
  );
  const isSilent = open.every(
    (check) => check.state === 'failed' && 'output' in check && plain(check.output).trim() === '',
  );
  return `${said.join('')}  ${isSilent ? 'It printed nothing.' : `What it printed: ${program} task show ${id}`}\n`;
}

/** Which required checks keep a change from being approved, and how to see what they printed or to run them; empty for none. */
export function heldByChecks(
  { id, stands }: { readonly id: number; readonly stands: readonly CheckStand[] },
  program: string,
): string {
  const held = blockingChecks(stands);
  if (held.length === 0) return '';
  const said = held.map(({ name, state }) => checkStandWords({ name: plainLine(name, 80), state })).join('; ');
  const next = held.some(({ state }) => state === 'failed')
    ? `What it printed: ${program} task show ${id}`
    : `Run what is left: ${program} check run ${id}`;
  return `! Required before it is approved: ${said}. ${next}\n`;
}

/** The checks of a repository as `--check` leaves them, which sets or takes away the one called check. */
export function withCheck(checks: readonly RepositoryCheck[], command: string | null): RepositoryCheck[] {
  const before = checks.find(({ name }) => name === 'check');
  if (command === null) return checks.filter((check) => check !== before);
  if (before === undefined) return [...checks, { name: 'check', command, required: false }];
  return checks.map((check) => (check === before ? { ...before, command } : check));
}
