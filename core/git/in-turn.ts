const tails = new Map<string, Promise<unknown>>();

/** Runs the work after all earlier work with the same key, so that no two git commands fight over one lock. */
export async function inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  const turn = (tails.get(key) ?? Promise.resolve()).then(work, work);
  // The next in line must not fail because this one did.
  const tail = turn.then(
    () => {},
    () => {},
  );
  tails.set(key, tail);
  try {
    return await turn;
  } finally {
    if (tails.get(key) === tail) tails.delete(key);
  }
}
