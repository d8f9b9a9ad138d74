import type { Setting } from './configured';

/** What git lists as configured, and which files it read that in. */
export interface Listed {
  /** As git reads them, of which the last with a key counts. */
  readonly settings: readonly Setting[];
  readonly files: readonly { readonly path: string; readonly system: boolean }[];
}

/** Has git list all that is configured, as `allListed` and `ownListed` read it. */
export const listing = ['config', '--list', '-z', '--show-scope', '--show-origin', '--includes'] as const;

/** One thing git listed: what it is, whose it is, and where it stands. */
interface ListedSetting {
  readonly setting: Setting;
  /** `system`, `global`, `local`, `worktree`, or `command` for what is laid over every command. */
  readonly scope: string;
  readonly origin: string;
}

/** Reads what git listed, in its order, given the parts that each ended with NUL. */
function readListed(parts: readonly string[]): readonly ListedSetting[] {
  const found: ListedSetting[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [scope = '', origin = '', entry = ''] = parts.slice(at, at + 3);
    found.push({ setting: readSetting(entry), scope, origin });
  }
  return found;
}

/** The same as everything that is configured, and the files it stands in. What is laid over every command is not configured. */
export function allListed(parts: readonly string[]): Listed {
  const found = readListed(parts).filter(({ scope }) => scope !== 'command');
  const files = new Map(
    found.map(({ origin, scope }) => [origin.replace(/^file:/, ''), !['global', 'local', 'worktree'].includes(scope)]),
  );
  return {
    settings: found.map(({ setting }) => setting),
    files: [...files].map(([path, system]) => ({ path, system })),
  };
}

/** The same as what the repository itself configures, included files and all. */
export function ownListed(parts: readonly string[]): readonly Setting[] {
  return readListed(parts)
    .filter(({ scope }) => scope === 'local' || scope === 'worktree')
    .map(({ setting }) => setting);
}

/** An entry as git lists it: the key, a line end, and the value, if it has one. */
export function readSetting(entry: string): Setting {
  const end = entry.indexOf('\n');
  return end === -1 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
}
