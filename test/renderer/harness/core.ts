import { implement, ORPCError } from '@orpc/server';
import type { AgentReview } from '../../../core/contract/agent-review';
import { calls } from '../../../core/contract/calls';
import type { Change } from '../../../core/contract/change';
import type { Message } from '../../../core/contract/message';
import type { Repository } from '../../../core/contract/repository';
import type { Review } from '../../../core/contract/review';
import type { Rule } from '../../../core/contract/rule';
import { termsOf } from '../../../core/contract/search-terms';
import type { Settings } from '../../../core/contract/settings';
import { heldWords } from '../../../core/contract/stack';
import type { Status } from '../../../core/contract/status';
import type { Task, TaskDetail } from '../../../core/contract/task';
import type { RunningProgram } from '../../../core/contract/terminal';
import type { TranscriptBody } from '../../../core/contract/transcript';
import { tenChecks } from './checks';
import { createComments } from './comments';
import { comparisonOf, pickIn } from './contests';
import * as data from './data';
import { createEdits } from './edits';
import { createPulls } from './pulls';
import { createRelay } from './relay';
import { createStuck } from './stuck';
import { createTrains } from './trains';
import { createWorktrees } from './worktrees';

const kindOf = (type: string | undefined) =>
  type === 'prompt' ? ('prompt' as const) : type === 'tool' ? ('tool' as const) : ('text' as const);

/** How much the fake core has: nothing, a working day, or far too much. */
export type Amount = 'none' | 'little' | 'much';

/** Which agents the fake core finds: as in `data`, none but the one built in, or none yet. */
export type Agents = 'some' | 'echo' | 'looking';

/**
 * A core in the page that answers every call from memory, for seeing and testing the window without the real one. The
 * call named `stuck` is not answered until `letOne` or `free` is called.
 */
export function createFakeCore(amount: Amount, agents: Agents = 'some', stuck: string | null = null) {
  const { hang, letOne, free } = createStuck(stuck);
  const relay = createRelay(amount);
  const found = data.agents.map((agent) =>
    agents !== 'echo' || agent.path === null ? agent : { ...agent, found: false, path: null, version: null },
  );
  let known = agents === 'looking' ? [] : found;
  const tasks = new Map<number, Task>(
    (amount === 'none' ? [] : amount === 'little' ? data.littleTasks() : data.muchTasks()).map((one) => [one.id, one]),
  );
  let repositories: Repository[] = amount === 'none' ? [] : [...data.repositories];
  if (amount === 'much') repositories = repositories.map((one) => ({ ...one, checks: [...tenChecks] }));
  // As much as there is there is too little memory for.
  const held = amount === 'much' ? data.hold : null;
  let rules: readonly Rule[] = amount === 'none' ? [] : amount === 'little' ? data.littleRules : data.muchRules();
  let settings: Settings = data.settings;
  const followers = new Set<(change: Change) => void>();
  const said = new Map<number, readonly TranscriptBody[]>();
  const called: { readonly name: string; readonly input: unknown }[] = [];
  const tell = (change: Change): void => {
    for (const follower of followers) follower(change);
  };
  const get = (id: number): Task => {
    const task = tasks.get(id);
    if (task === undefined)
      throw new ORPCError('NOT_FOUND', {
        message: `There is no task #${id}. It may have been removed; go back to the list.`,
      });
    return task;
  };
  const configured = (repository: Repository): Repository => {
    repositories = repositories.map((one) => (one.id === repository.id ? repository : one));
    tell({ type: 'repository.changed', repository });
    return repository;
  };
  const repositoryOf = (id: number): Repository => repositories.find((one) => one.id === id) ?? data.repository;
  const put = (task: Task): Task => {
    const stamped = { ...task, updatedAt: Date.now(), stateSince: Date.now() };
    tasks.set(task.id, stamped);
    tell({ type: 'task.changed', task: stamped });
    return stamped;
  };
  const editsOf = ({ id, updatedAt: at }: Task): TaskDetail['edits'] => {
    const made = edits.newest(id);
    return made === null ? [] : [{ at, ...made, part: made.kind === 'take-back' }];
  };
  const detail = (task: Task): TaskDetail => ({
    ...task,
    checks: task.checks.map((check) => ({ ...check, output: data.printedBy(check) })),
    prompt:
      'Add retry with exponential backoff and jitter to the uploader.\n\nAt most five attempts; give up on 4xx. Keep the first cause.',
    edits: editsOf(task),
    transitions: [
      { from: null, to: 'queued', at: task.createdAt, by: 'person', reason: '', attempt: null },
      {
        from: 'queued',
        to: 'running',
        at: task.createdAt + 5000,
        by: 'runner',
        reason: 'claimed by worker 1',
        attempt: 1,
      },
      {
        from: 'running',
        to: task.state,
        at: task.stateSince,
        by: 'runner',
        reason: 'The agent finished.',
        attempt: null,
      },
    ],
  });
  let running: readonly RunningProgram[] = [];
  let programs: readonly string[] = [
    'hook pre-commit: .husky/pre-commit',
    'filter lfs: git-lfs clean -- %f',
    'Claude Code settings: .claude/settings.json',
  ];
  let messages: readonly Message[] = [];
  const reviews = new Map<number, ReturnType<typeof data.reviewOf>>();
  /** The tasks whose change git cannot read. */
  const unreadable = new Set<number>();
  const reviewOf = (id: number) => {
    const task = get(id);
    if (unreadable.has(id))
      throw new ORPCError('GIT_FAILED', {
        message: 'The change could not be read: git said “fatal: unable to read tree”. Look at the repository’s disk.',
      });
    if (task.branch === null)
      throw new ORPCError('WRONG_STATE', {
        message: `Task ${id} has no change to show: it is ${task.state} and its branch is not there.`,
      });
    const known = reviews.get(id) ?? data.reviewOf(task, amount === 'much' ? 300 : 12, amount === 'much' ? 90 : 40);
    reviews.set(id, known);
    return known;
  };
  const edits = createEdits(
    (task) => put(get(task)),
    (task, path) => reviewOf(task).patches.get(path) ?? '',
  );
  /** A change with what was edited of it. */
  const changeOf = (task: number): Review => {
    const { review } = reviewOf(task);
    const files = review.files.map((file) => ({ ...file, content: edits.contentOf(file.path) }));
    return { ...review, files, edit: edits.newest(task) };
  };
  // What a handler gives is checked against the contract's output schema here as in the real router, each piece of a
  // stream too, so a sample that no longer fits fails the call.
  const on = implement(calls);
  const note = (name: string, input: unknown): void => {
    called.push({ name, input });
  };

  async function* following(signal: AbortSignal | undefined): AsyncGenerator<Change> {
    const waiting: Change[] = [];
    let wake = (): void => {};
    const hear = (change: Change): void => {
      waiting.push(change);
      wake();
    };
    followers.add(hear);
    signal?.addEventListener('abort', () => wake());
    try {
      yield {
        type: 'snapshot',
        tasks: [...tasks.values()],
        repositories,
        agents: known,
        settings,
        held,
        pushes: [],
        trains: [],
      };
      while (!signal?.aborted) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      followers.delete(hear);
    }
  }

  const pulls = createPulls(tell, amount === 'much');
  const worktrees = createWorktrees([...tasks.values()], amount, () => tell({ type: 'worktrees.changed' }));
  const trains = createTrains({ get, put, tell });
  const agentReviews: AgentReview[] = [];
  const comments = createComments((task) => tell({ type: 'comments.changed', task }));
  const router = on.router({
    repositories: {
      list: on.repositories.list.handler(() => repositories),
      inspect: on.repositories.inspect.handler(({ input }) => {
        if (input.path.includes('nowhere'))
          throw new ORPCError('NOT_A_REPOSITORY', {
            message: `${input.path} is not a git repository: git found no .git in it or above it. Choose the folder of a repository, or run git init there first.`,
          });
        return {
          path: input.path,
          name: input.path.split('/').pop() ?? '',
          defaultBranch: 'main',
          knownAs: null,
          programs: [...programs],
          trustHash: programs.join(),
          notices: ['The checkout has 3 edited files. They stay as they are.'],
        };
      }),
      add: on.repositories.add.handler(({ input }) => {
        note('repositories.add', input);
        if (input.trust && input.expected !== programs.join())
          throw new ORPCError('MOVED', {
            message:
              'Nothing was trusted: what it would run has changed since you looked. Look at it again, then trust it.',
          });
        const added = {
          ...data.repository,
          id: 40 + repositories.length,
          name: input.path.split('/').pop() ?? '',
          path: input.path,
          trusted: input.trust,
        };
        repositories = [...repositories, added];
        tell({ type: 'repository.changed', repository: added });
        return added;
      }),
      trust: on.repositories.trust.handler(({ input }) => repositoryOf(input.repository)),
      configure: on.repositories.configure.handler(({ input }) => {
        const before = repositoryOf(input.repository);
        const landing = { ...before.landing, ...input.landing, pushTo: input.landing?.pushTo ?? before.landing.pushTo };
        const { checks = before.checks, runCommand = before.runCommand, budget = before.budget } = input;
        const { retention = before.retention, pool = before.pool } = input;
        note('repositories.configure', input);
        return configured({ ...before, checks, runCommand, budget, landing, retention, pool });
      }),
      remove: on.repositories.remove.handler(() => undefined),
      remotes: on.repositories.remotes.handler(() => pulls.remotes()),
      branches: on.repositories.branches.handler(() =>
        ['main', 'next', 'release/3.0'].map((name) => ({ name, oid: 'a'.repeat(40), checkedOutAt: null })),
      ),
    },
    contests: {
      create: on.contests.create.handler(({ input }) => {
        note('contests.create', input);
        const first = Math.max(0, ...tasks.keys()) + 1;
        const contest = { id: first, tasks: input.agents.map((_, index) => first + index), picked: null };
        return input.agents.map(({ agent, model = null }, index) =>
          put(data.task(first + index, input.title, 'queued', { agent, model, contest, createdAt: Date.now() })),
        );
      }),
      compare: on.contests.compare.handler(({ input }) => comparisonOf(get(input.task), get)),
      pick: on.contests.pick.handler(({ input }) => {
        note('contests.pick', input);
        return pickIn(get(input.task), get, put);
      }),
    },
    tasks: {
      list: on.tasks.list.handler(() => [...tasks.values()]),
      get: on.tasks.get.handler(({ input }) => {
        note('tasks.get', input);
        return detail(get(input.task));
      }),
      create: on.tasks.create.handler(async ({ input }) => {
        note('tasks.create', input);
        await hang('tasks.create');
        return detail(
          put(
            data.task(Math.max(0, ...tasks.keys()) + 1, input.title, 'queued', {
              repositoryId: input.repositoryId,
              createdAt: Date.now(),
            }),
          ),
        );
      }),
      cancel: on.tasks.cancel.handler(({ input }) => {
        note('tasks.cancel', input);
        return put({ ...get(input.task), state: 'cancelled', requests: [] });
      }),
      resume: on.tasks.resume.handler(({ input }) => {
        note('tasks.resume', input);
        return put({ ...get(input.task), parked: null, runAfter: null, queuedReason: null });
      }),
      edit: on.tasks.edit.handler(({ input }) => {
        note('tasks.edit', input);
        const { task, title, agent, priority, budget, after = [], detach = [] } = input;
        const before = get(task);
        const stays = (id: number) => !detach.includes(id);
        return put({
          ...before,
          title: title ?? before.title,
          agent: agent ?? before.agent,
          priority: priority ?? before.priority,
          budget: { ...before.budget, ...budget },
          after: [...before.after.filter(stays), ...after],
          landsAfter: [...before.landsAfter.filter(stays), ...after],
          blockedBy: before.blockedBy.filter(stays),
        });
      }),
      retry: on.tasks.retry.handler(({ input }) => put({ ...get(input.task), state: 'queued' })),
      approve: on.tasks.approve.handler(({ input }) => {
        note('tasks.approve', input);
        if (get(input.task).title.startsWith('Rename'))
          throw new ORPCError('MOVED', {
            message:
              'The change was not merged into main, because main moved while you looked. Nothing was touched; look at the change again and approve it.',
          });
        return put({ ...get(input.task), state: 'done', outcome: 'merged', mergedOid: input.head });
      }),
      stack: on.tasks.stack.handler(({ input }) => {
        const order = (id: number): number[] => [...get(id).landsAfter.flatMap(order), id];
        const ids = { base: 'b'.repeat(40), mergeBase: 'c'.repeat(40), head: 'd'.repeat(40), tree: 'e'.repeat(40) };
        return [...new Set(order(input.task))].map((id) => {
          const { title, state, change } = get(id);
          return { task: id, title, state, ...ids, files: change?.files ?? 0, problem: null };
        });
      }),
      approveStack: on.tasks.approveStack.handler(({ input }) => {
        note('tasks.approveStack', input);
        return input.approvals.map(({ task, head }) =>
          put({ ...get(task), state: 'done', outcome: 'merged', mergedOid: head, landsAfter: [], stack: null }),
        );
      }),
      overlap: on.tasks.overlap.handler(() => ({
        files: [
          {
            ...{ path: 'src/members/member-1.tsx', conflict: 'content', about: 'Both changed the same lines.' },
            ...{ mine: [{ first: 12, last: 14 }], theirs: [{ first: 13, last: 13 }] },
          },
          { path: 'docs/webhooks.md', conflict: null, about: '', mine: [{ first: 1, last: 1 }], theirs: [] },
        ],
        mine: `@@ -12,3 +12,3 @@\n-const account = 1;\n+const member = 1;${' // and much more of it'.repeat(8)}\n`,
        theirs: '@@ -13 +13 @@\n-const two = 2;\n+const two = 3; // \u202e\n',
      })),
      restack: on.tasks.restack.handler(({ input }) => put({ ...get(input.task), stack: null })),
      changeBase: on.tasks.changeBase.handler(({ input }) => ({
        ...put({ ...get(input.task), base: input.base }),
        along: null,
      })),
      resolve: on.tasks.resolve.handler(({ input }) => {
        note('tasks.resolve', input);
        return put({ ...get(input.task), state: 'queued', queuedReason: 'Its agent brings it up to date with main.' });
      }),
      push: on.tasks.push.handler(({ input }) => {
        const { task, remote, url, head: oid } = input;
        return { task, remote, url, oid, branch: 'switchyard/one', already: false, putBack: false, compareUrl: null };
      }),
      pushes: on.tasks.pushes.handler(() => []),
      stopPush: on.tasks.stopPush.handler(({ input }) => pulls.stopPush(input.task)),
      reject: on.tasks.reject.handler(({ input }) => {
        note('tasks.reject', input);
        comments.send(input.task);
        return put({ ...get(input.task), state: 'queued', queuedReason: 'Changes were asked for' });
      }),
      discard: on.tasks.discard.handler(({ input }) => {
        note('tasks.discard', input);
        const backupRef = `refs/switchyard/backup/${input.task}/1`;
        return put({ ...get(input.task), state: 'done', outcome: 'discarded', backupRef });
      }),
      take: on.tasks.take.handler(({ input }) => {
        note('tasks.take', input);
        return put({
          ...get(input.task),
          takeover: { id: 1, state: 'asked', terminal: null, askedAt: Date.now(), beganAt: null },
        });
      }),
      handBack: on.tasks.handBack.handler(({ input }) => {
        note('tasks.handBack', input);
        return put({ ...get(input.task), takeover: null });
      }),
      restore: on.tasks.restore.handler(({ input }) => put({ ...get(input.task), state: 'review', outcome: null })),
    },
    pullRequests: {
      open: on.pullRequests.open.handler(async ({ input }) => {
        note('pullRequests.open', input);
        if (input.title.includes('slowly')) await pulls.pushSlowly(input.task);
        return pulls.open(input);
      }),
      get: on.pullRequests.get.handler(({ input }) => pulls.get(input.task)),
      merge: on.pullRequests.merge.handler(({ input }) => {
        note('pullRequests.merge', input);
        return pulls.merge(input);
      }),
      reply: on.pullRequests.reply.handler(({ input }) =>
        pulls.inThread(input.task, input.thread, { text: input.text }),
      ),
      comment: on.pullRequests.comment.handler(({ input }) => pulls.comment(input.task, input.text)),
      resolve: on.pullRequests.resolve.handler(({ input }) =>
        pulls.inThread(input.task, input.thread, { resolved: input.resolved }),
      ),
    },
    forges: {
      list: on.forges.list.handler(() => pulls.accounts()),
      login: on.forges.login.handler(({ input }) => pulls.login(input.token)),
      logout: on.forges.logout.handler(({ input }) => ({
        host: input.host,
        signedIn: null,
        login: null,
        notice: null,
      })),
    },
    reviews: {
      get: on.reviews.get.handler(({ input }) => {
        note('reviews.get', input);
        return {
          ...changeOf(input.task),
          held: heldWords(get(input.task).landsAfter.map(get)),
        };
      }),
      change: on.reviews.change.handler(({ input }) => changeOf(input.task)),
      patch: on.reviews.patch.handler(async ({ input }) => {
        note('reviews.patch', {
          paths: input.paths?.length,
          ...(input.ignoreWhitespace && { ignoreWhitespace: true }),
        });
        await hang('reviews.patch');
        const { patches } = reviewOf(input.task);
        return {
          patch: (input.paths ?? [...patches.keys()]).map((path) => patches.get(path) ?? '').join(''),
          truncated: false,
        };
      }),
      between: on.reviews.between.handler(({ input }) => {
        note('reviews.between', input);
        const { mergeBase, files } = reviewOf(input.task).review;
        return { task: input.task, mergeBase: input.from ?? mergeBase, head: input.to, files: files.slice(0, 3) };
      }),
      content: on.reviews.content.handler(({ input }) => {
        note('reviews.content', input);
        const { patches, review } = reviewOf(input.task);
        const side = input.commit === review.mergeBase ? 'old' : 'new';
        if (input.path.endsWith('.png')) return data.pictureOf(side);
        if (input.sizeOnly) return { size: side === 'old' ? 812 : 20_480, bytes: null };
        return data.textOf(patches.get(input.path) ?? '', side);
      }),
      ask: on.reviews.ask.handler(({ input }) => {
        note('reviews.ask', input);
        const { title, repositoryId } = get(input.task);
        const id = Math.max(0, ...tasks.keys()) + 1;
        agentReviews.push(data.agentReview(id, input.task, { agent: input.agent ?? 'claude' }));
        const more = { repositoryId, reviews: input.task, agent: input.agent ?? 'claude', createdAt: Date.now() };
        return detail(put(data.task(id, `Review: ${title}`, 'queued', more)));
      }),
      asked: on.reviews.asked.handler(({ input }) =>
        agentReviews
          .filter(({ reviewed }) => reviewed === input.task)
          .map((review) => ({ ...review, state: tasks.get(review.task)?.state ?? review.state })),
      ),
      takeBack: on.reviews.takeBack.handler(({ input }) => {
        note('reviews.takeBack', input);
        edits.assertHere(input.task, input.path);
        return edits.make(input.task, { kind: 'take-back', path: input.path, part: input.lines !== null });
      }),
      file: on.reviews.file.handler(async ({ input }) => {
        note('reviews.file', input);
        await hang('reviews.file');
        return edits.file(input.task, input.path);
      }),
      write: on.reviews.write.handler(({ input }) => {
        note('reviews.write', input);
        return edits.write(input.task, input);
      }),
      undo: on.reviews.undo.handler(({ input }) => {
        note('reviews.undo', input);
        return edits.undo(input.task);
      }),
    },
    checks: {
      run: on.checks.run.handler(({ input }) => {
        note('checks.run', input);
        const task = get(input.task);
        const [first] = input.names ?? [repositoryOf(task.repositoryId).checks[0]?.name ?? ''];
        const [run, startedAt] = [100 + called.length, Date.now()];
        const { command = '' } = repositoryOf(task.repositoryId).checks.find(({ name }) => name === first) ?? {};
        const fresh = { run, name: first ?? '', command, state: 'running' as const, exitCode: null, startedAt };
        const begun = {
          ...fresh,
          endedAt: null,
          head: 'd'.repeat(40),
          clean: true,
          stale: false,
          leftBehind: [],
          train: null,
        };
        return put({ ...task, checks: [...task.checks.filter(({ name }) => name !== first), begun] });
      }),
      stop: on.checks.stop.handler(({ input }) => {
        note('checks.stop', input);
        const task = get(input.task);
        const stopped = { state: 'failed' as const, endedAt: Date.now() };
        const checks = task.checks.map((check) => (check.state === 'running' ? { ...check, ...stopped } : check));
        return put({ ...task, checks });
      }),
      follow: on.checks.follow.handler(async function* ({ input, signal }) {
        const running = get(input.task).checks.find(({ state }) => state === 'running');
        if (running !== undefined) yield { run: running.run, output: 'RUN v4.1.0\n ✓ test/app.test.ts (3)\n' };
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      }),
      suggest: on.checks.suggest.handler(() => [
        { name: 'lint', command: 'npm run lint', required: false },
        { name: 'test', command: 'npm run test', required: false },
      ]),
      files: on.checks.files.handler(({ input }) => input.paths.filter((path) => path.startsWith('vendor/'))),
    },
    comments: {
      list: on.comments.list.handler(({ input }) => comments.of(input.task)),
      add: on.comments.add.handler(({ input }) => {
        note('comments.add', input);
        if (input.text.includes('no room'))
          throw new ORPCError('DISK_FULL', {
            message: 'Keeping the comment failed: the disk is full. Make room and keep it again.',
          });
        return comments.add(input);
      }),
      edit: on.comments.edit.handler(({ input }) => {
        note('comments.edit', input);
        comments.accept([input.comment]);
        return comments.change(input.comment, { text: input.text });
      }),
      accept: on.comments.accept.handler(({ input }) => {
        note('comments.accept', input);
        comments.accept(input.comments);
      }),
      dismiss: on.comments.dismiss.handler(({ input }) => {
        note('comments.dismiss', input);
        for (const id of input.comments) input.dismissed ? comments.remove(id) : comments.bringBack(id);
      }),
      remove: on.comments.remove.handler(({ input }) => {
        note('comments.remove', input);
        comments.remove(input.comment);
      }),
      resolve: on.comments.resolve.handler(({ input }) =>
        comments.change(input.comment, { resolvedAt: input.resolved ? Date.now() : null }),
      ),
    },
    checkpoints: {
      list: on.checkpoints.list.handler(({ input }) => data.checkpoints(get(input.task), amount === 'much' ? 120 : 5)),
      diff: on.checkpoints.diff.handler(({ input }) => {
        const { mergeBase, head, files } = reviewOf(input.task).review;
        return { task: input.task, from: input.from ?? null, to: input.to, mergeBase, head, files: files.slice(0, 3) };
      }),
      back: on.checkpoints.back.handler(({ input }) => {
        note('checkpoints.back', input);
        if (input.checkpoint === 1) throw new ORPCError('CONFLICT', { message: 'A rebase is under way there.' });
        put(get(input.task));
        return { ...input, left: 5, conversation: 'back' as const };
      }),
    },
    requests: {
      list: on.requests.list.handler(() => [...tasks.values()].flatMap(({ requests }) => requests)),
      answer: on.requests.answer.handler(({ input }) => {
        note('requests.answer', input);
        const task = [...tasks.values()].find(({ requests }) => requests.some(({ id }) => id === input.request));
        const request = task?.requests.find(({ id }) => id === input.request);
        if (task === undefined || request === undefined)
          throw new ORPCError('ALREADY_ANSWERED', { message: 'This request was answered before.' });
        put({ ...task, state: 'running', requests: [] });
        return { ...request, state: 'answered' as const, answer: input.answer };
      }),
      waited: on.requests.waited.handler(({ input }) => {
        note('requests.waited', input);
        const waiting = [...tasks.values()].filter(({ state }) => state === 'waiting').length;
        const ms = amount === 'none' ? 0 : amount === 'little' ? 18 * 60_000 : 31 * 3_600_000;
        return { since: input.since, at: Date.now(), ms, waiting };
      }),
    },
    processes: {
      list: on.processes.list.handler(async ({ input }) => {
        note('processes.list', input);
        await hang('processes.list');
        const processes = amount === 'none' ? [] : data.processes(input.task ?? 1, amount === 'much' ? 60 : 3);
        return { visible: true, processes };
      }),
    },
    worktrees: {
      list: on.worktrees.list.handler(async () => {
        await hang('worktrees.list');
        return worktrees.list();
      }),
      get: on.worktrees.get.handler(({ input }) => worktrees.get(input.path)),
      remove: on.worktrees.remove.handler(({ input }) => {
        note('worktrees.remove', input);
        return worktrees.remove(input.path);
      }),
      backups: on.worktrees.backups.handler(() => worktrees.backups()),
      restore: on.worktrees.restore.handler(({ input }) => {
        note('worktrees.restore', input);
        return worktrees.restore(input.ref);
      }),
      removeBackup: on.worktrees.removeBackup.handler(({ input }) => {
        note('worktrees.removeBackup', input);
        worktrees.removeBackup(input.ref);
      }),
      going: on.worktrees.going.handler(({ input }) => {
        note('worktrees.going', input);
        return { backups: worktrees.backups().slice(-2), worktrees: [] };
      }),
    },
    rules: {
      list: on.rules.list.handler(() => [...rules]),
      revoke: on.rules.revoke.handler(({ input }) => {
        note('rules.revoke', input);
        const found = rules.find(({ id }) => id === input.rule);
        if (found === undefined) throw new ORPCError('NOT_FOUND', { message: `There is no rule ${input.rule}.` });
        rules = rules.filter(({ id }) => id !== input.rule);
        const revoked = { ...found, revokedAt: Date.now() };
        tell({ type: 'rule.changed', rule: revoked });
        return revoked;
      }),
    },
    decisions: {
      list: on.decisions.list.handler(() => []),
      check: on.decisions.check.handler(() => ({ count: 0, newest: null, broken: null })),
    },
    sessions: {
      list: on.sessions.list.handler(() => []),
      read: on.sessions.read.handler(() => [...data.transcript(data.shortTalk)]),
      follow: on.sessions.follow.handler(async function* ({ input, signal }) {
        const base = amount === 'much' ? data.longTalk() : data.shortTalk;
        const asks = tasks.get(input.session)?.requests[0];
        const all = data.transcript(
          asks === undefined
            ? [...base, ...data.usedTalk]
            : [...base.slice(0, -2), { type: 'request', request: asks.id, kind: asks.kind, title: asks.title }],
        );
        const rest = all.filter(({ seq }) => seq > input.after);
        for (let at = 0; at < rest.length; at += 500) yield rest.slice(at, at + 500);
        const state = tasks.get(input.session)?.state;
        const words = [
          ...['The retry is in place; I ', 'am now running the tests '],
          ...['with a fake clock so that ', 'no test waits for real. '],
        ];
        let heard = 0;
        for (let seq = all.length + 1; !signal?.aborted; seq += 1) {
          // As fast as an agent talks, in pieces as large as it sends them: each is drawn, which is most of what a page costs.
          await new Promise((resolve) => setTimeout(resolve, 100));
          const more = (said.get(input.session) ?? []).slice(heard);
          heard += more.length;
          if (more.length > 0) {
            yield more.map((event, at) => ({ ...event, seq: seq + at, at: Date.now() }));
            seq += more.length - 1;
            continue;
          }
          if (state === 'running' && !signal?.aborted)
            yield [
              {
                seq,
                at: Date.now(),
                type: 'text' as const,
                message: `live${Math.floor(seq / 40)}`,
                text: `${words[seq % words.length]}`,
              },
            ];
        }
      }),
    },
    messages: {
      list: on.messages.list.handler(({ input }) => messages.filter(({ task }) => task === input.task)),
      add: on.messages.add.handler(async ({ input }) => {
        note('messages.add', input);
        await hang('messages.add');
        const added = {
          id: messages.length + 1,
          ...input,
          by: 'person',
          state: 'queued' as const,
          createdAt: Date.now(),
        };
        messages = [...messages, added];
        tell({ type: 'messages.changed', task: input.task });
        return added;
      }),
      edit: on.messages.edit.handler(({ input }) => {
        note('messages.edit', input);
        const found = messages.find(({ id }) => id === input.message);
        if (found === undefined)
          throw new ORPCError('WRONG_STATE', {
            message: `Message ${input.message} could not be changed: the agent has it already. Write another one.`,
          });
        const edited = { ...found, text: input.text };
        messages = messages.map((each) => (each.id === edited.id ? edited : each));
        tell({ type: 'messages.changed', task: edited.task });
        return edited;
      }),
      remove: on.messages.remove.handler(({ input }) => {
        note('messages.remove', input);
        const found = messages.find(({ id }) => id === input.message);
        messages = messages.filter(({ id }) => id !== input.message);
        if (found !== undefined) tell({ type: 'messages.changed', task: found.task });
      }),
    },
    search: {
      find: on.search.find.handler(async ({ input }) => {
        note('search.find', input);
        // The first answer comes: only one that was there says that the index is being made.
        if (called.filter(({ name }) => name === 'search.find').length > 1) await hang('search.find');
        const index = {
          state: input.words.includes('building') ? ('building' as const) : ('ready' as const),
          done: 4,
          of: 9,
          reason: null,
        };
        const terms = termsOf(input.words);
        const first = terms[0]?.text ?? '';
        if (first === '' || first === 'nothing') return { found: [], more: false, index };
        const seq = data.shortTalk.findIndex((body) =>
          JSON.stringify(body).toLowerCase().includes(first.toLowerCase()),
        );
        const places = [...tasks.values()].slice(0, amount === 'much' ? 50 : 6).map((task, at) => ({
          ...{ task: task.id, title: task.title, state: task.state, repository: task.repository, agent: task.agent },
          ...(seq === -1 || task.session === null
            ? { session: null, seq: null }
            : { session: task.session, seq: seq + 1 }),
          at: Date.now() - at * 3_600_000,
          kind: seq === -1 || task.session === null ? ('task' as const) : kindOf(data.shortTalk[seq]?.type),
          snippet: [
            { text: 'The uploader throws an error with a status, so I ', hit: false },
            { text: first, hit: true },
            { text: ' only on network errors and wait with full jitter', hit: false },
          ],
        }));
        return { found: places, more: amount === 'much', index };
      }),
    },
    trains: {
      start: on.trains.start.handler(({ input }) => {
        note('trains.start', input);
        return trains.start(input);
      }),
      list: on.trains.list.handler(() => trains.list()),
      get: on.trains.get.handler(({ input }) => trains.get(input.train)),
      stop: on.trains.stop.handler(({ input }) => {
        note('trains.stop', input);
        return trains.stop(input.train);
      }),
    },
    terminals: {
      list: on.terminals.list.handler(() => []),
      programs: on.terminals.programs.handler(async () => {
        await hang('terminals.programs');
        return [...running];
      }),
      open: on.terminals.open.handler(async () => {
        await hang('terminals.open');
        throw new ORPCError('TERMINAL_FAILED', { message: 'There are no terminals here.' });
      }),
      read: on.terminals.read.handler(({ input }) => ({ from: input.from, bytes: '', end: 0, over: true })),
      write: on.terminals.write.handler(() => undefined),
      resize: on.terminals.resize.handler(() => undefined),
      close: on.terminals.close.handler(() => {
        throw new ORPCError('NOT_FOUND', { message: 'There is no such terminal.' });
      }),
    },
    settings: {
      list: on.settings.list.handler(() => settings),
      set: on.settings.set.handler(({ input }) => {
        note('settings.set', input);
        settings = { ...settings, [input.name]: input.value };
        tell({ type: 'settings.changed', settings });
        return settings;
      }),
    },
    agents: { list: on.agents.list.handler(() => known) },
    relay: {
      send: on.relay.send.handler(() => ({ seq: 1, connected: true })),
      takeBack: on.relay.takeBack.handler(() => ({ ids: [] })),
      agents: on.relay.agents.handler(() => relay.agents()),
      follow: on.relay.follow.handler(({ input, signal }) => relay.follow(input, signal)),
      disconnect: on.relay.disconnect.handler(({ input }) => {
        note('relay.disconnect', input);
        relay.disconnect(input);
      }),
      status: on.relay.status.handler(() => relay.status()),
    },
    keys: {
      list: on.keys.list.handler(() => []),
      create: on.keys.create.handler(() => noKeys()),
      rotate: on.keys.rotate.handler(() => noKeys()),
      revoke: on.keys.revoke.handler(() => noKeys()),
    },
    signIns: {
      create: on.signIns.create.handler(() => noKeys()),
      list: on.signIns.list.handler(() => []),
      revoke: on.signIns.revoke.handler(() => noKeys()),
    },
    services: {
      restart: on.services.restart.handler(({ input: { name } }) => ({
        ...{ name, state: 'running' as const, since: Date.now(), restarts: 1 },
      })),
    },
    runtime: {
      status: on.runtime.status.handler(() => ({
        pid: 1,
        version: '0.1.0',
        owner: 'app' as const,
        foreground: false,
        dataFolder: '/tmp',
        startedAt: 0,
        tasks: { queued: 0, running: 0, waiting: 0, review: 0, done: 0, failed: 0, cancelled: 0 },
        today: { spent: data.nothingSpent, budget: data.settings.dayBudget },
        workers: workersOf(amount),
        held,
        server: { kind: 'off' as const },
        services: [],
        problems: [],
      })),
      verifyStacks: on.runtime.verifyStacks.handler(() => ({ checked: 0, findings: [] })),
      dump: on.runtime.dump.handler(() => ({})),
      doctor: on.runtime.doctor.handler(() => ({ ok: true, findings: [] })),
      demo: on.runtime.demo.handler(() => {
        repositories = [data.repository];
        tell({ type: 'repository.changed', repository: data.repository });
        return detail(put(data.task(1, 'Say hello in the README', 'running', { agent: 'echo' })));
      }),
      stop: on.runtime.stop.handler(() => undefined),
    },
    changes: { follow: on.changes.follow.handler(({ signal }) => following(signal)) },
  });
  const findAgents = (): void => {
    known = found;
    tell({ type: 'agents.changed', agents: known });
  };
  /** Somebody sets a repository's commands or budget in a terminal. */
  const configure = (id: number, more: Partial<Repository>): void => {
    configured({ ...repositoryOf(id), ...more });
  };
  /** The repository that is about to be added gets another hook. */
  const addHook = (hook: string): void => {
    programs = [...programs, hook];
  };
  /** The person starts a program in a shell of a task. */
  const runProgram = (task: number, program: string): void => {
    const about = { terminal: running.length + 1, task, taskTitle: get(task).title, kind: 'shell' as const };
    running = [...running, { ...about, program, more: 0 }];
  };
  /** What landed on its base meanwhile changes the same lines of a file as a task does. */
  const meet = (task: number, path: string): void => {
    const one = reviewOf(task);
    const conflicts = [{ path, kind: 'content', about: 'Both changed the same lines.' }];
    reviews.set(task, { ...one, review: { ...one.review, conflicts, strategies: [], strategy: null } });
    put(get(task));
  };
  /** Its required check passed before its base moved. */
  const fallBehind = (task: number): void => {
    const one = reviewOf(task);
    reviews.set(task, { ...one, review: { ...one.review, passedApart: { checks: ['test'], behind: 2 } } });
    put(get(task));
  };
  /** A session goes on with these events. */
  const say = (session: number, events: readonly TranscriptBody[]): void =>
    void said.set(session, [...(said.get(session) ?? []), ...events]);
  /** The agent is given everything that was said to it. */
  const handOver = (task: number): void => {
    messages = messages.filter((message) => message.task !== task);
    tell({ type: 'messages.changed', task });
  };
  return {
    router,
    called,
    put,
    tasks,
    comments,
    edits,
    trains,
    relay,
    findAgents,
    addHook,
    runProgram,
    meet,
    fallBehind,
    say,
    configure,
    handOver,
    letOne,
    free,
    unreadable,
  };
}

function noKeys(): never {
  throw new ORPCError('WRONG_STATE', { message: 'Nobody is let in here.' });
}

function workersOf(amount: Amount): Status['workers'] {
  if (amount === 'none') return [];
  return Array.from({ length: amount === 'little' ? 1 : 12 }, (_, index) => ({
    name: `worker ${index + 1}`,
    state: index % 3 === 2 ? ('idle' as const) : ('busy' as const),
    ...{ running: index % 3 === 2 ? 0 : 4, waiting: index % 3 === 2 ? 0 : 2, limit: 6 },
  }));
}
