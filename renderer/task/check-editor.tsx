import { type ReactNode, useState } from 'react';
import type { RepositoryCheck } from '../../core/contract/check';
import type { Repository } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { useApp, useDoing } from '../state/app';
import { setChecks } from '../state/checks';

/** A check of a repository being made or changed: its name, its command, whether it is required, and its place. */
export function CheckEditor(props: {
  readonly repository: Repository;
  /** Null for a new one. */
  readonly check: RepositoryCheck | null;
  readonly leave: () => void;
}): ReactNode {
  const { repository, check, leave } = props;
  const app = useApp();
  const doing = useDoing(`repository:${repository.id}`);
  const [name, setName] = useState(check?.name ?? '');
  const [command, setCommand] = useState(check?.command ?? '');
  const [required, setRequired] = useState(check?.required ?? false);
  const { checks } = repository;
  const at = checks.findIndex((one) => one.name === check?.name);
  const taken = checks.some((one) => one.name === name.trim() && one.name !== check?.name);
  const whole = name.trim() !== '' && command.trim() !== '' && !taken;
  const keep = async (next: readonly RepositoryCheck[], done: string, stays = false): Promise<void> => {
    if ((await setChecks(app, repository, { checks: next, done })) && !stays) leave();
  };
  const save = (): Promise<void> => {
    const after = { name: name.trim(), command: command.trim(), required };
    const next = at === -1 ? [...checks, after] : checks.map((one, index) => (index === at ? after : one));
    return keep(next, `${repository.name} is checked with ${after.name} now`);
  };
  const move = (by: 1 | -1): Promise<void> => {
    const others = checks.filter((_, index) => index !== at);
    const moved = checks.slice(at, at + 1);
    return keep([...others.slice(0, at + by), ...moved, ...others.slice(at + by)], `Moved ${check?.name}`, true);
  };
  return (
    <form
      className="check-editor"
      aria-label={check === null ? 'New check' : `Edit ${check.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (whole) void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        leave();
      }}
    >
      <div className="check-fields">
        <label>
          Name
          <input
            className="field"
            value={name}
            maxLength={40}
            placeholder="test"
            // biome-ignore lint/a11y/noAutofocus: it was opened to be written in.
            autoFocus
            aria-invalid={taken}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="check-command-field">
          Command
          <input
            className="field mono"
            value={command}
            placeholder="npm test"
            spellCheck={false}
            onChange={(event) => setCommand(event.target.value)}
          />
        </label>
      </div>
      {taken && <p className="quiet">There is a check of this name already.</p>}
      <label className="check-required">
        <input type="checkbox" checked={required} onChange={(event) => setRequired(event.target.checked)} />
        <span>Required: a change is only approved once it passed</span>
      </label>
      <div className="check-editor-foot">
        {at !== -1 && (
          <>
            <Button look="quiet" disabled={at === 0} onClick={() => void move(-1)}>
              Run earlier
            </Button>
            <Button look="quiet" disabled={at === checks.length - 1} onClick={() => void move(1)}>
              Run later
            </Button>
            <Button
              look="danger"
              onClick={() =>
                void keep(
                  checks.filter((_, index) => index !== at),
                  `Removed the check ${check?.name}`,
                )
              }
            >
              Remove
            </Button>
          </>
        )}
        <span className="check-editor-space" />
        <Button onClick={leave}>Cancel</Button>
        <Button type="submit" look="primary" doing={doing} disabled={!whole}>
          Save
        </Button>
      </div>
    </form>
  );
}
