import type { FoundKind, SnippetPiece } from '../contract/search';
import { type Term, termsOf } from '../contract/search-terms';
import type { Database } from './database';
import { allRows, getRow } from './statement';

/** A place in the index that was found. */
export interface FoundEntry {
  readonly task: number;
  readonly session: number | null;
  readonly seq: number | null;
  readonly at: number;
  readonly kind: FoundKind;
  readonly snippet: SnippetPiece[];
}

/** What to look for in the index. */
export interface EntryQuery {
  readonly words: string;
  /** Only entries of these tasks; of all when null. */
  readonly tasks: readonly number[] | null;
  readonly limit: number;
  readonly perTask: number;
}

/** Of very common words only the newest places are put in order; the others would come last in any case. */
const mostRanked = 5000;
/** So many of the best are looked at for `limit` with at most `perTask` of one task. */
const mostChosen = 1000;
const begin = '\u0002';
const end = '\u0003';

/** The best places that have every word, of equally good ones the newest first. Nothing typed is ever an error. */
export function findEntries(
  db: Database,
  query: EntryQuery,
): { readonly found: readonly FoundEntry[]; readonly more: boolean } {
  const match = matchOf(termsOf(query.words));
  if (match === null) return { found: [], more: false };
  const tasks = query.tasks === null ? null : JSON.stringify(query.tasks);
  const floor = getRow<{ id: number }>(db, floorSql(tasks !== null), { match, tasks, ranked: mostRanked })?.id ?? 0;
  const best = allRows<BestRow>(db, bestSql(tasks !== null), { match, tasks, floor, chosen: mostChosen });
  const found: FoundEntry[] = [];
  const perTask = new Map<number, number>();
  const told = new Map<string, FoundKind>();
  let twice = 0;
  for (const { id, task, session, seq, at, kind } of best) {
    if (found.length === query.limit) break;
    const before = perTask.get(task) ?? 0;
    if (before === query.perTask) continue;
    const text = getRow<{ snippet: string }>(db, snippetSql, { match, id, begin, end })?.snippet ?? '';
    if (kind === 'task' || kind === 'prompt') {
      // What a task was given is the first of its conversation, too: told once, as whichever fits better.
      const as = told.get(`${task} ${text}`) ?? kind;
      told.set(`${task} ${text}`, as);
      if (as !== kind) {
        twice += 1;
        continue;
      }
    }
    perTask.set(task, before + 1);
    found.push({ task, session, seq, at, kind, snippet: piecesOf(text) });
  }
  return { found, more: best.length > found.length + twice };
}

/** The words as FTS5 asks for them, each quoted so that nothing in it is a sign of its language; null for no words. */
function matchOf(terms: readonly Term[]): string | null {
  if (terms.length === 0) return null;
  return terms.map(({ text, isBeginning }) => `"${text.replaceAll('"', '""')}"${isBeginning ? '*' : ''}`).join(' AND ');
}

interface BestRow extends Omit<FoundEntry, 'snippet'> {
  readonly id: number;
}

const ofTasks = 'AND entry.task IN (SELECT value FROM json_each(@tasks))';

function floorSql(hasTasks: boolean): string {
  const join = hasTasks ? `JOIN entry ON entry.id = entry_text.rowid WHERE entry_text MATCH @match ${ofTasks}` : '';
  return `SELECT entry_text.rowid AS id FROM entry_text ${hasTasks ? join : 'WHERE entry_text MATCH @match'}
    ORDER BY entry_text.rowid DESC LIMIT 1 OFFSET @ranked`;
}

function bestSql(hasTasks: boolean): string {
  return `SELECT entry.id, entry.task, entry.session, entry.seq, entry.at, entry.kind
    FROM entry_text JOIN entry ON entry.id = entry_text.rowid
    WHERE entry_text MATCH @match AND entry_text.rowid > CAST(@floor AS INTEGER) ${hasTasks ? ofTasks : ''}
    ORDER BY bm25(entry_text, 4.0, 1.0), entry.at DESC, entry.id DESC LIMIT @chosen`;
}

// A bound number is a REAL, and FTS5 passes over a rowid that is asked for by one: it would give the first match.
const snippetSql = `SELECT snippet(entry_text, -1, @begin, @end, '…', 24) AS snippet FROM entry_text
  WHERE entry_text MATCH @match AND rowid = CAST(@id AS INTEGER)`;

function piecesOf(snippet: string): SnippetPiece[] {
  const pieces: SnippetPiece[] = [];
  for (const part of snippet.split(begin)) {
    const stop = part.indexOf(end);
    const hit = part.slice(0, Math.max(0, stop));
    const rest = part.slice(stop + 1);
    if (hit !== '') pieces.push({ text: hit, hit: true });
    if (rest !== '') pieces.push({ text: rest, hit: false });
  }
  return pieces;
}
