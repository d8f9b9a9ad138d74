import type { Repository } from '../../core/contract/repository';
import type { Place } from '../state/places';
import { cleanLine } from '../text/clean';

const words: Readonly<Record<string, { readonly name: string; readonly title: string; readonly text: string }>> = {
  inbox: { name: 'Waiting', title: 'Nothing waits for you', text: 'Tasks whose agent asked something appear here.' },
  running: {
    name: 'Running',
    title: 'Nothing is running',
    text: 'Queued tasks start by themselves as soon as a slot is free.',
  },
  review: {
    name: 'Review',
    title: 'Nothing to review',
    text: 'When an agent is finished, its change waits here for your verdict.',
  },
  queue: {
    name: 'Queue',
    title: 'The queue is empty',
    text: 'Write a task with C or +. It is stored at once and starts when a slot is free.',
  },
  failed: {
    name: 'Failed',
    title: 'Nothing failed',
    text: 'A task that could not be done waits here with its reason, to be retried or discarded.',
  },
  done: {
    name: 'Done',
    title: 'Nothing is done yet',
    text: 'Merged, discarded and cancelled tasks are kept here with their conversations.',
  },
  monitor: { name: 'Monitor', title: 'The monitor lists no tasks', text: 'Go back to see how Switchyard is.' },
};

/** What a place is called. */
export function placeWord(place: Place, repositories: readonly Repository[]): string {
  const known = words[place];
  if (known !== undefined) return known.name;
  const repository = repositories.find(({ id }) => `repository:${id}` === place);
  return repository === undefined ? 'Repository' : cleanLine(repository.name);
}

/** What is said where a place has no tasks. */
export function emptyWords(place: Place): { readonly title: string; readonly text: string } {
  return words[place] ?? { title: 'No tasks here yet', text: 'Write the first task for this repository with C or +.' };
}
