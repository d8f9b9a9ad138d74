import { type ReactNode, useEffect, useState } from 'react';
import { Skeleton } from '../parts/empty';
import { useModel } from '../state/app';
import { Elapsed } from '../text/time';

/** A start this quick is not talked about. */
const quickMs = 700;

/** What is shown until the core has told its tasks. It may take long after a crash, and then says for how long. */
export function Starting(): ReactNode {
  const connection = useModel((model) => model.connection);
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), quickMs);
    return () => clearTimeout(timer);
  }, []);
  if (connection.kind !== 'connecting') return null;
  return (
    <main className="starting" aria-label="Starting">
      {isLong ? (
        <div className="reading">
          <h1>Switchyard is starting</h1>
          <p>
            Opening your tasks. What was at work when Switchyard last ended is put back in order first; after a crash
            that can take a minute or two.
          </p>
          <p className="quiet">
            Starting for <Elapsed since={connection.since} />
          </p>
        </div>
      ) : (
        <Skeleton lines={5} />
      )}
    </main>
  );
}
