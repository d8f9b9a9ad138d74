import { ORPCError } from '@orpc/server';
import type { Change } from '../../../core/contract/change';
import type { CommentPlace } from '../../../core/contract/comment';
import type {
  ForgeAccount,
  MergeMethod,
  NewPullRequest,
  PullRequest,
  SeenPullRequest,
} from '../../../core/contract/pull-request';
import type { Remotes, StoppedPush } from '../../../core/contract/remote';

const at = Date.UTC(2026, 0, 1);
const url = 'https://github.com/acme/api.git';

const remotes: Remotes = {
  remotes: [
    { name: 'origin', urls: [url], forge: { kind: 'github', host: 'github.com' } },
    { name: 'mirror', urls: ['git@git.example.test:acme/api.git'], forge: null },
  ],
  usual: 'origin',
};

const nothingThere = `The push was stopped. Right after that nothing of it was on ${url}.`;

/** Every second thread is on lines that are gone. */
function placeOf(index: number): CommentPlace {
  const lines = index % 2 === 1 ? null : { first: 12 + index, last: 12 + index };
  return { path: 'src/uploader.ts', side: 'new', lines };
}

/** Pull requests in memory, with as much said of them as there is of everything else. */
export function createPulls(tell: (change: Change) => void, isMuch: boolean) {
  const pulls = new Map<number, PullRequest>();
  let account: ForgeAccount = { host: 'github.com', signedIn: isMuch ? 'keychain' : null, login: null, notice: null };
  const times = isMuch ? 40 : 1;
  const said = isMuch ? 'Why not the other way round? '.repeat(40) : 'Why not the other way round?';
  const needed = (task: number): PullRequest & { readonly seen: SeenPullRequest } => {
    const pull = pulls.get(task);
    if (pull?.seen == null) throw new ORPCError('NOT_FOUND', { message: `Task ${task} has no pull request.` });
    return { ...pull, seen: pull.seen };
  };
  const put = (pull: PullRequest): PullRequest => {
    pulls.set(pull.task, pull);
    tell({ type: 'pull-request.changed', task: pull.task });
    return pull;
  };
  let stop = (): void => {};
  return {
    remotes: () => remotes,
    /** Pushes until it is stopped. */
    pushSlowly(task: number): Promise<never> {
      tell({
        ...{ type: 'push.changed', task },
        progress: { step: 'sending', percent: 45, sent: '12.30 MiB, 3.00 MiB/s' },
      });
      return new Promise((_, reject) => {
        stop = () => reject(new ORPCError('CANCELLED', { message: `${nothingThere} No pull request was opened.` }));
      });
    },
    stopPush(task: number): StoppedPush {
      stop();
      tell({ type: 'push.changed', task, progress: null });
      return { task, there: false, message: nothingThere };
    },
    accounts: () => [account],
    login(token: string): ForgeAccount {
      if (token.startsWith('wrong')) {
        throw new ORPCError('SIGN_IN_NEEDED', {
          message: 'github.com does not take the token any more. Sign in again.',
        });
      }
      account = { ...account, signedIn: 'keychain', login: 'ada' };
      return account;
    },
    get: (task: number) => pulls.get(task) ?? null,
    open({ task, title, head, draft }: NewPullRequest): PullRequest {
      const checks = Array.from({ length: 2 * times }, (_, index) => ({
        name: `build (${index}, a matrix of operating systems and versions)`,
        state: index % 2 === 0 ? ('failed' as const) : ('passed' as const),
        url: null,
      }));
      const threads = Array.from({ length: times }, (_, index) => ({
        ...{ id: `T${index}`, path: 'src/uploader.ts', line: 12 + index, resolved: false, outdated: index % 2 === 1 },
        ...{ side: 'new' as const, now: placeOf(index) },
        comments: [{ author: 'grace', text: said, at }],
      }));
      // Once it is pushed again it is as the change is.
      const pushed = title.includes('behind') && !pulls.has(task) ? 'c'.repeat(40) : head;
      const page = `https://github.com/acme/api/pull/7`;
      const seen: SeenPullRequest = {
        ...{ number: 7, url: page, state: 'open', draft, title, base: 'main', mergeable: true, checks, threads },
        head: pushed,
        reviews: [{ id: 'review 1', author: 'grace', verdict: 'changes-requested', text: said, at }],
        comments: [],
        older: false,
      };
      return put({
        task,
        host: 'github.com',
        repository: 'acme/api',
        url,
        pushed,
        seen,
        seenAt: at,
        sent: [],
        notices: [],
      });
    },
    /** To rebase it is held back until that is overridden, as by checks that the window knows nothing of. */
    merge({
      task,
      method,
      overrideChecks,
    }: {
      task: number;
      method: MergeMethod;
      overrideChecks?: boolean | undefined;
    }): PullRequest {
      const pull = needed(task);
      if (method === 'rebase' && overrideChecks !== true) {
        const message = 'Nothing was merged: required checks have not passed on this change: test failed.';
        throw new ORPCError('CHECKS_NOT_PASSED', { message });
      }
      return put({ ...pull, seen: { ...pull.seen, state: 'merged' } });
    },
    comment(task: number, text: string): PullRequest {
      const pull = needed(task);
      const comments = [
        ...pull.seen.comments,
        { id: `comment ${pull.seen.comments.length}`, author: 'ada', text, at: at + 2 },
      ];
      return put({ ...pull, seen: { ...pull.seen, comments } });
    },
    inThread(task: number, thread: string, change: { text?: string; resolved?: boolean }): PullRequest {
      const pull = needed(task);
      const threads = pull.seen.threads.map((each) => {
        if (each.id !== thread) return each;
        const reply = change.text === undefined ? [] : [{ author: 'ada', text: change.text, at: at + 1 }];
        return { ...each, comments: [...each.comments, ...reply], resolved: change.resolved ?? each.resolved };
      });
      return put({ ...pull, seen: { ...pull.seen, threads } });
    },
  };
}
