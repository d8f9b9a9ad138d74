import { attach, type Client, type Connection } from '../../core/client';
import type { TaskDetail } from '../../core/contract/task';
import { version } from '../../core/version';
import { until } from '../support/until';
import type { Machine } from './desktop';

/** Connects to the open app's runtime by the way the terminal door takes, without a program for each call. */
export async function reach(machine: Machine): Promise<Connection> {
  const connection = await attach({ folder: machine.data, version });
  if (connection === null) throw new Error('The app could not be reached.');
  return connection;
}

/** Gives the echo agent a task in the machine's repository, which is added and trusted for it. */
export async function giveTask(
  client: Client,
  machine: Machine,
  { title, prompt }: { readonly title: string; readonly prompt: string },
): Promise<number> {
  const { trustHash: expected } = await client.repositories.inspect({ path: machine.repository });
  const { id: repositoryId } = await client.repositories.add({ path: machine.repository, trust: true, expected });
  return (await client.tasks.create({ repositoryId, title, prompt, agent: 'echo' })).id;
}

/** Waits until a task waits for a person: for an answer, or for a review. */
export async function waitsForPerson(client: Client, task: number): Promise<TaskDetail> {
  let found = await client.tasks.get({ task });
  await until(async () => {
    found = await client.tasks.get({ task });
    return found.state === 'waiting' || found.state === 'review';
  });
  return found;
}
