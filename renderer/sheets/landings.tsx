import { type ReactNode, useState } from 'react';
import type { Repository } from '../../core/contract/repository';
import type { RepositoryLanding } from '../../core/contract/repository-landing';
import { strategies } from '../../core/contract/strategy';
import { leaving, shownOf, type Typed, typing } from '../parts/typed';
import { useApp, useModel } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { strategyWords } from '../task/words';
import { cleanLine } from '../text/clean';

/** How changes land in each repository. */
export function Landings(): ReactNode {
  const repositories = useModel((model) => model.repositories);
  if (repositories.length === 0) return null;
  return (
    <section className="field-row">
      <h3 className="field-label">Landing</h3>
      <p className="field-help">
        Protected branches are never moved by Switchyard, whoever approves. Give their names with commas between; *
        stands for any characters. What a task finished waits for you in review; what an autonomous one finished can be
        merged, or pushed and opened as a pull request, by itself instead, when the repository has checks and all of
        them passed on it.
      </p>
      {repositories.map((repository) => (
        <RepositoryLandings key={repository.id} repository={repository} />
      ))}
    </section>
  );
}

function RepositoryLandings({ repository }: { readonly repository: Repository }): ReactNode {
  const app = useApp();
  const { id, landing } = repository;
  const saved = landing.protected.join(', ');
  const [typed, setTyped] = useState<Typed | null>(null);
  const text = shownOf(typed, saved);
  const save = async (change: Partial<RepositoryLanding>): Promise<boolean> => {
    const ended = await carryOut(app, { about: `repository:${id}`, sentence: 'Saving…' }, (client) =>
      client.repositories.configure({ repository: id, landing: { ...landing, ...change } }),
    );
    if (!ended.ok) complain(app, ended.failure);
    return ended.ok;
  };
  const leave = async (): Promise<void> => {
    const names = text.split(/[\s,]+/).filter(Boolean);
    if (names.join(', ') !== saved && !(await save({ protected: names }))) return;
    setTyped((now) => (now?.text === text ? leaving(now, saved) : now));
  };
  return (
    <fieldset className="landing-row">
      <legend className="ellipsis" dir="auto">
        {cleanLine(repository.name)}
      </legend>
      <label htmlFor={`protected-${id}`}>Protected branches</label>
      <input
        id={`protected-${id}`}
        className="field mono"
        value={text}
        placeholder="none, for example main, release/*"
        spellCheck={false}
        onChange={(event) => setTyped(typing(event.target.value))}
        onBlur={() => void leave()}
        onKeyDown={(event) => event.key === 'Enter' && void leave()}
      />
      <label htmlFor={`finished-${id}`}>What an autonomous task finished</label>
      <select
        id={`finished-${id}`}
        className="choose"
        value={landing.finished}
        onChange={(event) => void save({ finished: event.target.value as RepositoryLanding['finished'], pushTo: null })}
      >
        <option value="review">Stays in review</option>
        <option value="pull-request">Is opened as a pull request when all checks passed</option>
        <option value="merge">Is merged when all checks passed</option>
      </select>
      {landing.pushTo !== null && (
        <p className="field-help" dir="auto">
          It is pushed to {cleanLine(landing.pushTo.remote)}, as long as that is at {cleanLine(landing.pushTo.url)}.
        </p>
      )}
      {landing.finished === 'merge' && (
        <select
          className="choose"
          aria-label="How it is merged"
          value={landing.strategy ?? ''}
          onChange={(event) => void save({ strategy: strategies.find((one) => one === event.target.value) ?? null })}
        >
          <option value="">Fast-forward, else a merge commit</option>
          {strategies.map((name) => (
            <option key={name} value={name}>
              {strategyWords[name].name}
            </option>
          ))}
        </select>
      )}
    </fieldset>
  );
}
