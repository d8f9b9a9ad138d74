import type { Git } from './git';

/** What is remembered for one git after the other, each by its name. */
export interface Memory<Value> {
  get(git: Git, name: string): Value | undefined;
  set(git: Git, name: string, value: Value): void;
  delete(git: Git, name: string): void;
}

/** Remembers so many things at most for one git; beyond that all of them are forgotten. */
export function createMemory<Value>(most: number): Memory<Value> {
  const ofGit = new WeakMap<Git, Map<string, Value>>();
  return {
    get: (git, name) => ofGit.get(git)?.get(name),
    set(git, name, value) {
      const values = ofGit.get(git) ?? new Map<string, Value>();
      ofGit.set(git, values);
      if (values.size >= most) values.clear();
      values.set(name, value);
    },
    delete: (git, name) => void ofGit.get(git)?.delete(name),
  };
}
