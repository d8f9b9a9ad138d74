import type { Client } from '../core/client';
import type { CheckDetail } from '../core/contract/check';
import { assertNever } from '../core/contract/errors';
import { type MoveLine, moveLines, moveLineWords } from '../core/contract/move-words';
import type { TaskDetail, Usage } from '../core/contract/task';
import type { TranscriptEvent } from '../core/contract/transcript';
import { acrossRuntimes } from './across-runtimes';
import { checkText, endOfOutput } from './check';
import type { Outcome, Surroundings } from './command';
import { plain, plainJson, plainLine } from './plain';
import { counted, money } from './text';
import { isResting } from './wait';
import { withClient } from './with-client';

interface Told {
  readonly task: number;
  readonly json: boolean;
  readonly around: Surroundings;
}

/** A task's transcript, of all its sessions, with how the task moved between. */
export function transcript(told: Told): Promise<Outcome> {
  const tellWith = teller(told);
  return withClient(told.around, (client) => tellWith(client, false));
}

/** The same, printed as it grows until the task rests. Where the runtime ends before, it goes on with the next one. */
export async function followTranscript(told: Told): Promise<Outcome> {
  const tellWith = teller(told);
  const outcome = await acrossRuntimes(told.around, told.json, (client) => tellWith(client, true));
  // As JSON it was printed as it came.
  return { ...(outcome ?? { text: '' }), json: undefined };
}

/** Tells a task's transcript with a client, and with another one only what was not told yet. */
function teller(options: Told): (client: Client, follow: boolean) => Promise<Outcome> {
  const { around } = options;
  const events: TranscriptEvent[] = [];
  let follows = false;
  const seen = new Map<number, number>();
  const tell = telling();
  let lastMessage = '';
  let moves: readonly MoveLine[] = [];
  let movesTold = 0;
  let checks: readonly CheckDetail[] = [];
  const checksTold = new Set<number>();
  const tellCheck = (check: CheckDetail) => {
    checksTold.add(check.run);
    const printed = check.state === 'failed' ? endOfOutput(check, options.task, around.program) : [];
    return `· check ${plainLine(check.name)} ${checkText(check)}\n${printed.map((line) => `    ${line}`.trimEnd().concat('\n')).join('')}`;
  };
  const learn = (task: TaskDetail) => {
    moves = moveLines(task);
    checks = task.checks;
  };
  const tellMoves = (until: number) => {
    for (const move of options.json ? [] : moves.slice(movesTold)) {
      if (move.at > until) return;
      movesTold += 1;
      const mark = move.level === 'error' ? '!' : '·';
      around.out.write(`${lastMessage === '' ? '' : '\n'}${mark} ${plainLine(moveLineWords(move), 400)}\n`);
      lastMessage = '';
    }
  };
  const hear = (event: TranscriptEvent) => {
    events.push(event);
    if (options.json && follows) around.out.write(`${plainJson(event, 0)}\n`);
    if (options.json) return;
    // What is noted in the very millisecond of a move led to it, unless a session begins with it.
    tellMoves(event.seq === 1 ? event.at : event.at - 1);
    // Pieces of one streamed message follow each other without a break.
    const message = event.type === 'text' || event.type === 'thought' ? `${event.type} ${event.message}` : '';
    const ran = checks.find((check) => event.type === 'check' && isOf(event, check));
    const joined = message !== '' && message === lastMessage;
    around.out.write(
      `${joined || lastMessage === '' ? '' : '\n'}${ran === undefined ? tell(event, joined) : tellCheck(ran)}`,
    );
    lastMessage = message;
  };
  const catchUp = async (client: Client) => {
    for (const session of await client.sessions.list({ task: options.task })) {
      for (;;) {
        const page = await client.sessions.read({ session: session.id, after: seen.get(session.id) ?? 0 });
        if (page.length === 0) break;
        for (const event of page) hear(event);
        seen.set(session.id, page.at(-1)?.seq ?? 0);
      }
    }
  };
  return async (client, follow) => {
    follows = follow;
    if (follow) await followLive({ ...options, client, seen, hear, learn, catchUp: () => catchUp(client) });
    else {
      learn(await client.tasks.get({ task: options.task }));
      await catchUp(client);
    }
    const task = await client.tasks.get({ task: options.task });
    learn(task);
    tellMoves(Number.POSITIVE_INFINITY);
    if (lastMessage !== '') around.out.write(options.json ? '' : '\n');
    // A run the person asked for is in no conversation, and one that was followed may have been told before what it printed was known.
    const untold = task.checks.filter(
      (check) =>
        check.state !== 'running' &&
        !checksTold.has(check.run) &&
        !(check.state === 'passed' && events.some((event) => event.type === 'check' && isOf(event, check))),
    );
    return { json: events, text: untold.map(tellCheck).join('') };
  };
}

type CheckEvent = Extract<TranscriptEvent, { type: 'check' }>;

/** Whether a line of the conversation tells of this run: where it does not say so itself, the newest one of its check, which had ended by then. */
function isOf({ run, command, at }: CheckEvent, check: CheckDetail): boolean {
  if (run !== undefined) return check.run === run && check.endedAt !== null;
  return check.command === command && check.endedAt !== null && check.endedAt <= at;
}

/** Follows one session after the other until the task rests, then reads what is left. */
async function followLive(live: {
  readonly task: number;
  readonly client: Client;
  readonly around: Surroundings;
  readonly seen: Map<number, number>;
  readonly hear: (event: TranscriptEvent) => void;
  readonly learn: (task: TaskDetail) => void;
  readonly catchUp: () => Promise<void>;
}): Promise<void> {
  const { client, seen } = live;
  live.learn(await client.tasks.get({ task: live.task }));
  await live.catchUp();
  // Pressed while that was printed, it is not told again.
  if (live.around.signal.aborted) return;
  const end = new AbortController();
  const stop = () => end.abort();
  live.around.signal.addEventListener('abort', stop, { once: true });
  let rests = false;
  const following = new Set<number>();
  const readers: Promise<void>[] = [];
  const read = async (session: number) => {
    const stream = await client.sessions.follow({ session, after: seen.get(session) ?? 0 }, { signal: end.signal });
    for await (const batch of stream) {
      for (const event of batch) {
        if (event.seq <= (seen.get(session) ?? 0)) continue;
        // What its check printed is known by the time the conversation tells of it.
        if (event.type === 'check') live.learn(await client.tasks.get({ task: live.task }));
        seen.set(session, event.seq);
        live.hear(event);
      }
    }
  };
  try {
    const changes = await client.changes.follow(undefined, { signal: end.signal });
    for await (const change of changes) {
      if (change.type !== 'snapshot' && !(change.type === 'task.changed' && change.task.id === live.task)) continue;
      const task = await client.tasks.get({ task: live.task });
      live.learn(task);
      if (task.session !== null && !following.has(task.session)) {
        following.add(task.session);
        // How a reader ends is told by what it read; the catching up below sees whatever it missed.
        readers.push(read(task.session).catch(() => {}));
      }
      rests = isResting(task) && task.requests.length === 0;
      if (rests) break;
    }
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    live.around.signal.removeEventListener('abort', stop);
    end.abort();
  }
  await Promise.all(readers);
  if (live.around.signal.aborted) return;
  if (!rests) throw new Error('The runtime ended the stream.');
  await live.catchUp();
}

/**
 * Tells the events of a conversation one after the other. A request that is put again is told as the one it was, and what a
 * crash cut off is said to be interrupted before the turn that follows.
 */
export function telling(): (event: TranscriptEvent, joined?: boolean) => string {
  const asked = new Set<number>();
  const calls = new Map<string, string>();
  return (event, joined = false) => {
    const before = cutOff(calls, event);
    const isAgain = event.type === 'request' && asked.has(event.request);
    if (event.type === 'request') asked.add(event.request);
    return `${before}${isAgain ? askedAgain(event) : eventText(event, joined)}`;
  };
}

/** A request an agent that was cut off puts again is the one the person was shown before. */
function askedAgain({ title, request }: Extract<TranscriptEvent, { type: 'request' }>): string {
  return `· asked again: ${plainLine(title)} (request ${request})\n`;
}

/** Says which calls have not ended by the time the next turn begins, keeping in `calls` those that go on. */
function cutOff(calls: Map<string, string>, event: TranscriptEvent): string {
  if (event.type === 'tool') {
    if (event.status === 'completed' || event.status === 'failed') calls.delete(event.call);
    else calls.set(event.call, event.title === '' ? (calls.get(event.call) ?? '') : event.title);
  }
  if (event.type !== 'prompt') return '';
  const lines = [...calls.values()].map((title) => `· interrupted: ${plainLine(title)}\n`);
  calls.clear();
  return lines.join('');
}

/** One event as lines of text. */
function eventText(event: TranscriptEvent, joined = false): string {
  switch (event.type) {
    case 'prompt':
      return `${event.by === 'person' ? '' : '> (from Switchyard)\n'}> ${plain(event.text).trim().replace(/\n/g, '\n> ')}\n`;
    case 'text':
      return plain(event.text);
    case 'thought':
      return joined ? plain(event.text) : `(thinks) ${plain(event.text)}`;
    case 'tool':
      return `[${plainLine(event.kind)}] ${plainLine(event.title)} — ${event.status}\n${event.output === undefined ? '' : indent(plain(event.output))}`;
    case 'plan':
      return event.entries
        .map((entry) => `${entry.status === 'completed' ? '[x]' : '[ ]'} ${plainLine(entry.text)}\n`)
        .join('');
    case 'request':
      return `? ${plainLine(event.title)} (request ${event.request})\n`;
    case 'answer':
      return `= ${plainLine(event.text)} (request ${event.request}, ${plainLine(event.by)})\n`;
    case 'usage':
      return usageText(event);
    case 'context':
      return '';
    case 'notice':
      return `${event.level === 'info' ? '·' : '!'} ${plain(event.text)}\n`;
    case 'commit':
      return `· committed ${event.oid.slice(0, 10)} ${plainLine(event.subject)} (${counted(event.files, 'file')})\n`;
    case 'check':
      return `· check ${plainLine(event.name ?? event.command)} ${event.passed ? 'passed' : 'failed'}\n`;
    case 'checkpoint':
      return `· checkpoint ${event.checkpoint} ${checkpointWhen(event)} (${counted(event.files, 'file')}, +${event.additions} −${event.deletions})\n`;
    case 'back':
      return `· you went back to checkpoint ${event.checkpoint}; what you left is checkpoint ${event.left}\n`;
    default:
      return assertNever(event);
  }
}

function checkpointWhen({ between, turn }: Extract<TranscriptEvent, { type: 'checkpoint' }>): string {
  if (between === undefined) return `after turn ${turn}`;
  return between === 'edited'
    ? `of what changed before turn ${turn + 1}`
    : `of what it was brought onto before turn ${turn + 1}`;
}

/** What a turn used, as far as the agent says. */
function usageText({ inputTokens, outputTokens, costUsd }: Usage): string {
  const known = [
    inputTokens === null ? null : `${counted(inputTokens, 'token')} in`,
    outputTokens === null ? null : `${counted(outputTokens, 'token')} out`,
    costUsd === null ? null : money(costUsd),
  ].filter((part) => part !== null);
  return known.length === 0 ? '' : `· ${known.join(', ')}\n`;
}

function indent(text: string): string {
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(0, 40).map((line) => `    ${line}\n`);
  return text.trim() === ''
    ? ''
    : `${shown.join('')}${lines.length > 40 ? `    … ${counted(lines.length - 40, 'more line')}\n` : ''}`;
}
