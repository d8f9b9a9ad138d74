import { readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';

/*
 * A program of its own: Claude Code starts it for each of its hooks while a person drives it in a terminal. It passes what
 * the hook says to Switchyard, and what Switchyard answers to the hook. Whatever goes wrong, it says nothing, and then
 * the terminal asks its person as if there were no hook.
 */

interface Event {
  readonly hook_event_name?: string;
  readonly tool_input?: { readonly command?: unknown };
}

/** How long it waits before it tries again to reach a runtime that is gone, in milliseconds. */
const againMs = 500;
/** How often it looks whether what is asked about has begun to run, in milliseconds. */
const lookMs = 150;

// biome-ignore lint/style/noProcessEnv: a program of its own, whose environment is where its key is; arguments can be seen by everybody.
const { SWITCHYARD_HOOK_DOOR: door = '', SWITCHYARD_HOOK_KEY: key = '' } = process.env;

void main();

async function main(): Promise<void> {
  const event = JSON.parse(readFileSync(0, 'utf8')) as Event;
  const asks = event.hook_event_name === 'PermissionRequest';
  const begun = asks ? watchForCommand(event.tool_input?.command) : () => false;
  for (;;) {
    const answer = await put({ key, event }, begun);
    if (answer !== null) {
      if (answer !== '') process.stdout.write(answer);
      return;
    }
    // What only tells is not worth waiting for: the next one tells as much.
    if (!asks) return;
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

/** Sends one message and gives the line that comes back; null when none does, because nobody is there to give it. */
function put(message: unknown, begun: () => boolean): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    let looking: NodeJS.Timeout | undefined;
    const end = (answer: string | null) => {
      clearInterval(looking);
      socket.destroy();
      resolve(answer);
    };
    const socket = createConnection(place());
    socket.setEncoding('utf8');
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    socket.on('connect', () => {
      socket.write(`${JSON.stringify(message)}\n`);
      looking = setInterval(() => {
        if (!begun()) return;
        clearInterval(looking);
        socket.write('{"begun":true}\n');
      }, lookMs);
    });
    socket.on('data', (piece: string) => {
      text += piece;
      const at = text.indexOf('\n');
      if (at !== -1) end(text.slice(0, at));
    });
  });
}

/** Where the door is now: each runtime has one of its own. A path nobody listens at when there is none. */
function place(): string {
  try {
    return String((JSON.parse(readFileSync(door, 'utf8')) as { readonly socket?: unknown }).socket);
  } catch {
    return `${door}.socket`;
  }
}

/**
 * Tells whether the command that leave was asked for runs by now, because the person gave it in the terminal: then a
 * shell with it in its line stands beside this process. Nothing else says so before the command is over. Only Linux
 * lets us look.
 */
function watchForCommand(command: unknown): () => boolean {
  if (process.platform !== 'linux' || typeof command !== 'string') return () => false;
  // How the shell's line quotes it is the agent's business; its longest plain part is there in any case.
  const part = command
    .split(/[^A-Za-z0-9_./=:,@%+ -]+/)
    .reduce((one, other) => (other.length > one.length ? other : one), '');
  if (part.trim().length < 3) return () => false;
  const before = new Set(beside());
  return () => beside().some((pid) => !before.has(pid) && lineOf(pid).includes(part));
}

/** The other children of the process that started this one. */
function beside(): readonly string[] {
  try {
    const { ppid } = process;
    return readdirSync(`/proc/${ppid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${ppid}/task/${thread}/children`, 'latin1')
        .split(' ')
        .filter((pid) => pid !== ''),
    );
  } catch {
    return [];
  }
}

function lineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
