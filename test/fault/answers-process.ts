import { createHash } from 'node:crypto';
import fs, { readdirSync, readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Answer, Request } from '../../core/contract/request';
import type { TaskState } from '../../core/contract/task';
import { openBare } from '../support/bare-runtime';
import { askHumanProgram, hostProgram } from '../support/host';
import { programFile } from '../support/programs';
import type { Plan } from './answers-plan';

/*
 * A runtime in a process of its own that is killed, or kills its agents, at a named point between a question and its
 * answer. The points are the store's own transactions and the bytes written to an agent, so that they are reached by
 * what happens and not by the clock. A person of few words answers; one who is told that a command may have been done
 * looks first.
 */

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
const { data, repository, point, victim } = plan;
let armed = point === 'asked' || point === 'written' || point === 'said';
let seen = 0;
let live = plan.tasks?.length ?? 0;
/** How many facts of the point's kind there are before the kill. */
let count = plan.count ?? (point === 'asked' ? live : 1);
let struck = point === 'none';

/** The agents at work for this data folder: what this runtime, or the host, started that carries a task's marker. */
function agents(): number[] {
  const owner = createHash('sha256').update(data).digest('hex').slice(0, 16);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && read(`/proc/${entry}/environ`).includes(`SWITCHYARD_TASK=${owner}:`))
    .map(Number)
    .filter((pid) => {
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]);
      return parent === process.pid || read(`/proc/${parent}/cmdline`).includes(programFile('host'));
    });
}

/** What a file holds; nothing when it is gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function strike(): void {
  struck = true;
  writeSync(1, `struck ${live}\n`);
  if (victim.startsWith('agent')) for (const pid of agents()) process.kill(pid, 'SIGKILL');
  if (victim.includes('app')) process.kill(process.pid, 'SIGKILL');
}

function reached(what: Plan['point']): void {
  if (!armed || struck || what !== point) return;
  seen += 1;
  if (seen >= count) strike();
}

const written: Plan['point'][] = [];
const facts = [
  ['answered', /^UPDATE request SET state = 'answered'/],
  ['handed', /^UPDATE request SET handed_at = \?/],
  ['marked', /^UPDATE request SET delivered_at = \?/],
] as const;
const { prepare } = BetterSqlite3.prototype;
BetterSqlite3.prototype.prepare = function (this: BetterSqlite3.Database, sql: string) {
  const stored = "(state = 'answered' AND delivered_at IS NULL)";
  const text = plan.control === 'not taken up' ? sql.replace(stored, 'false') : sql;
  const statement = prepare.call(this, text) as BetterSqlite3.Statement;
  const run = statement.run.bind(statement);
  const fact = facts.find(([, pattern]) => pattern.test(sql))?.[0];
  if (plan.control === 'not handed' && fact === 'handed') return withRun(statement, () => nothing);
  return withRun(statement, (...values) => {
    if (sql.startsWith('INSERT INTO request ')) reached('asked');
    const [pid, , task, command] = values;
    if (sql.startsWith('INSERT OR REPLACE INTO process') && /^\S*\/(claude|goose)( |$)/.test(String(command)))
      writeSync(1, `agent ${task} ${pid}\n`);
    if (fact === 'marked' && point === 'used') return nothing;
    if (fact === 'marked') reached('delivered');
    const result = run(...values);
    if (fact !== undefined && result.changes > 0) written.push(fact);
    if (sql === 'COMMIT') for (const each of written.splice(0)) reached(each);
    return result;
  });
} as typeof prepare;

const nothing: BetterSqlite3.RunResult = { changes: 0, lastInsertRowid: 0 };

function withRun(statement: BetterSqlite3.Statement, run: BetterSqlite3.Statement['run']): BetterSqlite3.Statement {
  return Object.defineProperty(statement, 'run', { value: run });
}

const { write } = Socket.prototype;
Socket.prototype.write = function (this: Socket, chunk: unknown, ...rest: never[]) {
  const done = write.call(this, chunk as string, ...rest);
  // To the agent itself, or to the host that holds it.
  if (/\\?"behavior\\?":\\?"|"outcome\\?":\\?"selected|"action\\?":\\?"accept/.test(String(chunk))) reached('given');
  return done;
} as typeof write;

const { writeSync: writeTo } = fs;
fs.writeSync = ((fd: number, chunk: Buffer | string, ...rest: never[]) => {
  const written = writeTo(fd, chunk as Buffer, ...rest);
  if (Buffer.isBuffer(chunk) && chunk.includes('"type":"text"')) reached('said');
  return written;
}) as typeof writeTo;

const { runtime, calls } = await openBare({
  ...{ data, home: process.env.HOME ?? '', environment: process.env as Record<string, string> },
  askHuman: askHumanProgram,
  host: plan.held ? hostProgram : null,
});
if (plan.tasks !== undefined) {
  await calls.settings.set({ name: 'concurrency', value: 8 });
  await calls.settings.set({ name: 'maxAttempts', value: 20 });
  const { id } = await calls.repositories.add({ path: repository, trust: true });
  for (const task of plan.tasks) await calls.tasks.create({ repositoryId: id, ...task });
}

function answerTo(request: Request): Answer {
  const words = { rule: null, options: [], text: null };
  if (request.kind === 'clarification') return { ...words, decision: null, options: [1] };
  const effect = />> ([^\s;]+)/.exec(request.tool?.command ?? '')?.[1];
  const done =
    request.steps.some((step) => step.includes('may have been done')) && effect !== undefined && read(effect) !== '';
  return done ? { ...words, decision: 'deny', text: 'it ran already' } : { ...words, decision: 'allow' };
}

/** The one record that Claude Code has in this home. */
function recordOfClaude(): string {
  const projects = join(process.env.HOME ?? '', '.claude', 'projects');
  const [name = ''] = readdirSync(projects, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.jsonl'),
  );
  return join(projects, name);
}

const answered = new Set<number>();
async function answer(requests: readonly Request[]): Promise<void> {
  const now = requests.filter(({ id }) => !answered.has(id));
  for (const { id } of now) answered.add(id);
  await Promise.all(now.map((request) => calls.requests.answer({ request: request.id, answer: answerTo(request) })));
}

process.once('SIGTERM', () => void runtime.stop().then(() => process.exit(1)));

const over: readonly TaskState[] = ['done', 'review', 'failed', 'cancelled'];
// Whoever waits for all of them to be asked answers them in one transaction.
const together = ['answered', 'handed', 'given'].includes(point);
await runtime.start();
for await (const _ of await calls.changes.follow()) {
  const tasks = (await calls.tasks.list({})).filter(({ state }) => !over.includes(state));
  if (tasks.length === 0) break;
  live = tasks.length;
  // Time is not what this is about: an agent that was killed is tried again at once.
  for (const { id, state, runAfter } of tasks) {
    if (state === 'queued' && (runAfter ?? 0) > Date.now()) await calls.tasks.resume({ task: id }).catch(() => {});
  }
  const open = await calls.requests.list();
  // Its next question is not answered, so that nothing happens meanwhile.
  const asksOn = open.find(({ kind }) => kind === 'clarification');
  if (point === 'used' && !struck && asksOn !== undefined && answered.size > 0) {
    while (!read(recordOfClaude()).includes('"tool_result"')) await new Promise((resolve) => setTimeout(resolve, 5));
    strike();
  }
  const all = new Set(open.map(({ task }) => task)).size === live;
  if (point === 'written' && !struck && all) strike();
  if (struck || point === 'used' || point === 'delivered' || point === 'marked' || (together && all)) {
    if (together && !armed) count = open.length;
    armed = true;
    await answer(open);
  }
}
await runtime.stop();
process.stdout.write('over\n');
