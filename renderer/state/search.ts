import { useEffect, useRef, useState } from 'react';
import type { SearchAnswer, SearchIndexState, SearchQuery } from '../../core/contract/search';
import { termsOf } from '../../core/contract/search-terms';
import { type Resource, useResource } from './resource';

/** How long the person has to pause before what they typed is looked for. */
const pauseMs = 80;
/** How soon it is asked again while the index is still being made, or reads what was written last. */
const againMs = 1_000;
const againAtMostMs = 8_000;

/**
 * When the same is asked again that was asked again so often already; null for not at all. While agents write there is always
 * something that is not read yet: then it is asked less and less often, as more than what is found by now is rarely in it.
 */
export function askedAgainIn({ state, reason }: SearchIndexState, times: number): number | null {
  if (state === 'building') return againMs;
  if (state !== 'behind' || reason !== null) return null;
  return Math.min(againMs * 2 ** times, againAtMostMs);
}

/** What is found for words as they are typed. An answer stays while the next one is on its way. */
export function useSearch(query: Partial<SearchQuery> & Pick<SearchQuery, 'words'>): Resource<SearchAnswer> {
  const wanted = JSON.stringify(query);
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), pauseMs);
    return () => clearTimeout(timer);
  }, [wanted]);
  const current = JSON.parse(asked) as typeof query;
  const isEmpty = termsOf(current.words).length === 0;
  const answer = useResource(isEmpty ? null : `search ${asked}`, (client, signal) =>
    client.search.find(current, { signal }),
  );
  const [last, setLast] = useState<SearchAnswer | null>(null);
  useEffect(() => {
    if (isEmpty || answer.value !== null) setLast(answer.value);
  }, [isEmpty, answer.value]);
  const index = answer.value?.index;
  const times = useRef(0);
  const { loading, reload } = answer;
  useEffect(() => {
    const wait = index === undefined ? null : askedAgainIn(index, times.current);
    // Something else was asked, or all is read.
    if (wait === null) times.current = 0;
    if (wait === null || loading) return;
    const timer = setTimeout(() => {
      times.current += 1;
      reload();
    }, wait);
    return () => clearTimeout(timer);
  }, [index, loading, reload]);
  return { ...answer, value: isEmpty ? null : (answer.value ?? last), loading: answer.loading || asked !== wanted };
}
