import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import type { PushProgress } from '../contract/remote';
import type { Place } from './checkout';
import type { Override } from './overrides';
import { readProgress, withoutProgress } from './push-progress';
import { isLoopback, type Protocol, parseRemoteUrl, shownUrl, withoutSecrets } from './remote-url';
import { type RunResult, readGit, runGit } from './run';

/** What is to be pushed where. */
export interface Push {
  /** The remote's name; used in a trusted repository only. */
  readonly remote: string;
  /** Where it is, as `listRemotes` gives it. */
  readonly url: string;
  /** The branch there. */
  readonly branch: string;
  readonly oid: string;
  /** The commit the branch there is expected to be at; null when it must not be there. */
  readonly expected: string | null;
  /** Leave to speak plain http with another machine. */
  readonly plainHttp: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told how far it has come. */
  readonly onProgress?: ((progress: PushProgress) => void) | undefined;
}

/** What became of a push. */
export type Pushed =
  | { readonly kind: 'pushed' }
  /** The branch there was at that commit before. */
  | { readonly kind: 'already' }
  /** The branch there is not where it was expected to be; nothing was changed. */
  | { readonly kind: 'moved' }
  /** The other side does not take it; `reason` is what it said. Nothing was changed. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Puts exactly one commit on one branch of a remote, if that branch is where it is expected to be. Called for a person's
 * own act only: it may ask the person's credential helpers and ssh agent. Of a repository that is not trusted nothing
 * that it configures counts. Throws SIGN_IN_NEEDED, REMOTE_FAILED, NOT_TRUSTED, BAD_INPUT, CANCELLED.
 */
export async function push(place: Place, what: Push): Promise<Pushed> {
  const protocol = protocolOf(place, what);
  return fromPlace(place, what, async (from, remote) => {
    const ref = `refs/heads/${what.branch}`;
    const { onProgress } = what;
    const result = await runGit(
      from,
      [
        ...['push', '--porcelain', '--no-follow-tags', '--recurse-submodules=no'],
        onProgress === undefined ? '--no-progress' : '--progress',
        ...(place.trusted ? [] : ['--receive-pack=git-receive-pack', '--no-verify']),
        // An empty expectation means that the branch must not be there.
        `--force-with-lease=${ref}:${what.expected ?? ''}`,
        ...['--', remote, `${what.oid}:${ref}`],
      ],
      {
        ...{ protocol, signal: what.signal, silent: !place.trusted, successExitCodes: [1, 128] },
        onStderr: onProgress && readProgress(onProgress),
      },
    );
    return outcomeOf({ ...result, stderr: withoutProgress(result.stderr) }, what);
  });
}

/** The commit a branch of a remote is at; null when it is not there. Throws what `push` throws. */
export async function remoteOid(place: Place, what: Omit<Push, 'oid' | 'expected'>): Promise<string | null> {
  const protocol = protocolOf(place, what);
  return fromPlace(place, what, async (from, remote) => {
    const ref = `refs/heads/${what.branch}`;
    const args = ['ls-remote', '--refs', ...(place.trusted ? [] : ['--upload-pack=git-upload-pack'])];
    const { name, configured } = place.trusted ? await whereItPushes(place, what) : { name: remote, configured: [] };
    const options = { protocol, signal: what.signal, silent: !place.trusted, successExitCodes: [128], configured };
    const result = await runGit(from, [...args, '--', name, ref], options);
    if (result.exitCode !== 0) throw failed(result.stderr, what);
    const line = result.stdout
      .toString('utf8')
      .split('\n')
      .find((each) => each.endsWith(`\t${ref}`));
    return line?.split('\t')[0] ?? null;
  });
}

/**
 * By which name a remote of a trusted repository is asked what there is where it is pushed to: by its own, with all that is
 * configured for it, unless that leads to where it is fetched from, and that is elsewhere.
 */
async function whereItPushes(
  place: Place,
  { remote, url }: Pick<Push, 'remote' | 'url'>,
): Promise<{ readonly name: string; readonly configured: readonly Override[] }> {
  const fetched = await readGit(place, ['remote', 'get-url', '--', remote]);
  return fetched === url ? { name: remote, configured: [] } : { name: ours, configured: [[`remote.${ours}.url`, url]] };
}

/** How an address would be reached. Throws, saying why, when it must not be. */
function protocolOf(place: Place, { remote, url, plainHttp }: Pick<Push, 'remote' | 'url' | 'plainHttp'>): Protocol {
  const address = parseRemoteUrl(url);
  const shown = shownUrl(url);
  if (address === null) {
    throw new CodedError(
      'BAD_INPUT',
      `Nothing was pushed: the remote ${remote} is at ${shown}, which is not reached by https, ssh, http or as a folder. Give it such an address, then try again.`,
    );
  }
  if (address.protocol === 'http' && !plainHttp && !isLoopback(address.host)) {
    throw new CodedError(
      'BAD_INPUT',
      `Nothing was pushed: ${shown} is reached without encryption, so anybody on the way could read your password and change what is sent. Use https, or allow it with the setting plainHttp.`,
    );
  }
  if (address.protocol === 'file' && !place.trusted) {
    throw new CodedError(
      'NOT_TRUSTED',
      `Nothing was pushed: the remote ${remote} is the folder ${shown}, whose hooks would run here, and the repository is not trusted. Trust it first, then try again.`,
    );
  }
  return address.protocol;
}

/**
 * Where git runs, and what it calls the remote. For a repository that is not trusted that is an empty one of ours, which
 * only borrows its objects: whatever is configured there about remotes, credentials, proxies and programs is never read.
 */
async function fromPlace<Result>(
  place: Place,
  { remote, url, oid }: Pick<Push, 'remote' | 'url'> & Partial<Pick<Push, 'oid'>>,
  act: (from: Place, remote: string) => Promise<Result>,
): Promise<Result> {
  if (place.trusted) return act(place, remote);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-push-'));
  try {
    await Promise.all([mkdir(join(folder, 'refs')), mkdir(join(folder, 'objects', 'info'), { recursive: true })]);
    const { commonDir } = place.checkout;
    const format = oid?.length === 64 ? '[extensions]\n\tobjectFormat = sha256\n' : '';
    const version = `[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n${format}`;
    await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
    // In a file, because a token in the address must not be in the arguments of a process.
    await writeFile(join(folder, 'config'), `${version}[remote "${ours}"]\n\turl = ${quoted(url)}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'objects', 'info', 'alternates'), `${quoted(join(commonDir, 'objects'))}\n`);
    await copyFile(join(commonDir, 'shallow'), join(folder, 'shallow')).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
    });
    const checkout = { gitDir: folder, commonDir: folder, workTree: folder };
    // The person's own helpers and keys count, and the folder holds nothing of anybody else's.
    return await act({ git: place.git, checkout, trusted: true, ...(place.owner && { owner: place.owner }) }, ours);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the remote is called in the empty repository. */
const ours = 'switchyard-push';

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}

function outcomeOf({ stdout, stderr, exitCode }: RunResult, what: Push): Pushed {
  const line = stdout
    .toString('utf8')
    .split('\n')
    .find((each) => each.includes(`:refs/heads/${what.branch}\t`));
  const flag = line?.[0];
  if (flag === '=' && exitCode === 0) return { kind: 'already' };
  if ((flag === '*' || flag === ' ' || flag === '+') && exitCode === 0) return { kind: 'pushed' };
  if (flag !== '!') throw failed(stderr, what);
  if (/\[rejected\]/.test(line ?? '')) return { kind: 'moved' };
  const said = stderr.split('\n').filter((each) => each.startsWith('remote: '));
  const reason = [(line ?? '').split('\t')[2] ?? '', ...said.map((each) => each.slice('remote: '.length).trim())];
  // The branch was made, or moved, between what the other side told first and what it was sent.
  const isLate = /reference already exists|incorrect old value|cannot lock ref|is at [0-9a-f]+ but expected [0-9a-f]+/;
  if (reason.some((each) => isLate.test(each))) return { kind: 'moved' };
  return {
    kind: 'refused',
    reason: withoutSecrets(reason.filter((each) => each !== '').join('\n'), what.url).slice(0, 4_000),
  };
}

/** Why the other side could not be talked with at all. */
function failed(stderr: string, { url, remote }: Pick<Push, 'url' | 'remote'>): CodedError {
  const said = withoutSecrets(stderr.trim(), url).split('\n').slice(-8).join('\n').slice(-2_000);
  const facts = { remote, url: shownUrl(url) };
  const where = `the remote ${remote} (${facts.url})`;
  const signIn =
    /Authentication failed|could not read (Username|Password)|terminal prompts disabled|Permission denied|Host key verification failed|returned error: 40[13]/;
  if (signIn.test(stderr)) {
    return new CodedError(
      'SIGN_IN_NEEDED',
      `Tried to reach ${where}, which does not let you in. Sign in as for git push in a terminal (a credential helper such as gh auth setup-git, or an ssh key in your agent), then try again.\n${said}`,
      { facts },
    );
  }
  return new CodedError(
    'REMOTE_FAILED',
    `Tried to reach ${where} and could not. Check the address and the network, then try again.\n${said}`,
    { facts },
  );
}
