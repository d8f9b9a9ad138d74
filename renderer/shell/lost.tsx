import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { useApp, useModel } from '../state/app';
import { Ago } from '../text/time';

/** Says that the core no longer answers, what that means for what is on screen, and that it is being reached again. */
export function Lost(): ReactNode {
  const { bridge } = useApp();
  const connection = useModel((model) => model.connection);
  if (connection.kind !== 'lost') return null;
  return (
    <div className="lost" role="alert">
      <span>
        Switchyard's core stopped answering (<Ago at={connection.since} />
        ). What you see is from then. Nothing is lost; it is being reached again.
      </span>
      <Button onClick={() => bridge.ready()}>Connect now</Button>
    </div>
  );
}
