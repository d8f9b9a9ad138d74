import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from './contract/errors';
import type { Readiness } from './contract/service';
import type { PlacedService } from './service-manifest';
import { endingWords, type ServiceProgram } from './service-program';

const answerMs = 2_000;

/** Whether what makes a service ready is so now. Waits two seconds at most. */
function isReady(ready: Readiness): Promise<boolean> {
  return 'port' in ready ? isTaken(ready.port) : answers(ready.url);
}

/** Whether somebody takes connections on a port of this machine. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: answerMs });
    const end = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(answerMs) });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false;
  }
}

const lookMs = 100;

/** Milliseconds that only grow: the clock may be set while a service is waited for. */
const passed = () => performance.now();

/** Waits until a service is ready, or throws why it will not be. */
export async function untilReady(
  { name, ready, seconds }: PlacedService & { readonly ready: Readiness },
  program: ServiceProgram | null,
  signal: AbortSignal,
): Promise<void> {
  const until = passed() + seconds * 1000;
  while (!(await isReady(ready))) {
    signal.throwIfAborted();
    const ended = await Promise.race([...(program === null ? [] : [program.ended]), delay(lookMs, null)]);
    if (ended !== null) throw await notReady(`Service ${name} ${endingWords(ended)} before it was ready.`, program);
    if (passed() > until)
      throw await notReady(
        `Service ${name} was not ready: ${seconds} s were waited for ${readyWords(ready)}.`,
        program,
      );
  }
}

/** That a service cannot be used, and what its program said last: for who asked alone, as it may be a secret. */
export class NotReady extends CodedError {
  readonly what: string;

  constructor(what: string, said: string) {
    super('NOT_STARTED', `${what} ${said === '' ? 'It printed nothing.' : `Its last words:\n${said}`}`);
    this.what = what;
  }
}

/** The same of a program that is at work, or was. */
export async function notReady(what: string, program: ServiceProgram | null): Promise<NotReady> {
  return new NotReady(what, (await program?.lastWords()) ?? '');
}

/** What is waited for, in words. */
function readyWords(ready: Readiness): string {
  return 'port' in ready ? `port ${ready.port} to take connections` : `${ready.url} to answer`;
}
