import { Popover } from 'radix-ui';
import { type ReactNode, useMemo, useState } from 'react';
import { type Start, starts } from '../../core/contract/stack';
import type { Task } from '../../core/contract/task';
import { Glyph } from '../parts/glyph';
import { useModel } from '../state/app';
import { matches } from '../state/places';
import { cleanLine } from '../text/clean';

const shownAtOnce = 30;

const startWords: Readonly<Record<Start, string>> = {
  landed: 'starts when they have landed',
  review: 'starts from their branches, once in review',
};

const isUnfinished = ({ state }: Task): boolean => state !== 'done' && state !== 'cancelled';

/** Which unfinished tasks this one is after: it lands after them, and starts when they have landed or are in review. */
export function AfterChip(props: {
  readonly after: readonly number[];
  readonly onAfter: (after: readonly number[]) => void;
  readonly when: Start;
  readonly onWhen: (when: Start) => void;
}): ReactNode {
  const { after, onAfter, when, onWhen } = props;
  const tasks = useModel((model) => model.tasks);
  const [filter, setFilter] = useState('');
  const words =
    after.length === 0
      ? 'After nothing'
      : `${when === 'review' ? 'After review of' : 'After'} ${after.map((id) => `#${id}`).join(', ')}`;
  const choices = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return [...tasks.values()]
      .filter((task) => isUnfinished(task) || after.includes(task.id))
      .filter((task) => matches(task, words))
      .sort((one, other) => other.id - one.id)
      .slice(0, shownAtOnce);
  }, [tasks, filter, after]);
  return (
    // By itself, over the sheet that would cut it off; modal, or the sheet keeps its wheel from scrolling.
    <Popover.Root modal>
      <Popover.Trigger className="choose" title={words}>
        {words}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu after"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Tasks to wait for"
        >
          <input
            className="field"
            aria-label="Filter tasks"
            placeholder="Filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <fieldset className="after-when">
            <legend className="unseen">When it starts</legend>
            {starts.map((start) => (
              <label key={start}>
                <input type="radio" name="after-when" checked={when === start} onChange={() => onWhen(start)} />{' '}
                {startWords[start]}
              </label>
            ))}
          </fieldset>
          {choices.length === 0 && <p className="quiet after-none">No unfinished task matches.</p>}
          {choices.map((task) => (
            <label key={task.id} className="menu-item after-item">
              <input
                type="checkbox"
                checked={after.includes(task.id)}
                onChange={(event) =>
                  onAfter(event.target.checked ? [...after, task.id] : after.filter((id) => id !== task.id))
                }
              />
              <Glyph look={task.state} />
              <span className="ellipsis" dir="auto">
                {cleanLine(task.title)}
              </span>
              <span className="quiet tabular">#{task.id}</span>
            </label>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
