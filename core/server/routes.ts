import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admitted } from './admitted';

/** A request that passed every check, and what is needed to answer it. */
export interface Answer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Who asks; null for somebody without a token, which only an open route answers. */
  readonly who: Admitted | null;
  /** Says that all that was to be read of the request has been. */
  began(): void;
}

/** One thing that can be asked. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** A path, or with a slash at its end all paths below it. */
  readonly path: string;
  /** It is answered without a token. */
  readonly open?: boolean;
  /** Its answer goes on for as long as somebody listens. */
  readonly lasting?: boolean;
  answer(asked: Answer): Promise<void> | void;
}

/** The route of a path: itself, which other methods it is asked with, or that there is none. */
export type Found =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'other'; readonly methods: readonly string[] }
  | { readonly kind: 'none' };

/** Finds what answers a path: the route that is it, or else is nearest above it. */
export function findRoute(routes: readonly Route[], path: string, method: string): Found {
  const fitting = routes.filter((route) => route.path === path || isAbove(route.path, path));
  const longest = Math.max(...fitting.map((route) => route.path.length));
  const there = fitting.filter((route) => route.path.length === longest);
  const route = there.find((each) => each.method === method);
  if (route !== undefined) return { kind: 'route', route };
  return there.length === 0 ? { kind: 'none' } : { kind: 'other', methods: there.map((each) => each.method) };
}

function isAbove(folder: string, path: string): boolean {
  return folder.endsWith('/') && path.startsWith(folder);
}
