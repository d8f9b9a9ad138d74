import { type ReactNode, useState } from 'react';
import type { Said } from '../../core/contract/pull-request';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { useApp } from '../state/app';
import type { Failure } from '../state/failure';
import { sendSaid } from '../state/pull-request';
import { clean, cleanLine } from '../text/clean';

/** Sends what others said of a change to its agent, once the person was shown the whole message: it is nobody's whom they know. */
export function SendSaid(props: {
  readonly task: Task;
  /** What there is to send when it is asked for; what is shown is what goes, whatever is said meanwhile. */
  readonly said: Said;
  readonly doing: string | null;
  readonly act: (work: Promise<Failure | null>) => Promise<unknown>;
}): ReactNode {
  const { task, said, doing, act } = props;
  const app = useApp();
  const [shown, setShown] = useState<Said | null>(null);
  const agent = cleanLine(task.agent);
  if (shown === null) return <Button onClick={() => setShown(said)}>Send to {agent}…</Button>;
  const send = async (): Promise<void> => {
    await act(sendSaid(app, task, shown));
    setShown(null);
  };
  return (
    <section className="said" aria-label={`What ${agent} is sent`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className="code said-words" dir="auto" tabIndex={0} ref={focus}>
        {clean(shown.comment)}
      </pre>
      <div className="comment-foot">
        <Button look="primary" doing={doing} onClick={() => void send()}>
          Send it to {agent}
        </Button>
        <Button look="quiet" onClick={() => setShown(null)}>
          Cancel
        </Button>
      </div>
    </section>
  );
}

/** What was pressed is gone, and what is to be read next has the keys that scroll it. */
function focus(words: HTMLElement | null): void {
  words?.focus();
}
