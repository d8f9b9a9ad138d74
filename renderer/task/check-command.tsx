import { type ReactNode, useState } from 'react';
import type { Repository } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { leaving, shownOf, type Typed, typing } from '../parts/typed';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';

/** The command line a repository's changes are checked with. Saved on ↵ or with the button; empty means none. */
export function CheckCommand({ repository }: { readonly repository: Repository }): ReactNode {
  const app = useApp();
  const saved = repository.checkCommand ?? '';
  const [typed, setTyped] = useState<Typed | null>(null);
  const text = shownOf(typed, saved);
  const doing = useDoing(`repository:${repository.id}`);
  const save = async (): Promise<void> => {
    const ended = await carryOut(app, { about: `repository:${repository.id}`, sentence: 'Saving…' }, (client) =>
      client.repositories.configure({
        repository: repository.id,
        checkCommand: text.trim() === '' ? null : text.trim(),
      }),
    );
    if (!ended.ok) return complain(app, ended.failure);
    setTyped((now) => (now?.text === text ? leaving(now, saved) : now));
    const name = cleanLine(repository.name);
    say(app.said, {
      kind: 'done',
      text: text.trim() === '' ? `${name} has no check command now` : `${name} is now checked with ${text.trim()}`,
      undo: null,
    });
  };
  return (
    <form
      className="check-command"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor="check-command">Check command of {cleanLine(repository.name)}</label>
      <input
        id="check-command"
        className="field mono"
        value={text}
        placeholder="none"
        spellCheck={false}
        onChange={(event) => setTyped(typing(event.target.value))}
      />
      {text.trim() !== saved && (
        <Button type="submit" doing={doing}>
          Save
        </Button>
      )}
    </form>
  );
}
