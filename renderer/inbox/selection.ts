import { useCallback, useMemo, useState } from 'react';
import { isDecided, type Request } from '../../core/contract/request';

/** Requests picked to be answered together. */
export interface Selection {
  readonly picked: readonly Request[];
  readonly has: (id: number) => boolean;
  /** Picks or lets go of one. False when it is not of the kind of those picked before, or is answered only by itself. */
  readonly toggle: (request: Request) => boolean;
  /** Picks everything that asks for the same as this one. */
  readonly pickAlike: (request: Request) => void;
  readonly clear: () => void;
}

/** The selection among the open requests: one that is answered elsewhere leaves it. */
export function useSelection(requests: readonly Request[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const picked = useMemo(() => requests.filter(({ id }) => ids.has(id)), [requests, ids]);
  const clear = useCallback(() => setIds(new Set()), []);
  return {
    picked,
    has: (id) => ids.has(id),
    toggle(request) {
      const others = picked.filter(({ id }) => id !== request.id);
      if (!decides(request) || others.some(({ kind }) => kind !== request.kind)) return false;
      setIds(new Set([...others, ...(ids.has(request.id) ? [] : [request])].map(({ id }) => id)));
      return true;
    },
    pickAlike(request) {
      if (decides(request)) setIds(new Set(requests.filter((one) => isAlike(one, request)).map(({ id }) => id)));
    },
    clear,
  };
}

/** Whether a request is allowed or denied; a question has an answer of its own. */
export function decides({ kind }: Request): boolean {
  return isDecided(kind);
}

/** Whether two requests ask for the same: the same kind, and for a permission what one rule would cover. */
function isAlike(one: Request, other: Request): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind !== 'permission') return true;
  return subjectOf(one) === subjectOf(other);
}

function subjectOf({ rules, tool, title }: Request): string {
  return JSON.stringify(rules[0]?.match ?? tool?.command ?? title);
}
