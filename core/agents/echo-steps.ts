import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../contract/errors';
import type { Answer } from '../contract/request';
import type { Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import type { Question, Turn, TurnEnd } from './agent';
import { openFile, saveFile } from './echo-file';
import { type EchoMemory, writeMemory } from './echo-memory';
import { type EchoStep, wordsOf } from './echo-script';
import type { ReviewDesk } from './review-tools';
import { unifiedDiff } from './unified-diff';

/** The echo agent uses no model, so it knows that it used nothing. */
export const nothingUsed: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** Ends the steps early, with how the turn is to end. */
export class Ended extends Error {
  readonly end: TurnEnd;
  constructor(end: TurnEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** What the steps of one turn share. */
export interface Scene {
  readonly turn: Turn;
  readonly folder: string;
  /** Aborted when the turn is cancelled or was silent for too long. */
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
  /** Records what was said so far. */
  readonly flush: () => void;
  readonly record: (body: TranscriptBody) => void;
  /** Marks that silence is no fault until what comes back is called. */
  readonly wait: () => () => void;
  memory: EchoMemory;
  /** What this turn makes believe to have used. */
  used: Usage;
}

/** Does one thing; throws `Ended` when the turn ends with it. */
export async function doStep(scene: Scene, todo: EchoStep, prompt: string): Promise<void> {
  switch (todo.do) {
    case 'ask':
      return clarify(scene, todo.question, todo.options);
    case 'permission':
      return seekLeave(scene, todo.command);
    case 'plan':
      return propose(scene, todo.entries);
    case 'write':
      return write(scene, todo.path, filled(scene, todo.text), prompt);
    case 'note':
      return note(scene, prompt);
    case 'say':
      return scene.say(`${todo.text}\n`);
    case 'print':
      return print(scene, todo.bytes, todo.escapes);
    case 'wait':
      return pause(scene, todo.milliseconds);
    case 'fail':
      return fail(scene, todo.reason, todo.once);
    case 'spend':
      return spend(scene, todo.usd, todo.tokens);
    case 'limit':
      return refuse(scene, todo.seconds, todo.once);
    case 'hang':
      return hang(scene);
    case 'comment':
    case 'verdict':
      return review(scene, todo.do, todo.input);
    default:
      return assertNever(todo);
  }
}

async function clarify(scene: Scene, question: string, options: readonly string[]): Promise<void> {
  const answer = await ask(scene, {
    kind: 'clarification',
    title: question,
    body: '',
    tool: null,
    options: options.map((label) => ({ label, description: '', kind: 'choice' as const })),
    allowsText: true,
    multiple: false,
  });
  const chosen = answer.options.map((index) => options[index] ?? '').filter((label) => label !== '');
  const said = [...chosen, ...(answer.text === null ? [] : [answer.text])].join(', ');
  await remember(scene, { told: [...scene.memory.told, said] });
  scene.say(`You said: ${said}\n`);
}

async function seekLeave(scene: Scene, command: string): Promise<void> {
  const call = randomUUID();
  const tool = { type: 'tool' as const, call, title: command, kind: 'execute' };
  scene.record({ ...tool, status: 'pending', input: command });
  if (scene.turn.permissionLevel !== 'autonomous') {
    const answer = await ask(scene, {
      kind: 'permission',
      title: `Run ${command}`,
      body: '',
      tool: { name: 'shell', command, input: JSON.stringify({ command }, null, 2), diff: null },
      options: [
        { label: 'Allow', description: '', kind: 'allow_once' },
        { label: 'Deny', description: '', kind: 'reject_once' },
      ],
      allowsText: true,
      multiple: false,
    });
    if (answer.decision !== 'allow') {
      const reason = await hearReason(scene, answer);
      scene.record({ ...tool, status: 'failed', output: `Denied: ${reason ?? 'no reason given'}` });
      scene.say(`I was not allowed to run ${command}${reason === null ? '' : ` (${reason})`}, so I leave that out.\n`);
      return;
    }
  }
  scene.record({ ...tool, status: 'completed', output: 'Allowed. The echo agent runs no commands.' });
}

async function propose(scene: Scene, entries: readonly string[]): Promise<void> {
  scene.record({ type: 'plan', entries: entries.map((text) => ({ text, status: 'pending' })) });
  const answer = await ask(scene, {
    kind: 'plan',
    title: 'Approve the plan',
    body: entries.map((entry, index) => `${index + 1}. ${entry}`).join('\n'),
    tool: null,
    options: [],
    allowsText: true,
    multiple: false,
  });
  if (answer.decision === 'allow') return;
  await hearReason(scene, answer);
  scene.say('The plan was not approved, so I stop here.\n');
  throw new Ended({ kind: 'completed', usage: nothingUsed });
}

/** Why the person denied something, remembered when they said so; null when they gave no reason. */
async function hearReason(scene: Scene, { text }: Answer): Promise<string | null> {
  if (text === null || text.trim() === '') return null;
  await remember(scene, { told: [...scene.memory.told, text] });
  return text;
}

/** Uses a tool of the review, and says what that said. */
async function review(scene: Scene, name: string, input: Readonly<Record<string, unknown>>): Promise<void> {
  const { review: desk } = scene.turn;
  if (desk === null) return scene.say(`I do not review a change here, so I leave no ${name}.\n`);
  const tool = { type: 'tool' as const, call: randomUUID(), title: name, kind: 'other' };
  scene.record({ ...tool, status: 'running', input: JSON.stringify(input, null, 2).slice(0, 8000) });
  const { text, failed: refused } = await desk.take(name, input);
  scene.record({ ...tool, status: refused ? 'failed' : 'completed', output: text });
}

/** What a reviewer leaves that was not told what to say. */
async function lookAtChange(scene: Scene, { paths: [path] }: ReviewDesk): Promise<void> {
  const text = 'The echo agent was here. It cannot read, so it has nothing to say of this file.';
  if (path !== undefined) await review(scene, 'comment', { path, text, severity: 'nit' });
  await review(scene, 'verdict', { verdict: 'good', summary: 'The echo agent finds nothing wrong with any change.' });
}

async function note(scene: Scene, prompt: string): Promise<void> {
  const { memory, turn } = scene;
  if (turn.review !== null) return lookAtChange(scene, turn.review);
  const before = (await openFile(turn.directory, memory.file))?.before ?? null;
  const answers = memory.told.length === 0 ? '' : `\nTold: ${memory.told.join('; ')}\n`;
  const words = wordsOf(prompt);
  const heading = memory.prompts.length === 1 ? '' : `## Comment ${memory.prompts.length - 1}\n\n`;
  const piece = `${heading}${words}\n${answers}`;
  // A crash after the file was written and before that was remembered must not write it twice.
  if (before?.endsWith(piece)) return;
  await write(scene, memory.file, before === null ? piece : `${before}\n${piece}`, prompt);
}

async function write(scene: Scene, path: string, text: string, prompt: string): Promise<void> {
  const call = randomUUID();
  const file = await openFile(scene.turn.directory, path);
  if (file === null) {
    const title = `Write ${path}`;
    scene.record({ type: 'tool', call, title, kind: 'edit', status: 'failed', output: 'Not inside the worktree.' });
    scene.say(`I do not write ${path}: it is not inside the worktree.\n`);
    return;
  }
  const whole = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  const tool = { type: 'tool' as const, call, title: `Write ${file.path}`, kind: 'edit', paths: [file.path] };
  scene.record({ ...tool, status: 'running', input: wordsOf(prompt).slice(0, 2000) });
  await saveFile(scene.turn.directory, file, whole);
  const diff = unifiedDiff({ path: file.path, before: file.before, after: whole });
  scene.record({ ...tool, status: 'completed', diff: diff.slice(0, 64 * 1024) });
}

async function print(scene: Scene, bytes: number, escapes: boolean): Promise<void> {
  const line = escapes
    ? '\u001b[31mred\u001b[0m \u001b]52;c;c3dpdGNoeWFyZA==\u0007 \u001b]0;title\u0007 \u001b[6n <b>bold</b> text\n'
    : 'All work and no play makes a dull transcript, said the agent that prints so much.\n';
  const piece = line.repeat(Math.ceil(65_536 / line.length));
  for (let left = bytes; left > 0; left -= piece.length) {
    if (scene.stop.aborted) throw new Ended(failed('stopped', true));
    scene.say(piece.slice(0, left));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function pause(scene: Scene, milliseconds: number): Promise<void> {
  const over = scene.wait();
  try {
    await delay(milliseconds, undefined, { signal: scene.stop });
  } finally {
    over();
  }
}

async function fail(scene: Scene, reason: string, once: boolean): Promise<void> {
  if (once && scene.memory.failed.includes(reason)) return;
  if (once) await remember(scene, { failed: [...scene.memory.failed, reason] });
  throw new Ended(failed(reason === '' ? 'The echo agent was told to fail.' : reason, once));
}

function spend(scene: Scene, usd: number, tokens: number): void {
  const { inputTokens, outputTokens, costUsd } = scene.used;
  scene.used = { inputTokens, outputTokens: (outputTokens ?? 0) + tokens, costUsd: (costUsd ?? 0) + usd };
  scene.turn.onUsage(scene.used);
}

async function refuse(scene: Scene, seconds: number | null, once: boolean): Promise<void> {
  const known = `limit ${seconds}`;
  if (once && scene.memory.failed.includes(known)) return;
  if (once) await remember(scene, { failed: [...scene.memory.failed, known] });
  const until = seconds === null ? null : Date.now() + seconds * 1000;
  const error = 'The echo agent was told to reach a limit.';
  throw new Ended({ kind: 'limited', error, limit: { kind: 'limit', until }, usage: nothingUsed });
}

function hang(scene: Scene): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Ended(failed('stopped', true)));
    if (scene.stop.aborted) end();
    scene.stop.addEventListener('abort', end, { once: true });
  });
}

async function ask(scene: Scene, question: Question): Promise<Answer> {
  const over = scene.wait();
  scene.flush();
  try {
    return await scene.turn.ask(question, scene.stop, `${scene.memory.done}`);
  } finally {
    over();
  }
}

/** Keeps a change of the memory before anything else happens. */
export async function remember(scene: Scene, change: Partial<EchoMemory>): Promise<void> {
  scene.memory = { ...scene.memory, ...change };
  await writeMemory(scene.folder, scene.memory);
}

function filled(scene: Scene, text: string): string {
  const { prompts, told } = scene.memory;
  const first = wordsOf(prompts[0] ?? '').split('\n')[0] ?? '';
  return text.replace('{answer}', () => told.at(-1) ?? '').replace('{first}', () => first);
}

/** A turn that failed without having used anything. */
export function failed(error: string, retryable: boolean): TurnEnd {
  return { kind: 'failed', error, retryable, usage: nothingUsed };
}
