import { behindWords, type SearchAnswer, type SearchIndexState, searchedOutput } from '../../core/contract/search';
import { cleanLine } from '../text/clean';

/** How complete an answer is, in sentences: what was not read, and then what of it is shown or searched. Empty when it is whole. */
export function footWords({ found, more, index }: SearchAnswer): string {
  return [unreadWords(index), partWords(found, more)].filter((words) => words !== null).join(' ');
}

function unreadWords(index: SearchIndexState): string | null {
  if (index.state === 'broken') return `What was written lately may be missing: ${cleanLine(index.reason ?? '')}`;
  if (index.state !== 'building') return behindWords(index);
  const share = index.of === 0 ? '' : `, ${Math.floor((100 * index.done) / index.of)} % done`;
  return `Conversations are still being read${share}; more may be found in a moment.`;
}

function partWords(found: SearchAnswer['found'], more: boolean): string | null {
  if (more) return `The best ${found.length}, a few of each task. Add a word to see others.`;
  if (!found.some(({ kind }) => kind === 'tool')) return null;
  const { beginning, end } = searchedOutput;
  return `What a tool printed is searched in its first ${beginning.toLocaleString()} and last ${end.toLocaleString()} characters.`;
}
