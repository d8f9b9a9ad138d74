import type { RepositoryCheck } from '../contract/check';
import type { Database } from './database';
import { allRows, run } from './statement';

/** The checks of a repository, in their order. */
export function listRepositoryChecks(db: Database, repository: number): RepositoryCheck[] {
  return allRows<Omit<RepositoryCheck, 'required'> & { readonly required: number }>(
    db,
    'SELECT name, command, required FROM repository_check WHERE repository_id = ? ORDER BY position',
    repository,
  ).map((row) => ({ ...row, required: row.required === 1 }));
}

/** Makes these all the checks of a repository. Each has a name of its own. */
export function setRepositoryChecks(db: Database, repository: number, checks: readonly RepositoryCheck[]): void {
  run(db, 'DELETE FROM repository_check WHERE repository_id = ?', repository);
  checks.forEach(({ name, command, required }, position) => {
    run(
      db,
      'INSERT INTO repository_check (repository_id, position, name, command, required) VALUES (?, ?, ?, ?, ?)',
      ...[repository, position, name, command, Number(required)],
    );
  });
}
