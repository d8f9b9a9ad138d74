import type { SearchAnswer, SearchQuery } from '../contract/search';
import { taskHeads, taskNumbers } from '../store/task-heads';
import { assertAgent } from './agents';
import type { Room } from './room';

/**
 * The places in tasks and conversations that have every word, the best first, and how far the index is. Throws BAD_INPUT
 * for an agent that nobody knows.
 */
export function find(room: Room, query: SearchQuery): SearchAnswer {
  const { words, limit, perTask } = query;
  const tasks = taskNumbers(room.db, query);
  // An agent that was taken out of the settings since is known by its tasks.
  if (query.agent !== undefined && tasks?.length === 0 && taskNumbers(room.db, { agent: query.agent })?.length === 0)
    assertAgent(room, query.agent);
  const { found, more } = room.search.find({ words, limit, perTask, tasks });
  const heads = taskHeads(room.db, [...new Set(found.map(({ task }) => task))]);
  return {
    found: found.flatMap((place) => {
      const head = heads.get(place.task);
      if (head === undefined) return [];
      const { title, state, repository, agent } = head;
      return { ...place, title, state, repository, agent };
    }),
    more,
    index: room.search.state(),
  };
}
