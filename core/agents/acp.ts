import type { McpServer } from '@agentclientprotocol/sdk';
import { RequestError } from '@agentclientprotocol/sdk';
import { CodedError } from '../contract/errors';
import type { Usage } from '../contract/task';
import { messagesOf } from './acp-connection';
import { type Desk, openDesk } from './acp-desk';
import { failed, type Outcome, read } from './acp-end';
import { idsByWords } from './acp-ids';
import type { AcpProgram, AskHuman } from './acp-program';
import { noQuirks, type Quirks } from './acp-quirks';
import { type Conversation, connect, type PromptEnd } from './acp-session';
import { createUpdates, type Updates } from './acp-updates';
import { type Agent, agentGone, type Turn, type TurnEnd, unknownUsage } from './agent';
import { type Child, endGroup, within } from './child';
import { findProgram, programVersion } from './locate';
import { plainText } from './plain';
import { carriedMark, reviewTools, toolServerName } from './review-tools';
import { watchSilence } from './silence';

/** What is said to an agent whose conversation was cut off. */
const goOn = 'Continue where you left off.';

/** How long what an agent that ended said last may take to be heard. */
const lastWordsMs = 500;

/** How long an agent may take to end its turn once it is told to stop. */
const cancelMs = 2000;

/** Makes an agent of any program that speaks the Agent Client Protocol. */
export function createAcpAgent(program: AcpProgram): Agent {
  return {
    name: program.name,
    locate: (environment) => locate(program, environment),
    take: (turn) => take(program, turn),
  };
}

async function locate(program: AcpProgram, environment: Readonly<Record<string, string>>): ReturnType<Agent['locate']> {
  const path = await findProgram(program.command, environment);
  const version = path === null ? null : await programVersion(path, environment);
  return {
    name: program.name,
    label: program.label,
    found: path !== null,
    path,
    version,
    loggedIn: null,
    install: program.install,
    notes: [...(program.notes?.(version) ?? [])],
  };
}

async function take(program: AcpProgram, turn: Turn): Promise<TurnEnd> {
  const { label, quirks = noQuirks } = program;
  const programs = turn.trusted ? [] : await quirks.repositoryPrograms(turn.directory);
  if (programs.length > 0) {
    return failed(
      `${label} was not started in ${turn.directory}: it would run what this repository brings for agents (${programs.join(', ')}), and the repository is not trusted. Read those files, then trust the repository and retry the task.`,
    );
  }
  if (turn.signal.aborted) return { kind: 'cancelled', usage: unknownUsage };
  if (turn.review !== null && program.askHuman === null) {
    return failed(`${label} cannot leave comments here: the program that passes them on was not found.`);
  }
  const command = await findProgram(program.command, turn.environment);
  if (command === null) {
    return failed(`${label} could not be started: there is no ${program.command} on the PATH. ${program.install}`);
  }
  const environment = { ...turn.environment, ...quirks.environment(turn.permissionLevel, turn.model) };
  let child: Child;
  try {
    const { directory, namespace } = turn;
    child = await turn.start({ command, args: program.args, directory, environment, namespace });
  } catch (error) {
    if (error instanceof CodedError) return failed(error.message);
    throw error;
  }
  if (child.group !== null) turn.onProcess({ pid: child.pid, command: child.command });
  return drive({ program, quirks, turn, child });
}

interface Drive {
  readonly program: AcpProgram;
  readonly quirks: Quirks;
  readonly turn: Turn;
  readonly child: Child;
}

/** Holds one turn's conversation with a running agent, and ends the agent whatever comes of it. */
async function drive({ program, quirks, turn, child }: Drive): Promise<TurnEnd> {
  const onCost = (costUsd: number) => turn.onUsage({ ...unknownUsage, costUsd });
  const updates = createUpdates({
    turn: turn.id,
    directory: turn.directory,
    quirks,
    record: turn.record,
    costBefore: turn.costBefore,
    onCost,
  });
  let finish: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    finish = resolve;
  });
  const silence = watchSilence(turn.silenceMs, () => finish({ kind: 'silent' }));
  const onBroken = (cause: unknown) => finish({ kind: 'broken', cause });
  let conversation: Conversation | undefined;
  const steer = async (text: string) => (await conversation?.steer(text)) ?? false;
  const desk = openDesk({ turn, quirks, updates, silence, steer, onBroken });
  const noise: string[] = [];
  const listener = {
    onLine: silence.heard,
    // What an agent prints beside the protocol helps when it fails, and only then.
    onNoise: (line: string) => noise.length < 20 && noise.push(plainText(line.slice(0, 500))),
  };
  const messages = messagesOf(child, listener, idsByWords(quirks.steer?.method ?? null));
  const connection = connect(messages, {
    turn,
    quirks,
    label: program.label,
    mcpServers: program.askHuman === null ? [] : [toolServer(program.askHuman, turn)],
    updates,
    desk,
  });
  const talk = async (): Promise<PromptEnd> => {
    conversation = await connection.open();
    let end = await conversation.prompt(openingWords(turn, conversation.resumed));
    // Reasons an agent could not be told while it worked are told before its work counts as finished.
    for (let left = desk.takeReasons(); left.length > 0 && end.stopReason === 'end_turn'; left = desk.takeReasons()) {
      const text = left.join('\n');
      updates.flush();
      turn.record({ type: 'prompt', text, by: 'switchyard' });
      end = await conversation.prompt(text);
    }
    return end;
  };
  const talked = talk().then(
    (end) => finish({ kind: 'answered', end }),
    // A connection breaks a moment before its process is known to be gone; the process tells more.
    async (error: unknown) => {
      const ending = error instanceof RequestError ? null : await within(child.ended, lastWordsMs);
      finish(ending === null ? { kind: 'error', error } : { kind: 'died', ending });
    },
  );
  void child.ended.then(async (ending) => {
    await within(talked, lastWordsMs);
    finish({ kind: 'died', ending });
  });
  const onAbort = () => finish({ kind: 'aborted' });
  turn.signal.addEventListener('abort', onAbort, { once: true });
  if (turn.signal.aborted) onAbort();
  try {
    const first = await outcome;
    if (first.kind === 'aborted') await stop(conversation, desk, talked);
    if (first.kind === 'broken') throw first.cause;
    const usage = tellUsage(turn, updates, first);
    return read({ outcome: first, program, quirks, updates, child, noise, usage });
  } finally {
    turn.signal.removeEventListener('abort', onAbort);
    desk.withdraw(agentGone);
    desk.dismiss();
    silence.stop();
    updates.close();
    await endGroup(child, { polite: child.closeInput, politeMs: 300 });
    connection.close();
  }
}

/** Tells the agent to stop. It answers only after every question of its own has been answered. */
async function stop(conversation: Conversation | undefined, desk: Desk, talked: Promise<void>): Promise<void> {
  desk.withdraw();
  desk.dismiss();
  // The answers must leave before the cancel, and they do so a few promises later.
  await new Promise((resolve) => setImmediate(resolve));
  if (conversation === undefined) return;
  await conversation.cancel().catch(() => {});
  await within(talked, cancelMs);
}

/** What to say first. What the runner did not say itself is put into the transcript as ours. */
function openingWords(turn: Turn, resumed: boolean): string {
  if (resumed || turn.resume === null) {
    if (turn.prompt !== '') return turn.prompt;
    turn.record({ type: 'prompt', text: goOn, by: 'switchyard' });
    return goOn;
  }
  turn.record({ type: 'prompt', text: turn.opening, by: 'switchyard' });
  return turn.prompt === '' || turn.prompt === turn.opening ? turn.opening : `${turn.opening}\n\n${turn.prompt}`;
}

/** The server that asks the person for the agent, and passes on to us what else it is to offer. */
function toolServer(askHuman: AskHuman, { review }: Turn): McpServer {
  const env = Object.entries(askHuman.env).map(([name, value]) => ({ name, value }));
  const carrying = review === null ? [] : ['--carry', carriedMark, JSON.stringify(reviewTools)];
  return { name: toolServerName, command: askHuman.command, args: [...askHuman.args, ...carrying], env };
}

function tellUsage(turn: Turn, updates: Updates, outcome: Outcome): Usage {
  const end = outcome.kind === 'answered' ? outcome.end : null;
  const usage = {
    inputTokens: end?.inputTokens ?? null,
    outputTokens: end?.outputTokens ?? null,
    costUsd: updates.costUsd(),
  };
  updates.flush();
  if (Object.values(usage).some((value) => value !== null)) turn.record({ type: 'usage', ...usage });
  return usage;
}
