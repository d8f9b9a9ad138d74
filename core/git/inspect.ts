import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { digestOf, forAgents, presentSettings } from './agent-settings';
import type { Place } from './checkout';
import type { Setting } from './configured';
import { known } from './known';
import { splitNul } from './nul';
import { type Head, readHead } from './open';
import { runGit } from './run';
import { listOwnSettings } from './settings';
import { worktreeStatus } from './status';

/** What a repository would run. */
export interface Programs {
  /** What it would run if trusted, one line each. */
  readonly programs: readonly string[];
  /** Changes when anything behind `programs` does. */
  readonly trustHash: string;
  /** A hash of each of `programs` with all that decides what it does, in their order. */
  readonly each: readonly string[];
}

/** What a person should know before trusting a repository. */
export interface Inspection extends Programs {
  /** Things worth knowing that do not stop the work, one sentence each. */
  readonly notices: readonly string[];
}

/** Looks at what a repository configures. Runs none of it. */
export async function inspectRepository(trustedOrNot: Place): Promise<Inspection> {
  const place = { ...trustedOrNot, trusted: false };
  const [programs, notices] = await Promise.all([inspectPrograms(place), findNotices(place)]);
  return { ...programs, notices };
}

/** What a repository would run alone, without a look at all its files. `head` is HEAD, where it is known. Runs none of it. */
export async function inspectPrograms(place: Place, head?: Head): Promise<Programs> {
  const found = await findPrograms({ ...place, trusted: false }, head);
  return {
    programs: found.map((program) => program.line),
    trustHash: hashOf(found),
    each: found.map((program) => hashOf([program])),
  };
}

/** Whether git itself would run anything the repository configures: a hook, a filter, a driver, a signer. */
export async function runsPrograms(place: Place): Promise<boolean> {
  const programs = await findPrograms({ ...place, trusted: false });
  return programs.some(({ line }) => !line.startsWith(forAgentsLine));
}

/**
 * What a worktree would run that its repository's own checkout does not have, one line each: hooks, configuration and
 * agents' settings that came with another branch, or that an agent wrote. Runs none of it.
 */
export async function programsBeyond(worktree: Place, checkout: Place): Promise<Foreign[]> {
  const [there, known] = await Promise.all(
    [worktree, checkout].map((place) => findPrograms({ ...place, trusted: false })),
  );
  const versions = new Map<string, Set<string>>();
  for (const program of known ?? []) {
    const all = versions.get(program.line) ?? new Set();
    for (const version of program.versions ?? [program.content]) all.add(version);
    versions.set(program.line, all);
  }
  return (there ?? [])
    .map(({ line, content, versions: own }) => ({ line, version: own?.[0] ?? content }))
    .filter(({ line, version }) => version !== absent && !versions.get(line)?.has(version));
}

/** A program that the repository's own checkout does not have. */
export interface Foreign {
  readonly line: string;
  /** Tells this version of it from another. */
  readonly version: string;
}

interface Program {
  readonly line: string;
  /** Everything that decides what it does. */
  readonly content: string;
  /** For a file: digests of what is on disk, and of what is committed. The same as `content` when left out. */
  readonly versions?: readonly string[];
}

const absent = 'absent';

function hashOf(programs: readonly Program[]): string {
  const hash = createHash('sha256');
  for (const { line, content } of programs) hash.update(JSON.stringify([line, content]));
  return hash.digest('hex');
}

async function findPrograms(place: Place, head?: Head): Promise<Program[]> {
  const settings = await listOwnSettings(place);
  const executing = settings.filter(([key, value]) => executes(key, value));
  return [
    ...(await hooks(place, settings)),
    ...(await Promise.all(executing.map((setting) => configured(place, setting)))),
    ...(await attributes(place)),
    ...(await agentSettings(place, head ?? (await readHead(place)))),
  ];
}

/** Keys whose value is a program, or leads to one. Anything here asks again when it changes. */
const executing = [
  /^core\.(fsmonitor|hookspath|sshcommand|gitproxy|pager|editor|askpass|attributesfile|alternaterefscommand)$/,
  /^(sequence\.editor|diff\.external|interactive\.difffilter|gpg\.program)$/,
  /^gpg\.[^.]+\.(program|defaultkeycommand)$/,
  /^(filter|merge|diff|difftool|mergetool|hook|trailer|alias|pager|browser|man|guitool)\./,
  /^credential\.(.+\.)?helper$/s,
  /^remote\..+\.(uploadpack|receivepack|vcs|proxy)$/s,
  /^submodule\..+\.update$/s,
  /^url\..+\.(insteadof|pushinsteadof)$/s,
  /^(include\.path|includeif\..+\.path)$/s,
  /^protocol\./,
  /^(uploadpack|sendemail|imap|instaweb|web|gc)\..*(hook|cmd|command|tunnel|httpd|browser|smtpserver)$/s,
];

/** Values of the keys above that run nothing. */
const harmless =
  /^(diff|merge)\.(renames|renamelimit|algorithm|conflictstyle|colormoved|ff|log|stat|tool|guitool|mnemonicprefix|noprefix|context|[^.]+\.(xfuncname|funcname|binary|wordregex|name))$/s;

function executes(key: string, value: string): boolean {
  if (harmless.test(key)) return false;
  if (key === 'core.fsmonitor' && /^(false|no|off|0|)$/i.test(value)) return false;
  return executing.some((pattern) => pattern.test(key));
}

async function configured(place: Place, [key, value]: Setting): Promise<Program> {
  const content = [value, ...(await filesNamed(place, value))].join('\0');
  return { line: `${printable(key)} = ${printable(value)}`, content };
}

/** Digests of the checkout's own files that a command names: on another branch they may do something else. */
async function filesNamed(place: Place, command: string): Promise<string[]> {
  const digests: string[] = [];
  for (const word of command.split(/[\s'"`;|&()<>=$!]+/)) {
    if (word === '' || isAbsolute(word)) continue;
    const file = await realpath(join(place.checkout.workTree, word)).catch(() => null);
    if (file !== null && (await lstat(file)).isFile()) digests.push(await digestOf(file));
  }
  return digests;
}

async function hooks(place: Place, settings: readonly Setting[]): Promise<Program[]> {
  const { workTree, commonDir } = place.checkout;
  const path = settings.filter(([key]) => key === 'core.hookspath').pop()?.[1];
  const directory = path === undefined ? join(commonDir, 'hooks') : isAbsolute(path) ? path : join(workTree, path);
  const found: Program[] = [];
  for (const name of (await readdir(directory).catch(() => [])).sort()) {
    if (name.endsWith('.sample')) continue;
    const file = await realpath(join(directory, name)).catch(() => null);
    const stats = file === null ? null : await lstat(file);
    if (file === null || !stats?.isFile() || !(stats.mode & 0o111)) continue;
    found.push({ line: `hook ${printable(name)}`, content: await digestOf(file) });
  }
  return found;
}

async function attributes(place: Place): Promise<Program[]> {
  const text = await readFile(join(place.checkout.commonDir, 'info', 'attributes'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return lines.map((line) => ({ line: `info/attributes: ${printable(line)}`, content: line }));
}

const forAgentsLine = 'for agents: ';

async function agentSettings(place: Place, head: Head): Promise<Program[]> {
  const found: Program[] = [];
  const committed = head.kind === 'unborn' ? nothing : await committedSettings(place, head.oid);
  const present = await presentSettings(place.checkout.workTree);
  for (const path of [...new Set([...committed.keys(), ...present.keys()])].sort()) {
    const { version, unseen } = present.get(path) ?? { version: null, unseen: null };
    const content = `${committed.get(path) ?? ''} ${version ?? ''}`;
    const entry = committed.get(path);
    found.push({
      line: `${forAgentsLine}${printable(path)}${unseen === null ? '' : ` (${printable(unseen)})`}`,
      content,
      versions: [version ?? absent, ...(entry === undefined ? [] : [await committedDigest(place, entry)])],
    });
  }
  return found;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** The settings for agents that a commit brings: the mode, kind and id of each file by its path. */
async function committedSettings(place: Place, commit: string): Promise<ReadonlyMap<string, string>> {
  const found = await known(place, `settings for agents ${commit}`, async () => {
    const args = ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...forAgents];
    const { stdout, exitCode } = await runGit(place, args, { successExitCodes: [128] });
    if (exitCode !== 0) return null;
    const lines = splitNul(stdout);
    return new Map(lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))]));
  });
  return found ?? nothing;
}

/** The digest of a committed file, given its mode, kind and id. */
function committedDigest(place: Place, entry: string): Promise<string> {
  const oid = entry.split(' ')[2] ?? '';
  return known(place, `digest ${oid}`, async () => {
    const { stdout } = await runGit(place, ['cat-file', 'blob', oid], { successExitCodes: [128] });
    return createHash('sha256').update(stdout).digest('hex');
  });
}

async function findNotices(place: Place): Promise<string[]> {
  const notices: string[] = [];
  const [head, dirty, listed] = await Promise.all([
    readHead(place),
    worktreeStatus(place),
    runGit(place, ['ls-files', '-z', '--stage'], { maxBytes: 1 << 30 }),
  ]);
  const lines = splitNul(listed.stdout);
  const lfs = await usesLfs(
    place,
    lines.map((line) => line.slice(line.indexOf('\t') + 1)),
  );
  const submodules = lines.filter((line) => line.startsWith('160000 ')).length;
  if (submodules > 0)
    notices.push(`It has ${count(submodules, 'submodule')}; in a task's worktree their folders are empty.`);
  if (lfs)
    notices.push(
      'It keeps files in Git LFS; unless the repository is trusted and git-lfs is installed, a task sees pointers.',
    );
  if (head.kind === 'detached')
    notices.push('No branch is checked out (HEAD is detached); name the base branch of each task.');
  if (head.kind === 'unborn')
    notices.push(`The branch checked out, ${printable(head.branch)}, has no commit yet; name another base branch.`);
  if (dirty.length > 0) {
    notices.push(
      dirty.length === 1
        ? 'One file in the checkout is not committed; tasks start from the commit, without it.'
        : `${dirty.length} files in the checkout are not committed; tasks start from the commit, without them.`,
    );
  }
  return notices;
}

async function usesLfs(place: Place, tracked: readonly string[]): Promise<boolean> {
  const files = tracked.filter((path) => path === '.gitattributes' || path.endsWith('/.gitattributes'));
  for (const path of files.slice(0, 200)) {
    const { stdout: text } = await runGit(place, ['cat-file', 'blob', `:${path}`], { successExitCodes: [128] });
    if (/(^|\s)filter=lfs(\s|$)/m.test(text.toString('utf8'))) return true;
  }
  return false;
}

function count(number: number, noun: string): string {
  return number === 1 ? `one ${noun}` : `${number} ${noun}s`;
}

/** One line of plain text, whatever the repository wrote. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, 300);
}
