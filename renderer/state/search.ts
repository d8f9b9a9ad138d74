import { useEffect, useState } from 'react';
import type { SearchAnswer, SearchQuery } from '../../core/contract/search';
import { termsOf } from '../../core/contract/search-terms';
import { type Resource, useResource } from './resource';

/** How long the person has to pause before what they typed is looked for. */
const pauseMs = 80;
/** How often it is asked again while the index is still being made, or reads what was written last. */
const buildingMs = 1_000;

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
  const isRead = index?.state === 'building' || (index?.state === 'behind' && index.reason === null);
  const { loading, reload } = answer;
  useEffect(() => {
    if (!isRead || loading) return;
    const timer = setTimeout(reload, buildingMs);
    return () => clearTimeout(timer);
  }, [isRead, loading, reload]);
  return { ...answer, value: isEmpty ? null : (answer.value ?? last), loading: answer.loading || asked !== wanted };
}
