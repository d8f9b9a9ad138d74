import type { HostsNews } from './hosts';

/** Where what is told of a host's children goes on to whoever keeps them. */
export interface News {
  /** What the keeper of the hosts is given to tell. */
  readonly tell: Required<HostsNews>;
  /** Passes on what is told of children whose ids begin with this word. */
  follow(kind: string, news: HostsNews): void;
}

/** Makes it. What is told of a kind nobody follows is told to nobody. */
export function createNews(): News {
  const followers = new Map<string, HostsNews>();
  const of = (id: string) => followers.get(id.slice(0, id.indexOf('-')));
  return {
    tell: {
      grew: (child) => of(child.id)?.grew(child),
      ended: (id, ending) => of(id)?.ended(id, ending),
      lost: (id, pid) => of(id)?.lost(id, pid),
      silent: (id, pid) => of(id)?.silent?.(id, pid),
    },
    follow: (kind, news) => void followers.set(kind, news),
  };
}
