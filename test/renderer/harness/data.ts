import type { AgentStatus } from '../../../core/contract/agent';
import type { AgentReview } from '../../../core/contract/agent-review';
import { noBudget } from '../../../core/contract/budget';
import type { Check } from '../../../core/contract/check';
import type { Checkpoint } from '../../../core/contract/checkpoint';
import type { Process } from '../../../core/contract/process';
import type { Repository } from '../../../core/contract/repository';
import { usualLanding } from '../../../core/contract/repository-landing';
import type { Request } from '../../../core/contract/request';
import { usualRetention } from '../../../core/contract/retention';
import type { FileChange, Review, ShownFile } from '../../../core/contract/review';
import type { Rule } from '../../../core/contract/rule';
import { ruleOffers } from '../../../core/contract/rule-offers';
import type { Settings } from '../../../core/contract/settings';
import type { Task, TaskState } from '../../../core/contract/task';
import type { TranscriptBody, TranscriptEvent } from '../../../core/contract/transcript';
import { muchPrinted, tenRuns } from './checks';

const start = Date.now();
const minutes = (amount: number): number => start - amount * 60_000;

export const settings: Settings = {
  concurrency: 6,
  defaultAgent: 'claude',
  defaultPermissionLevel: 'supervised',
  passEnvironment: ['HTTPS_PROXY'],
  maxAttempts: 3,
  silenceMinutes: 30,
  acpAgents: [{ name: 'gemini', command: '/usr/local/bin/gemini', args: ['--acp'] }],
  taskMemoryMegabytes: 0,
  memoryFloorMegabytes: 512,
  pidNamespace: 'auto',
  keepTerminals: false,
  terminalMegabytes: 256,
  terminalFont: '',
  terminalFontSize: 13,
  terminalCopyOnSelect: true,
  terminalDays: 30,
  backupDays: 0,
  backupMegabytes: 0,
  worktreeDays: 0,
  worktreeMegabytes: 0,
  forges: [],
  plainHttp: false,
  useGhToken: false,
  taskBudget: noBudget,
  dayBudget: noBudget,
  server: true,
  serverHosts: [],
  natsUrl: '',
  theme: 'system',
  notifyFinished: true,
  quietHours: 'off',
};

export const agents: readonly AgentStatus[] = [
  {
    name: 'claude',
    label: 'Claude Code',
    found: true,
    path: '/usr/local/bin/claude',
    version: '2.1.329',
    loggedIn: true,
    install: 'npm install -g @anthropic-ai/claude-code',
    notes: [],
    screen: true,
    models: true,
  },
  {
    name: 'goose',
    label: 'Goose',
    found: false,
    path: null,
    version: null,
    loggedIn: null,
    install: 'brew install block-goose-cli',
    notes: [],
    screen: true,
    models: true,
  },
  {
    name: 'echo',
    label: 'Echo',
    found: true,
    path: null,
    version: null,
    loggedIn: null,
    install: '',
    notes: ['Needs no key: it makes a small commit from the prompt.'],
    screen: true,
    models: false,
  },
];

/** The repository most sample tasks are in. */
export const repository = repositoryAt(1, 'api', '/home/ada/work/api');

export const repositories: readonly Repository[] = [
  repository,
  repositoryAt(2, 'web', '/home/ada/work/web'),
  { ...repositoryAt(3, 'infrastructure-with-a-very-long-name', '/srv/infra'), trustChanged: true, checks: [] },
];

function repositoryAt(id: number, name: string, path: string): Repository {
  return {
    id,
    name,
    path,
    trusted: true,
    trustChanged: false,
    defaultBranch: 'main',
    checks: [{ name: 'test', command: 'npm test', required: false }],
    landing: usualLanding,
    retention: usualRetention,
    pool: 0,
    runCommand: null,
    setupCommand: null,
    teardownCommand: null,
    budget: noBudget,
    addedAt: minutes(9000),
  };
}

export const nothingSpent = { usd: 0, tokens: 0, runningMs: 0, usdUntold: false, tokensUntold: false };
const noUsage = { inputTokens: null, outputTokens: null, costUsd: null };

export function task(id: number, title: string, state: TaskState, more: Partial<Task> = {}): Task {
  return {
    id,
    title,
    state,
    outcome: state === 'done' ? 'merged' : null,
    model: null,
    contest: null,
    repositoryId: 1,
    repository: '/home/ada/work/api',
    base: 'main',
    paths: [],
    branch:
      state === 'queued'
        ? null
        : `switchyard/${title
            .toLowerCase()
            .replace(/[^a-z]+/g, '-')
            .slice(0, 24)}-${(id * 7919).toString(16)}`,
    agent: 'claude',
    permissionLevel: 'supervised',
    priority: 'default',
    attempt: 1,
    maxAttempts: 3,
    runAfter: null,
    parked: null,
    parks: 0,
    queuedReason: null,
    after: [],
    afterReview: [],
    blockedBy: [],
    landsAfter: [],
    before: [],
    stack: null,
    overlaps: [],
    train: null,
    createdAt: minutes(120 + id),
    updatedAt: minutes(id),
    stateSince: minutes(id * 2),
    error: null,
    takeover: null,
    reviews: null,
    usage: noUsage,
    budget: noBudget,
    spent: nothingSpent,
    change: null,
    worktree:
      state === 'review' || state === 'running' ? `/home/ada/.local/share/switchyard/worktrees/api-1/${id}` : null,
    session: state === 'queued' ? null : id,
    mergedOid: null,
    backupRef: null,
    requests: [],
    checks: [],
    ...more,
  };
}

/** A review of a task's change by an agent. */
export function agentReview(task: number, reviewed: number, more: Partial<AgentReview> = {}): AgentReview {
  return {
    task,
    reviewed,
    agent: 'claude',
    state: 'done',
    head: 'd'.repeat(40),
    mergeBase: 'c'.repeat(40),
    verdict: null,
    summary: '',
    comments: 0,
    undecided: 0,
    createdAt: minutes(3),
    ...more,
  };
}

export function request(
  id: number,
  of: { readonly id: number; readonly title: string },
  more: Partial<Request> = {},
): Request {
  const asked: Request = {
    id,
    task: of.id,
    taskTitle: of.title,
    repository: '/home/ada/work/api',
    agent: 'claude',
    priority: 'default',
    kind: 'permission',
    title: 'npm test -- --run uploader',
    body: '',
    tool: {
      name: 'Bash',
      command: 'npm test -- --run uploader',
      input: '{\n  "command": "npm test -- --run uploader",\n  "timeout": 120000\n}',
      diff: null,
    },
    options: [],
    rules: [],
    allowsText: false,
    multiple: false,
    steps: [
      'Read src/uploader.ts',
      'Edit src/uploader.ts: retry with backoff and jitter',
      'Edit test/uploader.test.ts',
    ],
    state: 'open',
    answer: null,
    answeredBy: null,
    createdAt: minutes(id * 3),
    answeredAt: null,
    deliveredAt: null,
    ...more,
  };
  return { ...asked, rules: more.rules ?? [...ruleOffers(asked)] };
}

const someUsage = { inputTokens: 182_400, outputTokens: 9_310, costUsd: 0.42 };
const passed = {
  run: 1,
  name: 'test',
  command: 'npm test',
  head: 'd'.repeat(40),
  clean: true,
  stale: false,
  leftBehind: [],
  train: null,
  state: 'passed' as const,
  exitCode: 0,
  startedAt: minutes(14),
  endedAt: minutes(13),
};

/** What a check printed: its task's detail has it, lists do not. */
export function printedBy({ state, run }: Check): string {
  if (state === 'running') return '';
  if (run === 4) return muchPrinted();
  return state === 'failed'
    ? '✗ member.test.ts\n  AssertionError: expected "account" to be "member"\n    at src/members/member-1.tsx:30:9\n    at node:internal/process:95:5\n    at vendor/run.js:3'
    : '✓ test/uploader.test.ts (14)\n\nTest Files  31 passed (31)\n     Tests  412 passed (412)\n  Duration  8.41s';
}

const npmTest = { by: 'prefix' as const, tool: 'Bash', words: ['npm', 'test'], beside: '[]' };

export function littleTasks(): readonly Task[] {
  const uploader = { id: 1, title: 'Add retry with backoff to the uploader' };
  const api = { id: 2, title: 'Choose a storage for sessions' };
  const edit = { id: 3, title: 'Move webhook signing into its own module' };
  return [
    task(1, uploader.title, 'waiting', {
      requests: [
        request(1, uploader, {
          options: [
            { label: 'Yes', description: '', kind: 'allow_once' },
            { label: 'No, tell Claude what to do instead', description: '', kind: 'reject_once' },
          ],
        }),
      ],
      usage: someUsage,
      change: { files: 2, additions: 84, deletions: 12 },
    }),
    task(2, api.title, 'waiting', {
      requests: [
        request(2, api, {
          kind: 'clarification',
          title: 'Where should sessions live?',
          body: 'The spec does not say. I can go on with any of these; `redis` is already a dependency of **web**.',
          tool: null,
          options: [
            {
              label: 'Redis',
              description: 'Already running for the cache; sessions expire by themselves',
              kind: 'choice',
            },
            { label: 'PostgreSQL', description: 'One more table, one less moving part', kind: 'choice' },
            { label: 'Signed cookies', description: 'No storage; cannot be revoked one by one', kind: 'choice' },
          ],
          allowsText: true,
          steps: ['Read docs/sessions.md', 'Search "session" in src/'],
        }),
      ],
    }),
    task(3, edit.title, 'waiting', {
      requests: [
        request(3, edit, {
          title: 'src/webhooks/sign.ts',
          tool: {
            name: 'Edit',
            command: null,
            input: '{"file_path":"src/webhooks/sign.ts"}',
            diff: "--- a/src/webhooks/sign.ts\n+++ b/src/webhooks/sign.ts\n@@ -1,6 +1,8 @@\n import { createHmac } from 'node:crypto';\n \n-export function sign(body: string) {\n-  return createHmac('sha1', key).update(body).digest('hex');\n+/** Signs a body with the newest key. */\n+export function sign(body: string, key: Key): Signature {\n+  const digest = createHmac('sha256', key.secret).update(body).digest('hex');\n+  return { key: key.id, digest };\n }\n",
          },
        }),
      ],
    }),
    task(4, 'Fix the flaky login test', 'running', {
      agent: 'goose',
      usage: { ...someUsage, costUsd: 0.08 },
      repositoryId: 2,
      repository: '/home/ada/work/web',
    }),
    task(5, 'Upgrade to Node 24 and drop the fetch polyfill', 'running', {
      usage: { ...noUsage, inputTokens: 81_000, outputTokens: 4000 },
      agent: 'goose',
      budget: { usd: 5, tokens: 100_000, minutes: 60 },
      spent: { ...nothingSpent, tokens: 85_000, runningMs: 12 * 60_000, usdUntold: true, tokensUntold: true },
    }),
    task(6, 'Documentation for webhooks', 'review', {
      change: { files: 6, additions: 214, deletions: 38 },
      usage: someUsage,
      checks: [passed],
    }),
    task(7, 'Rename Account to Member in the whole code base', 'review', {
      change: { files: 61, additions: 902, deletions: 877 },
      usage: { ...someUsage, costUsd: 2.1 },
      checks: [
        {
          ...passed,
          state: 'failed',
          exitCode: 1,
        },
      ],
    }),
    task(8, 'Write a changelog for 3.0', 'queued', { priority: 'high_priority' }),
    task(9, 'Translate the settings page to Arabic: صفحة الإعدادات', 'queued', {
      after: [6],
      blockedBy: [6],
      repositoryId: 2,
      repository: '/home/ada/work/web',
    }),
    task(10, 'Nightly dependency audit', 'queued', {
      parked: 'limit',
      parks: 1,
      runAfter: start + 40 * 60_000,
      queuedReason:
        'claude has reached a limit of its provider: You’ve hit your 5-hour limit · resets 11:13am (Europe/Helsinki).',
      attempt: 2,
    }),
    task(11, 'Cache the build graph', 'failed', {
      error:
        'Claude Code ended with exit status 1: “Credit balance is too low”. Add credit or choose another agent, then retry.',
      attempt: 3,
    }),
    task(12, 'Remove the legacy importer', 'done', {
      mergedOid: 'a'.repeat(40),
      change: { files: 9, additions: 3, deletions: 811 },
      usage: someUsage,
    }),
    task(13, 'Try Bun as the test runner', 'done', {
      outcome: 'discarded',
      backupRef: 'refs/switchyard/backup/try-bun/1',
      change: { files: 4, additions: 61, deletions: 40 },
      usage: { ...someUsage, costUsd: 0.0021 },
    }),
    task(14, 'Explain the retry policy', 'done', { outcome: 'answered' }),
    task(15, 'Spike: WASM parser', 'cancelled', { session: null, branch: null }),
    task(16, 'Publish the Bun images', 'queued', {
      after: [13],
      blockedBy: [13],
      queuedReason:
        'Waits for task 13 (Try Bun as the test runner), which was discarded. It starts when that task is done.',
    }),
    task(17, 'Warm the build cache at night', 'queued', { after: [11], blockedBy: [11] }),
    task(18, 'Drop the old metrics', 'failed', {
      error: 'The worktree’s branch was removed by hand.',
      change: { files: 1, additions: 2, deletions: 9 },
      branch: null,
    }),
  ];
}

/** Leave to run this command. */
function asked(command: string): Pick<Request, 'title' | 'tool'> {
  return { title: command, tool: { name: 'Bash', command, input: JSON.stringify({ command }), diff: null } };
}

const nasty = [
  'A title so long that no list was ever made for it, and which goes on about retries, uploads, backoff, jitter and the weather in Helsinki until somebody stops it',
  'Right to left: אבגדה ويندوز 🏳️‍🌈 👩‍👩‍👧‍👦 café',
  'Escapes \u001b[31mred\u001b[0m \u001b]0;title\u0007 bell \u0007 bidi \u202Egnp.exe zero\u200Bwidth',
  '<img src=x onerror=alert(1)> [link](javascript:alert(1)) **bold**',
];

export function muchTasks(): readonly Task[] {
  const states: readonly TaskState[] = [
    'waiting',
    'running',
    'review',
    'queued',
    'queued',
    'done',
    'failed',
    'done',
    'cancelled',
    'queued',
  ];
  return Array.from({ length: 2_000 }, (_, index) => {
    const id = index + 1;
    const title = index % 17 < nasty.length ? (nasty[index % 17] ?? '') : `Task ${id}: make module ${id % 97} faster`;
    const state = states[index % states.length] ?? 'queued';
    const made = task(id, title, state, {
      checks: id === 3 ? [...tenRuns(minutes(0))] : [],
      mergedOid: state === 'done' ? 'a'.repeat(40) : null,
      change: state === 'review' || state === 'done' ? { files: 300, additions: 14_000, deletions: 6_000 } : null,
      usage: id % 3 ? someUsage : noUsage,
      stateSince: minutes(id),
    });
    if (state !== 'waiting') return made;
    const more = { steps: nasty.slice(1), ...(id % 40 === 11 ? asked('git push origin HEAD') : {}) };
    return { ...made, requests: [request(id, made, more)] };
  });
}

export function transcript(bodies: readonly TranscriptBody[]): readonly TranscriptEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: minutes(30) + index * 900, ...body }));
}

export const shortTalk: readonly TranscriptBody[] = [
  {
    type: 'prompt',
    by: 'person',
    text: 'Add retry with exponential backoff and jitter to the uploader. At most five attempts; give up on 4xx.',
  },
  {
    type: 'thought',
    message: 't1',
    text: 'Let me look at the uploader first and at how errors are told apart.\nThen the tests.',
  },
  { type: 'text', message: 'm1', text: 'I will look at how the uploader reports failures before I change it.' },
  {
    type: 'tool',
    call: 'c1',
    title: 'src/uploader.ts',
    kind: 'read',
    status: 'completed',
    input: '{"path":"src/uploader.ts"}',
    output: 'export async function upload(file: File) {\n  …\n}',
  },
  { type: 'tool', call: 'c2', title: 'class UploadError', kind: 'search', status: 'completed', output: '3 matches' },
  {
    type: 'plan',
    entries: [
      { text: 'Tell retryable failures apart', status: 'completed' },
      { text: 'Retry with backoff and jitter', status: 'in_progress' },
      { text: 'Tests with a fake clock', status: 'pending' },
    ],
  },
  {
    type: 'text',
    message: 'm2',
    text: 'The uploader throws `UploadError` with a `status`. My plan:\n\n1. Retry only on network errors, `429` and `5xx`\n2. Wait **200 ms × 2ⁿ** with full jitter\n3. Stop after five attempts and keep the first cause\n\n```ts\nexport async function withRetry<T>(work: () => Promise<T>, { attempts = 5, wait = backoff } = {}): Promise<T> {\n  for (let attempt = 1; ; attempt += 1) {\n    try {\n      return await work();\n    } catch (error) {\n      if (attempt === attempts || !isRetryable(error)) throw error;\n      await wait(attempt);\n    }\n  }\n}\n```\n',
  },
  {
    type: 'tool',
    call: 'c3',
    title: 'src/uploader.ts',
    kind: 'edit',
    status: 'completed',
    diff: '@@ -10,4 +10,6 @@\n-  await put(file);\n+  await withRetry(() => put(file));\n',
  },
  {
    type: 'tool',
    call: 'c4',
    title: 'npm run lint',
    kind: 'execute',
    status: 'failed',
    input: 'npm run lint',
    output: 'src/uploader.ts:14:3 error  unused variable',
  },
  {
    type: 'notice',
    level: 'warning',
    text: 'The agent was restarted after Switchyard was closed; it goes on where it was.',
  },
  { type: 'commit', oid: 'f3a91c0de7b2f3a91c0de7b2f3a91c0de7b2f3a9', subject: 'Retry uploads with backoff', files: 2 },
  { type: 'check', command: 'npm test', passed: true },
];

/** What the agent says of itself when its turn is over. */
export const usedTalk: readonly TranscriptBody[] = [
  { type: 'checkpoint', checkpoint: 1, turn: 1, files: 2, additions: 16, deletions: 3 },
  { type: 'prompt', text: 'Cover what happens when it times out, too.', by: 'person' },
  { type: 'checkpoint', checkpoint: 2, turn: 2, files: 2, additions: 32, deletions: 6 },
  { type: 'back', back: 1, checkpoint: 1, name: 'After turn 1', left: 3, conversation: 'back' },
  {
    type: 'prompt',
    text: 'Your change was about to land on main, and the check test failed: npm test',
    by: 'switchyard',
  },
  { type: 'checkpoint', checkpoint: 4, turn: 3, files: 3, additions: 48, deletions: 12 },
  { type: 'context', used: 41_200, size: 200_000 },
  { type: 'usage', inputTokens: 128_400, outputTokens: 3_950, costUsd: 0.42 },
];

/** So many checkpoints of a task: its start, its turns, and now and then what was left by going back. */
export function checkpoints(of: Pick<Task, 'id' | 'session'>, many: number): Checkpoint[] {
  return Array.from({ length: many }, (_, number): Checkpoint => {
    const kind = number === 0 ? 'start' : number % 4 === 3 ? 'left' : 'turn';
    const change = { files: number === 0 ? 0 : 1 + (number % 7), additions: number * 16, deletions: number * 3 };
    return {
      ...{
        task: of.id,
        number,
        kind,
        turn: number - Math.floor(number / 4),
        session: of.session ?? 1,
        seq: number * 5,
      },
      // What came after going back stands on where that went to.
      ...{
        tree: `${number}`.padStart(40, 'a'),
        parent: number === 0 ? null : number - (number % 4 === 0 ? 3 : 1),
        change,
        at: minutes((many - number) * 7),
      },
      ...{ kept: true, current: number === many - 1, conversation: number === 0 ? 'anew' : 'back' },
    };
  });
}

export function longTalk(): readonly TranscriptBody[] {
  const bodies: TranscriptBody[] = [];
  for (let index = 0; bodies.length < 10_000; index += 1) {
    const base = shortTalk[index % shortTalk.length];
    if (base === undefined) continue;
    if (base.type === 'tool')
      bodies.push({ ...base, call: `c${index}`, output: nasty.join('\n').repeat(1 + (index % 5)) });
    else if (base.type === 'text' || base.type === 'thought')
      bodies.push({ ...base, message: `m${index}`, text: `${index}. ${base.text}\n\n${nasty[index % 4] ?? ''}` });
    else bodies.push(base);
  }
  return bodies;
}

export function filePatch(path: string, lines: number, seed: number): string {
  const body: string[] = [];
  let added = 0;
  let removed = 0;
  for (let index = 0; index < lines; index += 1) {
    const at = (index * 31 + seed) % 9;
    if (at < 3) {
      body.push(`-  const value${index} = await fetchAccount('${index}', { retries: ${at} });`);
      body.push(`+  const value${index} = await fetchMember('${index}', { retries: ${at}, signal });`);
      added += 1;
      removed += 1;
    } else if (at < 5) {
      body.push(`+  // Members are cached for ${index} seconds; "${path}" is not.`);
      added += 1;
    } else body.push(`   return value${index} ?? null;`);
  }
  // The file goes on after it.
  for (let more = 0; more < 3; more += 1) body.push('   // More of the class comes after this.');
  const context = body.filter((line) => line.startsWith(' ')).length;
  return `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n@@ -1,${removed + context} +1,${added + context} @@ export class Members\n${body.join('\n')}\n`;
}

export function reviewOf(
  of: Task,
  fileCount: number,
  lines: number,
): { readonly review: Review; readonly patches: ReadonlyMap<string, string> } {
  const folders = ['src', 'src/members', 'test', 'docs', 'packages/client/src'];
  const endings = ['ts', 'tsx', 'md', 'json', 'css', 'py', 'go', 'sql'];
  const patches = new Map<string, string>();
  const files: FileChange[] = [];
  const add = (path: string, patch: string, more: Partial<FileChange> = {}): void => {
    patches.set(path, patch);
    const count = (sign: string): number =>
      patch.split('\n').filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length;
    files.push({
      path,
      oldPath: null,
      status: 'modified',
      additions: count('+'),
      deletions: count('-'),
      binary: false,
      oldMode: '100644',
      newMode: '100644',
      content: `${path} at first`,
      note: null,
      ...more,
    });
  };
  for (let index = 0; index < fileCount; index += 1) {
    const path = `${folders[index % folders.length]}/member-${index}.${endings[index % endings.length]}`;
    add(path, filePatch(path, lines, index));
  }
  add(
    'web/logo.png',
    'diff --git a/web/logo.png b/web/logo.png\nindex 1..2 100644\nBinary files a/web/logo.png and b/web/logo.png differ\n',
    { binary: true, additions: null, deletions: null },
  );
  add(
    'src/new file é.ts',
    'diff --git "a/src/new file \\303\\251.ts" "b/src/new file \\303\\251.ts"\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ "b/src/new file \\303\\251.ts"\n@@ -0,0 +1,3 @@\n+export const isAdmin = false; // \u202E }; \u2066 begin admins only\n+const escape = "\u001b[31m";\n+export default isAdmin;\n\\ No newline at end of file\n',
    { status: 'added', additions: 3, deletions: 0 },
  );
  add('package-lock.json', filePatch('package-lock.json', 9000, 1));
  return {
    patches,
    review: {
      task: of.id,
      base: 'b'.repeat(40),
      mergeBase: 'c'.repeat(40),
      head: 'd'.repeat(40),
      tree: 'e'.repeat(40),
      lastSeen: 'f'.repeat(40),
      commits: [
        { oid: 'd'.repeat(40), subject: of.title, author: 'Ada', at: minutes(20) },
        { oid: 'f'.repeat(40), subject: 'Tests', author: 'Ada', at: minutes(19) },
      ],
      files,
      held: null,
      // What is done is only looked at: nothing is left to choose.
      strategies: of.state === 'done' ? [] : ['merge', 'squash', 'rebase'],
      notPossible: of.state === 'done' ? [] : [{ strategy: 'ff', reason: 'main has moved on since the change began.' }],
      strategy: of.state === 'done' ? null : 'merge',
      conflicts: [],
      markers: [],
      checkout: of.state === 'done' ? null : { path: '/home/ada/work/api', inTheWay: [], busy: null },
      protectedBy: null,
      upstream: of.state === 'done' ? null : { name: 'origin/main', ahead: 0, behind: 3, fetchedAt: minutes(50) },
      checks: [],
      passedApart: null,
      message: `${of.title}\n\nMerged from ${of.branch}`,
      edit: null,
    },
  };
}

/** A whole file before or after its patch, which is at its top; sixty lines come after it. */
export function textOf(patch: string, side: 'old' | 'new'): ShownFile {
  const [, ...body] = patch.slice(patch.indexOf('\n@@ ') + 1).split('\n');
  const mine = body.filter((line) => line.startsWith(' ') || line.startsWith(side === 'old' ? '-' : '+'));
  const after = Array.from({ length: 60 }, (_, at) => `  // Line ${at} after all of it.`);
  const bytes = new TextEncoder().encode(`${[...mine.map((line) => line.slice(1)), ...after].join('\n')}\n`);
  return { size: bytes.length, bytes: btoa(String.fromCharCode(...bytes)) };
}

/** A picture, wider after the change. */
export function pictureOf(side: 'old' | 'new'): ShownFile {
  const canvas = document.createElement('canvas');
  canvas.width = side === 'old' ? 320 : 480;
  canvas.height = 240;
  const pen = canvas.getContext('2d');
  if (pen !== null) {
    pen.fillStyle = side === 'old' ? '#3b6fd4' : '#2e8b57';
    pen.fillRect(20, 20, canvas.width - 40, 200);
    pen.fillStyle = '#fff';
    pen.font = '48px sans-serif';
    pen.fillText(side, 60, 140);
  }
  const bytes = canvas.toDataURL('image/png').split(',')[1] ?? '';
  return { size: atob(bytes).length, bytes };
}

const rule = (id: number, more: Partial<Rule> = {}): Rule => ({
  id,
  scope: 'repository',
  agent: 'claude',
  match: npmTest,
  repository: '/home/ada/work/api',
  task: 1,
  taskTitle: 'Add retry with backoff to the uploader',
  createdAt: minutes(60 * id),
  createdBy: 'person',
  uses: 3 * id,
  lastUsedAt: minutes(4 * id),
  revokedAt: null,
  ...more,
});

export const littleRules: readonly Rule[] = [
  rule(2, { scope: 'session', match: { by: 'files', tool: 'Edit' }, uses: 0, lastUsedAt: null }),
  rule(1),
];

export function muchRules(): readonly Rule[] {
  const command = `for file in $(git ls-files); do echo "$file"; done ${'--and-more-of-it '.repeat(12)}`;
  return Array.from({ length: 120 }, (_, index) =>
    rule(120 - index, index % 3 === 0 ? { match: { by: 'command', tool: 'Bash', command, beside: '[]' } } : {}),
  );
}

/** An agent, what it started, and what those started. */
export function processes(task: number, many: number): Process[] {
  return Array.from({ length: many }, (_, index) => ({
    pid: 4000 + index,
    parent: index === 0 ? null : 4000 + Math.floor((index - 1) / 2),
    task,
    command: [
      'claude -p --output-format stream-json',
      'npm test',
      'node --enable-source-maps ./node_modules/.bin/vitest run',
    ][index % 3] as string,
    what: null,
    startedAt: minutes(4),
    memory: (index + 1) * 91 * 1024 * 1024,
    cpu: index === 0 ? null : index / 10,
  }));
}

export const hold = { available: 312 * 1024 * 1024, floor: 512 * 1024 * 1024, since: start };
