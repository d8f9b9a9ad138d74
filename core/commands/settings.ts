import type { Settings } from '../contract/settings';
import { writeSetting } from '../store/settings';
import { assertAgent } from './agents';
import type { Room } from './room';

/** Checks and stores one setting, and takes it into use. Throws BAD_INPUT with what the setting takes. */
export async function set(room: Room, input: { name: string; value: unknown }): Promise<Settings> {
  if (input.name === 'defaultAgent' && typeof input.value === 'string') assertAgent(room, input.value);
  const settings = await room.writer.write((db) => writeSetting(db, input.name, input.value));
  room.settingsChanged(settings);
  room.publish({ type: 'settings.changed', settings });
  return settings;
}
