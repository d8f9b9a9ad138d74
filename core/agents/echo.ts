import { randomUUID } from 'node:crypto';
import { type Agent, openingOf, type Turn, type TurnEnd } from './agent';
import { type EchoMemory, readMemory, writeMemory } from './echo-memory';
import { createEchoScreen } from './echo-screen';
import { noteFile, notUnderstood, parseEcho, wordsOf } from './echo-script';
import { doStep, Ended, failed, nothingUsed, remember, type Scene } from './echo-steps';
import { watchSilence } from './silence';
import { streamText } from './stream';

/**
 * The built-in agent: no key, no network, no process. It writes the task down, and does what the lines of `echoHelp`
 * say. What it remembers of a conversation lies in `folder`, so that it goes on after a crash.
 */
export function createEcho({ folder }: { readonly folder: string }): Agent {
  return {
    name: 'echo',
    goesBack: true,
    locate: async () => ({
      name: 'echo',
      label: 'Echo (built in)',
      found: true,
      path: null,
      version: null,
      loggedIn: true,
      install: 'Nothing to install.',
      notes: ['Writes the task down; for trying things out without a model.'],
    }),
    take: (turn) => take(turn, folder),
    screen: createEchoScreen({ folder }),
  };
}

async function take(turn: Turn, folder: string): Promise<TurnEnd> {
  if (turn.signal.aborted) return { kind: 'cancelled', usage: nothingUsed };
  const stop = new AbortController();
  const cancel = () => stop.abort();
  turn.signal.addEventListener('abort', cancel, { once: true });
  const silence = watchSilence(turn.silenceMs, cancel);
  const message = randomUUID();
  const text = streamText(turn.record);
  const scene: Scene = {
    turn,
    folder,
    stop: stop.signal,
    say: (piece) => {
      silence.heard();
      text.add('text', message, piece);
    },
    flush: text.flush,
    record: (body) => {
      text.flush();
      turn.record(body);
    },
    wait: silence.wait,
    memory: await recall(turn, folder),
    used: nothingUsed,
  };
  try {
    await writeMemory(folder, scene.memory);
    turn.onSession(scene.memory.id);
    await perform(scene);
    turn.onPoint(`${scene.memory.prompts.length}.${scene.memory.told.length}`);
    return { kind: 'completed', usage: scene.used };
  } catch (error) {
    if (turn.signal.aborted) return { kind: 'cancelled', usage: scene.used };
    if (stop.signal.aborted) return failed(`The echo agent was silent for ${turn.silenceMs} ms and was ended.`, true);
    if (error instanceof Ended) return { ...error.end, usage: scene.used };
    // A full disk or a folder that may not be written to is the machine's fault, not a bug.
    if (error instanceof Error && 'syscall' in error) return failed(`The echo agent failed: ${error.message}`, true);
    throw error;
  } finally {
    silence.stop();
    text.flush();
    turn.signal.removeEventListener('abort', cancel);
  }
}

/** The conversation to go on with, with what is said now added to it; a new one when there is none. */
async function recall(turn: Turn, folder: string): Promise<EchoMemory> {
  const whole = turn.resume === null ? null : await readMemory(folder, turn.resume);
  const memory = whole === null || turn.resumeAt === null ? whole : memoryAt(whole, turn.resumeAt);
  if (memory === null) {
    if (turn.resume !== null) {
      const text = `The conversation ${turn.resume} is gone; a new one was begun with the whole task.`;
      turn.record({ type: 'notice', level: 'warning', text });
      turn.record({ type: 'prompt', text: turn.opening, by: 'switchyard' });
    }
    const prompt = turn.resume === null ? turn.prompt : openingOf(turn);
    return { id: randomUUID(), prompts: [prompt], done: 0, file: noteFile(prompt), told: [], failed: [] };
  }
  return turn.prompt === '' ? memory : { ...memory, prompts: [...memory.prompts, turn.prompt], done: 0 };
}

/** A conversation of its own that knows what the other one knew at a place. */
function memoryAt(memory: EchoMemory, place: string): EchoMemory {
  const [prompts = 0, told = 0] = place.split('.').map(Number);
  const known = memory.prompts.slice(0, prompts);
  const done = parseEcho(known.at(-1) ?? '').length;
  return { ...memory, id: randomUUID(), prompts: known, told: memory.told.slice(0, told), done };
}

async function perform(scene: Scene): Promise<void> {
  const prompt = scene.memory.prompts.at(-1) ?? '';
  const steps = parseEcho(prompt);
  const again = scene.memory.done > 0 ? 'Going on' : 'Reading the task';
  scene.say(`${again}: `);
  scene.say(`${wordsOf(prompt).split('\n')[0] ?? ''}\n`);
  // A line with a slip of the pen in it would else do nothing, and nobody would know why.
  if (scene.memory.done === 0)
    for (const line of notUnderstood(prompt))
      scene.say(`I do not understand ${line} and do nothing for it. What I do understand: help task add\n`);
  for (const [index, step] of steps.entries()) {
    if (index < scene.memory.done) continue;
    if (scene.stop.aborted) throw new Ended(failed('stopped', true));
    await doStep(scene, step, prompt);
    await remember(scene, { done: index + 1 });
  }
  scene.say('Done.\n');
}
