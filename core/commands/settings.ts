import type { Settings } from '../contract/settings';
import { releaseBudgets } from '../store/limits';
import { writeSetting } from '../store/settings';
import { assertAgent } from './agents';
import type { Room } from './room';

/** Checks and stores one setting, and takes it into use. Throws BAD_INPUT with what the setting takes. */
export async function set(room: Room, input: { name: string; value: unknown }): Promise<Settings> {
  if (input.name === 'defaultAgent' && typeof input.value === 'string') assertAgent(room, input.value);
  const [settings, freed] = await room.writer.write((db) => {
    const after = writeSetting(db, input.name, input.value);
    return [after, input.name === 'dayBudget' ? releaseBudgets(db) : []] as const;
  });
  room.settingsChanged(settings);
  freed.forEach(room.announce);
  room.publish({ type: 'settings.changed', settings });
  return settings;
}
