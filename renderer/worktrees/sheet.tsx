import { type ReactNode, useState } from 'react';
import { SheetFrame } from '../parts/sheet';
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
  return (
    <SheetFrame title="Worktrees" width="full">
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
