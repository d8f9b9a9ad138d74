import type { ReactNode } from 'react';
import { useView } from '../state/app';
import { WorktreesSheet } from '../worktrees/sheet';
import { AddRepository } from './add-repository';
import { AskReview } from './ask-review';
import { DiscardSheet } from './discard';
import { EditTask } from './edit-task';
import { GoBack } from './go-back';
import { Help } from './help';
import { Land } from './land';
import { NewTask } from './new-task';
import { Palette } from './palette';
import { Rules } from './rules';
import { SearchSheet } from './search';
import { SettingsSheet } from './settings';

/** The sheet that lies over the window now, if any. */
export function SheetHost(): ReactNode {
  const sheet = useView((view) => view.sheet);
  switch (sheet?.kind) {
    case 'new-task':
      return <NewTask repository={sheet.repository} />;
    case 'add-repository':
      return <AddRepository key={sheet.queue?.at} path={sheet.path} queue={sheet.queue ?? null} />;
    case 'settings':
      return <SettingsSheet />;
    case 'rules':
      return <Rules />;
    case 'worktrees':
      return <WorktreesSheet />;
    case 'ask-review':
      return <AskReview key={sheet.task} id={sheet.task} />;
    case 'discard':
      return <DiscardSheet key={sheet.task} id={sheet.task} />;
    case 'edit-task':
      return <EditTask key={sheet.task} id={sheet.task} />;
    case 'go-back':
      return <GoBack id={sheet.task} chosen={sheet.checkpoint} />;
    case 'land':
      return <Land key={sheet.tasks.join()} ids={sheet.tasks} />;
    case 'palette':
      return <Palette />;
    case 'search':
      return <SearchSheet words={sheet.words} />;
    case 'help':
      return <Help />;
    default:
      return null;
  }
}
