import type { ReactNode } from 'react';
import { memoryHoldWords } from '../../core/contract/process';
import { type Status, whereItRuns } from '../../core/contract/status';
import { Failed, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { useApp, useModel } from '../state/app';
import { goTo } from '../state/commands';
import type { Place } from '../state/places';
import { count, money, short } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import { usePolled } from './polled';
import { Problems } from './problems';

/** How the runtime is: since when it runs, what its workers do, how many tasks are where, and what keeps them. */
export function Health(): ReactNode {
  const status = usePolled('status', (client, signal) => client.runtime.status(undefined, { signal }));
  const relay = usePolled('relay', (client, signal) => client.relay.status(undefined, { signal }));
  const isLost = useModel(({ connection }) => connection.kind === 'lost');
  if (status.value === null) {
    return status.failure === null ? <Skeleton lines={6} /> : <Failed failure={status.failure} again={status.reload} />;
  }
  const { held, problems, workers } = status.value;
  return (
    <>
      <section>
        <h2>Health</h2>
        {isLost && <Note kind="warning">Not connected: this is as it was before.</Note>}
        {problems.map((problem) => (
          <Note key={problem} kind="failed">
            {cleanLine(problem)}
          </Note>
        ))}
        {held !== null && <Note kind="warning">{memoryHoldWords(held)}</Note>}
        <dl className="facts">
          <Fact name="Runs for">
            <Ago at={status.value.startedAt} />, {whereItRuns(status.value)}
          </Fact>
          <Fact name="Version">
            {status.value.version}, process {status.value.pid}
          </Fact>
          <Fact name="Data folder">
            <code className="selectable">{cleanLine(status.value.dataFolder)}</code>
          </Fact>
          <Fact name="Spent today">{spentWords(status.value)}</Fact>
          {relay.value !== null && (
            <Fact name="Relay">
              {relay.value.bus === 'embedded' ? 'embedded' : `NATS at ${cleanLine(relay.value.url ?? '')}`},{' '}
              {count(relay.value.connections, 'connection')}, {short(relay.value.last)} messages so far
            </Fact>
          )}
        </dl>
        {relay.value === null && relay.failure !== null && <Failed failure={relay.failure} again={relay.reload} />}
        <Problems />
      </section>
      <section>
        <h2>Tasks</h2>
        <ul className="monitor-counts">
          {counted.map(([state, place, word]) => (
            <CountOf key={state} place={place} word={word} amount={status.value?.tasks[state] ?? 0} />
          ))}
        </ul>
      </section>
      <section>
        <h2>Workers</h2>
        <ul className="monitor-list">
          {workers.length === 0 && <li className="quiet">None: no task is started here.</li>}
          {workers.map(({ name, state, running, waiting, limit }) => (
            <li key={name} className="monitor-worker">
              <b className="ellipsis">{cleanLine(name)}</b>
              <span>{state}</span>
              <span className="quiet tabular">
                {running} of {limit} running, {waiting} waiting for you
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

const counted = [
  ['waiting', 'inbox', 'waiting'],
  ['running', 'running', 'running'],
  ['queued', 'queue', 'queued'],
  ['review', 'review', 'to review'],
  ['failed', 'failed', 'failed'],
  ['done', 'done', 'done'],
] as const;

function CountOf(props: { readonly place: Place; readonly word: string; readonly amount: number }): ReactNode {
  const app = useApp();
  return (
    <li>
      <button type="button" className="monitor-count" onClick={() => goTo(app, props.place)}>
        <b className="tabular">{props.amount.toLocaleString()}</b> {props.word}
      </button>
    </li>
  );
}

function Fact(props: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

/** What was spent is a least where an agent did not tell all. */
function spentWords({ today }: Status): string {
  const { usd, tokens, usdUntold, budget } = { ...today.spent, budget: today.budget };
  const words = [money(usd), tokens === 0 ? null : `${short(tokens)} tokens`].filter((one) => one !== null);
  if (words.length === 0) return usdUntold ? 'unknown' : 'nothing';
  return `${usdUntold ? 'at least ' : ''}${words.join(', ')}${budget.usd === null ? '' : ` of ${money(budget.usd)}`}`;
}
