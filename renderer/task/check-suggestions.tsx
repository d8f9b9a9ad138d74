import type { ReactNode } from 'react';
import type { Repository } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { useApp, useDoing } from '../state/app';
import { setChecks } from '../state/checks';
import { useResource } from '../state/resource';
import { cleanLine } from '../text/clean';

/** What a repository without checks could be checked with, by what is in it. A press adds one; nothing runs by that. */
export function CheckSuggestions({ repository }: { readonly repository: Repository }): ReactNode {
  const app = useApp();
  const doing = useDoing(`repository:${repository.id}`);
  const { value } = useResource(repository.trusted ? `suggested checks ${repository.id}` : null, (client, signal) =>
    client.checks.suggest({ repository: repository.id }, { signal }),
  );
  if (value === null || value.length === 0) return null;
  const add = (checks: typeof value): void => {
    const names = checks.map(({ name }) => name).join(', ');
    void setChecks(app, repository, { checks, done: `${repository.name} is checked with ${names} now` });
  };
  return (
    <section className="check-suggestions" aria-label="Suggested checks">
      <p className="quiet">What is in {cleanLine(repository.name)} suggests these. Nothing runs until you say so.</p>
      <ul>
        {value.map((check) => (
          <li key={check.name}>
            <Button doing={doing} onClick={() => add([check])}>
              Add {cleanLine(check.name)}
            </Button>
            <code className="ellipsis" title={cleanLine(check.command)}>
              {cleanLine(check.command)}
            </code>
          </li>
        ))}
      </ul>
      {value.length > 1 && (
        <Button look="quiet" doing={doing} onClick={() => add(value)}>
          Add all {value.length}
        </Button>
      )}
    </section>
  );
}
