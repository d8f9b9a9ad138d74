import { nameOfLine } from '../agents/said-before';
import type { SaidText } from '../host/said';

/**
 * What a program was told by a runtime that is gone, while the one that came after it reads what the program printed
 * again. Whatever it says then that was said before goes nowhere, and it may read no further than the program had come
 * when it was told the first thing not said again yet: the program's words after that may be an answer to it.
 */
export interface Replay {
  /** How many bytes of what the program printed may be read now; infinite once everything was said again. */
  limit(): number;
  /** Whether the program was told this before; once for each time it was. */
  saidBefore(text: string): boolean;
  /** How many texts it was told in all. */
  told(): number;
  /** It was told one more, by this runtime. */
  tell(): void;
  /** It turns out to have been told more: these are all texts, in order. */
  learn(all: readonly SaidText[]): void;
}

/** Begins with what is known to have been said. */
export function createReplay(known: readonly SaidText[]): Replay {
  let told = 0;
  let left: readonly { readonly name: string; readonly printed: number }[] = [];
  const learn = (all: readonly SaidText[]): void => {
    left = [...left, ...all.slice(told).map(({ text, printed }) => ({ name: nameOfLine(text), printed }))];
    told = all.length;
  };
  learn(known);
  return {
    limit: () => left[0]?.printed ?? Number.POSITIVE_INFINITY,
    saidBefore(text) {
      const name = nameOfLine(text);
      const at = left.findIndex((one) => one.name === name);
      if (at === -1) return false;
      left = left.filter((_, index) => index !== at);
      return true;
    },
    told: () => told,
    tell() {
      told += 1;
    },
    learn,
  };
}
