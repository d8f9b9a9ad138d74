import { type ReactNode, useState } from 'react';
import type { Repository } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { leaving, shownOf, type Typed, typing } from '../parts/typed';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';

/** The command line that runs what a repository is for. Saved on ↵ or with the button; empty means none. */
export function RunCommand({ repository }: { readonly repository: Repository }): ReactNode {
  const app = useApp();
  const saved = repository.runCommand ?? '';
  const [typed, setTyped] = useState<Typed | null>(null);
  const text = shownOf(typed, saved);
  const about = `repository:${repository.id}`;
  const doing = useDoing(about);
  const wanted = text.trim();
  const save = async (): Promise<void> => {
    const ended = await carryOut(app, { about, sentence: 'Saving…' }, (client) =>
      client.repositories.configure({ repository: repository.id, runCommand: wanted === '' ? null : wanted }),
    );
    if (!ended.ok) return complain(app, ended.failure);
    setTyped((now) => (now?.text === text ? leaving(now, saved) : now));
    const name = cleanLine(repository.name);
    const words = wanted === '' ? `${name} has no run command now` : `Run now starts ${wanted} in ${name}`;
    say(app.said, { kind: 'done', text: words, undo: null });
  };
  return (
    <form
      className="check-command run-command"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor="run-command">Run command of {cleanLine(repository.name)}</label>
      <input
        id="run-command"
        className="field mono"
        value={text}
        placeholder="none, for example npm run dev"
        spellCheck={false}
        onChange={(event) => setTyped(typing(event.target.value))}
      />
      {wanted !== saved && (
        <Button type="submit" doing={doing}>
          Save
        </Button>
      )}
    </form>
  );
}
