import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { useApp, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { copyText } from '../state/copy';
import { exactly } from '../text/amounts';
import { clean, cleanLine } from '../text/clean';
import { taskOf } from './agents';
import type { LogLine } from './log';

/** As much of a payload as is shown; all of it can be copied. */
const longest = 64_000;

/** All there is of one message, beneath the list. */
export function EventDetail({ line, close }: { readonly line: LogLine; readonly close: () => void }): ReactNode {
  const app = useApp();
  const { heard } = line;
  const session = heard.kind === 'message' ? (heard.subject.split('.')[1] ?? '') : '';
  const task = useModel(({ tasks }) => taskOf(tasks.values(), session));
  const whole = heard.kind === 'message' ? JSON.stringify(heard.payload, null, 2) : '';
  return (
    <section className="event-detail" aria-label="Event">
      <div className="event-detail-head">
        <p className="event-detail-facts selectable">
          {heard.kind === 'missed' ? (
            'These messages were left out: more came than this page took, or they are not kept any more.'
          ) : (
            <>
              <b>{cleanLine(heard.subject)}</b> {cleanLine(heard.type)}{' '}
              <span className="quiet tabular">
                #{heard.seq}, {exactly(heard.at)}, id {cleanLine(heard.id)}
              </span>
            </>
          )}
        </p>
        {task !== null && <Button onClick={() => openTask(app, task.id)}>Open task</Button>}
        {heard.kind === 'message' && <Button onClick={() => void copyText(app, 'payload', whole)}>Copy</Button>}
        <Button look="quiet" className="button-icon" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </Button>
      </div>
      {heard.kind === 'message' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one is scrolled, also by keyboard.
        <pre className="code" tabIndex={0}>
          {clean(whole.slice(0, longest))}
          {whole.length > longest &&
            `\n… ${(whole.length - longest).toLocaleString()} characters left out here; Copy has all`}
        </pre>
      )}
    </section>
  );
}
