import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { useApp, useModel } from '../state/app';
import { Elapsed } from '../text/time';

/** Says that the core no longer answers, what that means for what is on screen, and how long it has been tried again. */
export function Lost(): ReactNode {
  const { bridge, line } = useApp();
  const connection = useModel((model) => model.connection);
  if (connection.kind !== 'lost') return null;
  return (
    <section className="lost" aria-label="Connection">
      <p role="alert">
        Switchyard's core stopped answering. Nothing is lost; what you see is as it was then, and it connects again by
        itself.
        {bridge.folders === null && (
          <>
            {' '}
            Started anew, it may have another address: its command <code>open</code> shows it.
          </>
        )}
      </p>
      {/* Outside of the alert, which would be read out anew every second. */}
      <p className="lost-for tabular">
        Trying for <Elapsed since={connection.since} />
      </p>
      <Button onClick={() => line.ask()}>Connect now</Button>
    </section>
  );
}
