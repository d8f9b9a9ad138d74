import type { Settings } from './contract/settings';
import type { Database } from './store/database';
import { readSettings } from './store/settings';

/** The settings as they are now, and whoever wants to hear of others. */
export interface SettingsNow {
  now(): Settings;
  /** Says that these are stored now, and tells everybody who hears. */
  changed(next: Settings): void;
  /** Calls back with every change from now on; gives back how to stop. */
  onChange(hear: (settings: Settings) => void): () => void;
}

/** Reads the settings once; from then on whoever stores others says so. */
export function createSettingsNow(db: Database): SettingsNow {
  const hearers = new Set<(settings: Settings) => void>();
  let current = readSettings(db);
  return {
    now: () => current,
    changed(next) {
      current = next;
      for (const hear of hearers) hear(next);
    },
    onChange(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
  };
}
