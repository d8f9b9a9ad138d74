import type { Command } from './command';
import { plain, plainLine } from './plain';
import { approveExactly } from './text';
import { waitForTask } from './wait';

/** The main job without a key: a sample repository, the echo agent, and the change it makes. */
export const demo: Command = {
  words: ['demo'],
  usage: '',
  summary: 'Try it without a key: a sample repository, the built-in echo agent, a change to approve',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['demo'],
  async run(_given, around) {
    const connection = await around.reach();
    try {
      const { client } = connection;
      const begun = await client.runtime.demo();
      if (around.err.isTTY) around.err.write(`The echo agent works on ${plainLine(begun.repository, 300)}.\n`);
      const task = await waitForTask(begun.id, connection, around);
      if (task.state !== 'review') {
        return {
          json: { task },
          text: `The demo's task is ${task.state}: ${plain(task.error ?? 'no reason given')}\n`,
          exit: 1,
        };
      }
      const review = await client.reviews.get({ task: task.id });
      const { patch } = await client.reviews.patch({ task: task.id, mergeBase: review.mergeBase, head: review.head });
      const approve = `${around.program} ${approveExactly(review)}`;
      const discard = `${around.program} task discard ${task.id}`;
      const text = [
        `Task #${task.id} "${plainLine(task.title)}" is done and waits for your review. Its change to ${plainLine(task.repository, 300)}:`,
        '',
        plain(patch).trimEnd(),
        '',
        'Merge it:',
        `  ${approve}`,
        'Or throw it away:',
        `  ${discard}`,
        '',
        `The sample repository ${plainLine(task.repository, 300)} may be deleted when you are done with it.`,
        ...(connection.owner.owner === 'background' && connection.owner.foreground !== true
          ? [
              'The runtime goes on in the background and ends ten minutes after it last had something to do. To end it now:',
              `  ${around.program} stop`,
            ]
          : []),
        '',
      ];
      return { json: { task, repository: task.repository, diff: patch, approve, discard }, text: text.join('\n') };
    } finally {
      connection.close();
    }
  },
};
