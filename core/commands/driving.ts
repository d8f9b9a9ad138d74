import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { notDriven } from '../contract/move-words';
import type { Afterwards } from '../contract/takeover';
import type { Task } from '../contract/task';
import type { TerminalSize } from '../contract/terminal';
import { takenWords } from '../runner/driving';
import { settleEarlier } from '../runner/landed';
import { listTrainChecks } from '../store/checks';
import type { Database } from '../store/database';
import { forgoTakeover } from '../store/forgo';
import { repositoryById } from '../store/repositories';
import { askTakeover, formerStates, setAfterwards, type TakeoverRow, takeoverOf } from '../store/takeovers';
import { taskRow } from '../store/task-row';
import { goOnNow, moveTask } from '../store/tasks';
import { ranNothing } from '../store/terminals';
import { leaveTrain } from '../store/trains';
import { alone, mustBe, told } from './acting';
import type { Room } from './room';

const why = 'You take over in a terminal.';

const offTrain = 'You took it over in a terminal. Approve it again when it is in review.';

/**
 * Notes that the person wants to drive a task's agent on its own screen, and has it opened: now, after the turn or the checks that
 * run, or, with `interrupt`, in place of them; but a worktree that is being set up is let become one first. A task in review, failed
 * or cancelled is queued again for it, and leaves its train: what was approved is in the person's hands again. Throws WRONG_STATE when
 * the agent has no screen, when the task is over or waits for others, and CHECKOUT_IN_THE_WAY while its change has landed half way.
 */
export function take(
  room: Room,
  { by }: Caller,
  input: { task: number; interrupt: boolean; size: TerminalSize },
): Promise<Task> {
  const { task, interrupt, size } = input;
  return alone(task, async () => {
    // What has begun to land is landed, and not worked on any more.
    await settleEarlier(room, task);
    await room.writer.write((db) => {
      const row = taskRow(db, task);
      repositoryById(db, row.repository_id);
      assertScreen(room, task, row.agent);
      mustBe(row, ['queued', 'running', 'waiting', 'review', 'failed', 'cancelled'], 'taken over');
      if (row.blocked_count > 0) throw blocked(task);
      const at = room.now();
      const state = formerStates.find((former) => former === row.state);
      const former =
        state === undefined
          ? null
          : { state, error: row.error, attempt: row.attempt, landingDue: row.landing_due === 1 };
      if (former !== null) {
        leaveTrain(db, { task, state: 'left', reason: offTrain, at });
        const patch = { error: null, runAfter: null, queuedReason: why };
        moveTask(db, { task, to: 'queued', by, reason: 'Taken over in a terminal.', at, patch });
      } else if (row.state === 'queued') {
        goOnNow(db, { task, at, why });
      }
      const { run_after: runAfter, parked, queued_reason: reason } = row;
      const waits = { runAfter, parked, reason, goOn: row.go_on === 1 };
      const waited = row.state === 'queued' ? waits : null;
      askTakeover(db, { task, interrupts: interrupt, size, by, at, former, waited });
    });
    // Others on the train need not wait for what cannot land.
    const isChecked = listTrainChecks(room.db, task).some(({ state }) => state === 'running');
    if (isChecked) await room.checks.stop(task, takenWords);
    // Where no turn runs any more, its checks are what would be waited for.
    if (interrupt) await room.checks.stop(task, takenWords, 'takeover');
    room.takes.tell(task, interrupt);
    room.runner.wake();
    return told(room, task);
  });
}

/**
 * Ends the person's drive: its terminal is ended, and the work goes on when it is gone. One that was only asked for, or whose
 * terminal never ran its program, is taken back, and the task goes back to where it was if nothing was being done on it.
 * Throws WRONG_STATE when nobody drives the task.
 */
export async function handBack(
  room: Room,
  { by }: Caller,
  { task, afterwards }: { task: number; afterwards: Afterwards },
): Promise<Task> {
  const release = () =>
    room.writer.write((db) => {
      const takeover = takeoverOf(db, task);
      if (takeover === undefined) return undefined;
      if (takeover.state === 'asked' || neverBegan(db, takeover))
        return forgoTakeover(db, { task, by, reason: notDriven.forgone, at: room.now() });
      setAfterwards(db, { task, afterwards });
      return takeover;
    });
  let back = await release();
  if (back === undefined) throw nobodyDrives(task);
  while (back !== undefined && 'terminal' in back) {
    await room.screens.closeOf(task);
    const now = takeoverOf(room.db, task);
    // Where the program of this one never ran, whoever works on the task opens another.
    const opensAgain: boolean = now?.id === back.id && (now.terminal !== back.terminal || neverBegan(room.db, now));
    back = opensAgain ? await release() : undefined;
  }
  if (back?.moved) {
    // Whoever had it in hand to open the terminal has nothing left to do.
    room.runner.cancel(task);
    back.withdrawn.forEach(room.announceRequest);
  }
  // One that waits for a time again is looked at when that has come.
  room.runner.wake();
  return told(room, task);
}

/** Whether the terminal of a takeover ended before its program ran; whoever works on the task would open another. */
function neverBegan(db: Database, { terminal }: TakeoverRow): boolean {
  return terminal !== null && ranNothing(db, terminal);
}

function assertScreen(room: Room, task: number, name: string): void {
  const agent = room.agents().get(name);
  if (agent?.screen !== undefined) return;
  throw new CodedError(
    'WRONG_STATE',
    `Task ${task} cannot be taken over: ${name} has no terminal of its own that Switchyard knows. Open a shell in its worktree instead.`,
    { facts: { task, agent: name } },
  );
}

function blocked(task: number): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `Task ${task} waits for other tasks, so it has no worktree to work in yet. Take it over when those are done.`,
    { facts: { task } },
  );
}

function nobodyDrives(task: number): CodedError {
  return new CodedError('WRONG_STATE', `Nobody drives task ${task} in a terminal, so there is nothing to hand back.`, {
    facts: { task },
  });
}
