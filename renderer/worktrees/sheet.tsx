import { type ReactNode, useState } from 'react';
import { SheetFrame } from '../parts/sheet';
import { useApp } from '../state/app';
import { Bin } from './bin';
import { WorktreeList } from './list';
import { RetentionOfAll } from './retention';

const parts = [
  ['worktrees', 'Worktrees'],
  ['bin', 'Recycle bin'],
  ['retention', 'How long things are kept'],
] as const;
type Part = (typeof parts)[number][0];

/** Every worktree, what was taken away, and how long that is kept. */
export function WorktreesSheet(): ReactNode {
  const [part, setPart] = useState<Part>('worktrees');
  const { folders } = useApp().bridge;
  return (
    <SheetFrame
      title="Worktrees"
      width="full"
      {...(folders === null && {
        about: 'Only the desktop app, on the machine Switchyard runs on, opens their folders.',
      })}
    >
      <fieldset className="worktree-parts" aria-label="What is shown">
        {parts.map(([value, name]) => (
          <label key={value} className="worktree-part">
            <input
              type="radio"
              name="worktree-part"
              value={value}
              checked={part === value}
              onChange={() => setPart(value)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {part === 'worktrees' && <WorktreeList />}
      {part === 'bin' && <Bin />}
      {part === 'retention' && <RetentionOfAll />}
    </SheetFrame>
  );
}
