import { connect } from 'node:net';
import type { Readiness } from './contract/service';

const answerMs = 2_000;

/** Whether what makes a service ready is so now. Waits two seconds at most. */
export function isReady(ready: Readiness): Promise<boolean> {
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

/** What is waited for, in words. */
export function readyWords(ready: Readiness): string {
  return 'port' in ready ? `port ${ready.port} to take connections` : `${ready.url} to answer`;
}
