import type { Client } from '../core/client';
import { openDecision } from '../core/contract/decision';
import { refused } from '../core/contract/refusal';
import type { Strategy } from '../core/contract/strategy';
import type { Task } from '../core/contract/task';
import type { Train } from '../core/contract/train';
import { plainLine } from './plain';
import type { Seen } from './seen';
import { shortId } from './text';

/** What an approval of one change was asked to do. */
interface Wanted {
  /** The beginning of the commit that was named; undefined when none was. */
  readonly seen: string | undefined;
  readonly strategy: Strategy | undefined;
  readonly message: string | undefined;
}

/**
 * That a change is on its base already, a line, for whoever asks for that again, as after a command that was cut short: it is what
 * they asked for. Null of a change that is not. Throws WRONG_STATE when another commit landed than is named, or in another way.
 */
export async function mergedAlready(client: Client, task: Task, wanted: Wanted): Promise<string | null> {
  if (task.state !== 'done' || (task.outcome !== 'merged' && task.outcome !== 'answered')) return null;
  const approval = await approvalOf(client, task.id);
  if (approval === null) return null;
  const { head, shown, strategy, message, nothing } = approval;
  const as = task.mergedOid === null ? null : shortId(task.mergedOid);
  const base = plainLine(task.base);
  const isOther = (asked: string | undefined, did: string | null) => asked !== undefined && asked !== did;
  const other =
    wanted.seen !== undefined && ![head, shown].some((oid) => oid?.startsWith(wanted.seen ?? ''))
      ? `what landed is ${head === null ? 'another commit' : shortId(head)}, and not ${wanted.seen}`
      : isOther(wanted.strategy, strategy) && !nothing
        ? `it was ${strategy === null ? 'merged in another way' : `merged by ${strategy}`}, and not by ${wanted.strategy}`
        : isOther(wanted.message, message) && !nothing && strategy !== 'ff' && strategy !== 'rebase'
          ? 'its commit has another message'
          : null;
  if (other !== null) throw refused(task, 'approved', other);
  return nothing || as === null
    ? `Task ${task.id} was approved already: there was nothing to merge into ${base}.\n`
    : `Task ${task.id} is merged already, as ${as} into ${base}.\n`;
}

interface Approved {
  /** The commit of its branch that landed. */
  readonly head: string | null;
  /** The one the person saw, where it was restacked before it landed. */
  readonly shown: string | null;
  readonly strategy: string | null;
  readonly message: string | null;
  /** The base had everything already. */
  readonly nothing: boolean;
}

/** What is kept of the approval a change landed by; null of one that landed by none. */
async function approvalOf(client: Client, task: number): Promise<Approved | null> {
  let found: Approved | null = null;
  for (let after = 0; ; ) {
    const more = await client.decisions.list({ task, after, limit: 500 });
    for (const sealed of more) {
      const decision = openDecision(sealed);
      if (decision?.kind !== 'approve') continue;
      const [shown, answered] = [fieldsOf(decision.shown), fieldsOf(decision.answered)];
      const text = (value: unknown) => (typeof value === 'string' ? value : null);
      found = {
        head: text(shown.head),
        shown: text(answered.seen),
        strategy: text(answered.strategy),
        message: text(answered.message),
        nothing: answered.nothingToMerge === true,
      };
    }
    const last = more.at(-1)?.number;
    if (last === undefined) return found;
    after = last;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * The train that does, or did, what is asked for again: it has these very changes and goes on, or landed all of them. Undefined when
 * there is none.
 */
export function trainAlready(
  trains: readonly Train[],
  asked: readonly { readonly task: number; readonly seen: Pick<Seen, 'head'> | undefined }[],
  strategy: Strategy | undefined,
): Train | undefined {
  return trains.find(
    ({ cars, state, strategy: by }) =>
      cars.length === asked.length &&
      (strategy === undefined || strategy === by) &&
      (state === 'open' || cars.every((car) => car.state === 'landed')) &&
      asked.every(({ task, seen }) => cars.some((car) => car.task === task && car.head.startsWith(seen?.head ?? ''))),
  );
}
