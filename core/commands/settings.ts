import type { Settings } from '../contract/settings';
import { writeSetting } from '../store/settings';
import type { Room } from './room';

/** Checks and stores one setting, and takes it into use. */
export async function set(room: Room, input: { name: string; value: unknown }): Promise<Settings> {
  const settings = await room.writer.write((db) => writeSetting(db, input.name, input.value));
  room.settingsChanged(settings);
  room.publish({ type: 'settings.changed', settings });
  return settings;
}
