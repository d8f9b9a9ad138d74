import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { useFocusBack } from '../parts/focus-back';
import { Keys } from '../parts/hint';
import { Icon } from '../parts/icon';
import { openAskReview } from '../state/agent-reviews';
import { type App, useApp } from '../state/app';
import { askBack, mayGoBack } from '../state/checkpoints';
import { copyText } from '../state/copy';
import { askDiscard } from '../state/running';
import { mayEdit, openEdit } from '../state/task-edits';
import { cancelTask, restoreTask, resumeTask, retryTask } from '../state/task-moves';
import { canResume } from '../tasks/waits';

interface Item {
  readonly name: string;
  readonly keys?: string;
  readonly danger?: boolean;
  readonly act: () => void;
}

/** Everything else that can be done with a task in its present state. */
export function TaskMenu({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const [open, setOpen] = useState(false);
  const focus = useFocusBack(false);
  const canDiscard = task.state === 'review' || task.state === 'failed' || task.state === 'cancelled';
  useActions({
    menu: () => {
      focus.remember();
      setOpen(true);
    },
    ...(mayGoBack(task) ? { 'go-back': () => askBack(app, task, null) } : {}),
    ...(task.state === 'review' ? { 'ask-review': () => openAskReview(app, task) } : {}),
    ...(mayEdit(task) ? { 'edit-task': () => openEdit(app, task) } : {}),
    ...(canDiscard ? { discard: () => void askDiscard(app, task) } : {}),
  });
  const groups = [movesOf(app, task), backOf(app, task), copiesOf(app, task)].filter((group) => group.length > 0);
  return (
    <DropdownMenu.Root open={open} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild>
        <Button
          look="quiet"
          className="button-icon"
          aria-label="Actions of this task"
          onPointerDownCapture={focus.remember}
        >
          <Icon name="more" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={focus.giveBack}
        >
          {groups.map((group, index) => (
            <DropdownMenu.Group key={group[0]?.name}>
              {index > 0 && <DropdownMenu.Separator className="menu-line" />}
              {group.map((item) => (
                <DropdownMenu.Item
                  key={item.name}
                  className={item.danger ? 'menu-item removed' : 'menu-item'}
                  onSelect={item.act}
                >
                  {item.name}
                  {item.keys !== undefined && <Keys keys={item.keys} />}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Group>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function movesOf(app: App, task: Task): readonly Item[] {
  const discard: Item = {
    name: 'Discard change',
    keys: 'mod+Backspace',
    danger: true,
    act: () => void askDiscard(app, task),
  };
  switch (task.state) {
    case 'queued':
    case 'running':
    case 'waiting':
      return [
        ...(mayEdit(task) ? [{ name: 'Edit…', keys: 'F2', act: () => openEdit(app, task) }] : []),
        ...(canResume(task, Date.now())
          ? [{ name: 'Resume now', keys: 'n', act: () => void resumeTask(app, task) }]
          : []),
        { name: 'Cancel task', danger: true, act: () => void cancelTask(app, task) },
      ];
    case 'review':
      return [{ name: 'Ask an agent to review…', keys: 'g a', act: () => openAskReview(app, task) }, discard];
    case 'failed':
    case 'cancelled':
      return [{ name: 'Retry', keys: 'e', act: () => void retryTask(app, task) }, discard];
    case 'done':
      return task.outcome === 'discarded' ? [{ name: 'Restore', act: () => void restoreTask(app, task) }] : [];
  }
}

function backOf(app: App, task: Task): readonly Item[] {
  if (!mayGoBack(task)) return [];
  return [{ name: 'Go back to a checkpoint…', keys: 'g b', act: () => askBack(app, task, null) }];
}

function copiesOf(app: App, task: Task): readonly Item[] {
  const copy = (name: string, text: string | null): readonly Item[] =>
    text === null ? [] : [{ name: `Copy ${name}`, act: () => void copyText(app, name, text) }];
  return [
    ...copy('title', task.title),
    ...copy('branch', task.branch),
    ...copy('worktree path', task.worktree),
    ...copy('merged commit', task.mergedOid),
    ...copy('backup ref', task.backupRef),
  ];
}
