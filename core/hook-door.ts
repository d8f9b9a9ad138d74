import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSocketPlace, removeSocketPlace } from './host/socket-place';
import { type HookAnswer, type HookCall, openHookDoor } from './server/hooks';

const socketName = 'hooks';

/** The file in the run folder that says where what an agent's screen asks is taken. */
export function hookDoorFile(run: string): string {
  return join(run, 'hooks.json');
}

/** Opens that door for a run folder, and takes away what a killed owner left of its own. Closing it leaves nothing. */
export async function openHookDoorOf(
  run: string,
  take: (call: HookCall) => Promise<HookAnswer>,
  log: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  const file = hookDoorFile(run);
  const before = socketIn(file);
  if (before !== null) removeSocketPlace(run, socketName, before);
  const path = makeSocketPlace(run, socketName);
  const door = await openHookDoor({ path, file, take, log });
  return { close: () => door.close().finally(() => removeSocketPlace(run, socketName, path)) };
}

function socketIn(file: string): string | null {
  try {
    const { socket } = JSON.parse(readFileSync(file, 'utf8')) as { readonly socket?: unknown };
    return typeof socket === 'string' ? socket : null;
  } catch {
    return null;
  }
}
