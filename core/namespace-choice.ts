import type { Namespace } from './agents/namespace';
import { chosenNamespace, type NamespaceTrial, tryNamespace } from './agents/namespace-trial';
import type { Settings } from './contract/settings';
import type { Log } from './log';

/** What decides whether programs get a pid namespace of their own. */
export interface NamespaceChoice {
  /** The namespace they get; null for none. Whether this machine can is tried once. */
  chosen(): Promise<Namespace | null>;
  /** Has it tried anew the next time, because something may be installed by now. */
  forget(): void;
}

export function createNamespaceChoice(options: {
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: () => Settings;
  readonly log: Log;
}): NamespaceChoice {
  let trial: Promise<NamespaceTrial> | undefined;
  const noted = (found: NamespaceTrial) => {
    if (found.kind === 'fails')
      options.log('info', 'Programs get no pid namespace of their own.', { reason: found.reason });
    return found;
  };
  return {
    async chosen() {
      const { pidNamespace } = options.settings();
      if (pidNamespace === 'never') return null;
      trial ??= tryNamespace(options.environment).then(noted);
      return chosenNamespace(await trial, pidNamespace);
    },
    forget() {
      trial = undefined;
    },
  };
}
