const lastKey = 'switchyard.repository';

/** The repository the last task was written for; an id nothing has when there was none. */
export function lastRepository(storage: Storage): number {
  return Number(storage.getItem(lastKey) ?? '-1');
}

/** Keeps the repository a task was written for, as the next one is likely for the same. */
export function rememberRepository(storage: Storage, id: number): void {
  storage.setItem(lastKey, `${id}`);
}
