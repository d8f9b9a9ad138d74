import { type ReactNode, useState } from 'react';
import { usePhone } from '../parts/media';
import { RelayAgents } from './agents';
import { EventLog } from './events';
import { Health } from './health';

type Part = 'overview' | 'events';

/** How the runtime is, who is on the relay, and what is said there. On a phone one of the two at a time. */
export function Monitor(): ReactNode {
  const phone = usePhone();
  const [part, setPart] = useState<Part>('overview');
  return (
    <main className="monitor" aria-label="Monitor">
      <header className="list-head">
        <h1>Monitor</h1>
        <span className="grow" />
        {phone && (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own, and these are buttons.
          <div className="segments" role="group" aria-label="What is shown">
            {(['overview', 'events'] as const).map((one) => (
              <button
                key={one}
                type="button"
                className="segment"
                aria-pressed={part === one}
                onClick={() => setPart(one)}
              >
                {one === 'overview' ? 'Overview' : 'Events'}
              </button>
            ))}
          </div>
        )}
      </header>
      <div className="monitor-body">
        {(!phone || part === 'overview') && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          <section className="monitor-side" tabIndex={0} aria-label="Overview">
            <Health />
            <RelayAgents />
          </section>
        )}
        {(!phone || part === 'events') && <EventLog />}
      </div>
    </main>
  );
}
