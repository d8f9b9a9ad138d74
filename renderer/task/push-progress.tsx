import { type ReactNode, useEffect, useRef } from 'react';
import { pushProgressWords } from '../../core/contract/remote';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Keys } from '../parts/hint';
import { useApp, useDoing, useModel } from '../state/app';
import { stopPush } from '../state/pull-request';

/** How far the push of a task's change has come, whoever began it, and the way to stop it. Nothing while none goes on. */
export function PushUnderWay({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const progress = useModel((model) => model.pushes.get(task.id) ?? null);
  const stopping = useDoing(`stop-push:${task.id}`);
  const goes = progress !== null;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!goes) return;
    const stop = (event: KeyboardEvent): void => {
      if (!stopsPush(event, place.current?.closest('[role="dialog"], .verdict-form') ?? null)) return;
      // What it stands in stays open, to say what is on the remote.
      event.preventDefault();
      event.stopPropagation();
      void stopPush(app, { id: task.id });
    };
    window.addEventListener('keydown', stop, { capture: true });
    return () => window.removeEventListener('keydown', stop, { capture: true });
  }, [app, goes, task.id]);
  if (progress === null) return null;
  const words = pushProgressWords(progress);
  return (
    <div className="push-progress" ref={place}>
      <progress aria-label="Push" max={100} {...(progress.percent !== null && { value: progress.percent })} />
      <span className="push-progress-words tabular" aria-live="off">
        {words}
      </span>
      <Button doing={stopping} onClick={() => void stopPush(app, task)}>
        Stop <Keys keys="Escape" />
      </Button>
    </div>
  );
}

/**
 * Whether a key stops the push that a panel shows. Escape in a sheet, a menu or the palette over it is theirs, and so is one
 * that ends what is being composed.
 */
export function stopsPush(
  event: Pick<KeyboardEvent, 'key' | 'isComposing' | 'defaultPrevented' | 'target'>,
  panel: Pick<Element, 'contains' | 'ownerDocument'> | null,
): boolean {
  if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented || panel === null) return false;
  // A button that cannot be pressed any more holds no focus, and then nothing does.
  return event.target === panel.ownerDocument.body || panel.contains(event.target as Node);
}
