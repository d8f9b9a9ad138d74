import type BetterSqlite3 from 'better-sqlite3';

const statements = new WeakMap<BetterSqlite3.Database, Map<string, BetterSqlite3.Statement<unknown[], unknown>>>();

/** The prepared statement for this text, made once per database: preparing costs as much as running. */
export function prepared(db: BetterSqlite3.Database, sql: string): BetterSqlite3.Statement<unknown[], unknown> {
  let known = statements.get(db);
  if (known === undefined) {
    known = new Map();
    statements.set(db, known);
  }
  let statement = known.get(sql);
  if (statement === undefined) {
    statement = db.prepare<unknown[], unknown>(sql);
    known.set(sql, statement);
  }
  return statement;
}

/** The first row, or undefined. The caller names the row's shape, which is the shape of its own SQL. */
export function getRow<Row>(db: BetterSqlite3.Database, sql: string, ...values: readonly unknown[]): Row | undefined {
  return prepared(db, sql).get(...values) as Row | undefined;
}

/** Every row. The caller names the row's shape, which is the shape of its own SQL. */
export function allRows<Row>(db: BetterSqlite3.Database, sql: string, ...values: readonly unknown[]): Row[] {
  return prepared(db, sql).all(...values) as Row[];
}

/** Every row, one by one. The store does nothing else until the caller is through, or has left the loop. */
export function eachRow<Row>(
  db: BetterSqlite3.Database,
  sql: string,
  ...values: readonly unknown[]
): IterableIterator<Row> {
  return prepared(db, sql).iterate(...values) as IterableIterator<Row>;
}

/** Runs a statement that changes rows and says how many, and the id of the last one inserted. */
export function run(
  db: BetterSqlite3.Database,
  sql: string,
  ...values: readonly unknown[]
): { readonly changes: number; readonly id: number } {
  const result = prepared(db, sql).run(...values);
  return { changes: result.changes, id: Number(result.lastInsertRowid) };
}
