import { type ReactNode, useState } from 'react';
import { quietTimes } from '../../core/contract/quiet-hours';
import { Row } from './row';

/** What the hours begin as when they are switched on. */
const usual = { from: '22:00', to: '07:00' };

/** When notifications wait. A time is saved when its field is left. */
export function QuietHours(props: { readonly hours: string; readonly save: (hours: string) => void }): ReactNode {
  const { hours, save } = props;
  const times = quietTimes(hours);
  const [before, setBefore] = useState(usual);
  const change = (next: typeof usual): void => {
    if (next.from === '' || next.to === '' || `${next.from}-${next.to}` === hours) return;
    setBefore(next);
    save(`${next.from}-${next.to}`);
  };
  return (
    <Row
      id="quiet-hours"
      label="Quiet hours"
      help="No notification is shown in them; one at their end sums up what waits. Counts go on."
    >
      <div className="quiet-hours">
        <input
          id="quiet-hours"
          type="checkbox"
          checked={times !== null}
          onChange={(event) => (event.target.checked ? change(times ?? before) : save('off'))}
        />
        {times !== null && (
          <>
            <input
              key={`from ${hours}`}
              type="time"
              className="field"
              aria-label="Quiet from"
              defaultValue={times.from}
              onBlur={(event) => change({ ...times, from: event.target.value })}
            />
            <span aria-hidden="true">to</span>
            <input
              key={`to ${hours}`}
              type="time"
              className="field"
              aria-label="Quiet until"
              defaultValue={times.to}
              onBlur={(event) => change({ ...times, to: event.target.value })}
            />
          </>
        )}
      </div>
    </Row>
  );
}
