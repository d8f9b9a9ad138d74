import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Published } from '../../core/contract/relay';
import { createRelaying } from '../../core/relaying';
import { addMessage } from '../../core/store/messages';
import { insertRelayMessage } from '../../core/store/relay-messages';
import { insertSession } from '../../core/store/sessions';
import { deleteTurn, insertTurn } from '../../core/store/turns';
import { createWriter } from '../../core/store/writer';
import { addTask, temporaryStore } from './store/store';

afterEach(() => vi.restoreAllMocks());

/** A relay over a store in which a message that came by an earlier relay was said in a turn. */
function open() {
  const { db, folder } = temporaryStore();
  const writer = createWriter(db);
  const task = addTask(db);
  const session = insertSession(db, { task, agent: 'echo', at: 1 });
  const message = addMessage(db, { task, text: 'hello', by: 'relay', at: 2 });
  insertRelayMessage(db, { message, session, id: 'w1' });
  db.exec("UPDATE task SET state = 'running', worker = 'w', lease_until = 9; UPDATE task_message SET delivered_at = 3");
  const relaying = createRelaying({
    ...{ db, writer, folders: { data: folder, transcripts: join(folder, 'transcripts') } },
    ...{ log() {}, nats: () => null, announceMessages() {}, now: () => 10_000 },
  });
  const results = async () => {
    const { bus } = await relaying.relay();
    const heard: Published[] = [];
    const hear = (one: Parameters<Parameters<typeof bus.subscribe>[1]>[0]) => {
      if (one.kind === 'message') heard.push(one.message());
    };
    await bus.publish('sessions.other.events', { id: 'last', type: 'event', payload: 1 });
    await bus.subscribe('>', hear, { after: 0 });
    await vi.waitUntil(() => heard.some(({ id }) => id === 'last'));
    return heard.filter(({ id }) => id === 'w1').map(({ payload }) => payload);
  };
  return { db, writer, task, session, relaying, results };
}

test('what was said in a turn that ends now is answered by its end, once, also where the relay is only opened for that', async () => {
  const { db, task, session, relaying, results } = open();
  insertTurn(db, { task, session, given: '{}', at: 2 });
  relaying.start();
  deleteTurn(db, task);
  relaying.announceTurn({ session, turn: 1, end: 'completed', error: null, goesOn: false });
  await vi.waitUntil(() => db.prepare('SELECT 1 FROM relay_message WHERE answered_at IS NOT NULL').get());
  expect(await results()).toEqual([{ turn: 1, end: 'completed', error: null, text: '' }]);
  await relaying.close();
});

test('what an earlier runtime left is answered as that, and not by a turn of this one', async () => {
  const { session, relaying, results } = open();
  relaying.start();
  relaying.announceTurn({ session, turn: 2, end: 'completed', error: null, goesOn: false });
  expect(await results()).toEqual([{ turn: null, end: 'said', error: null, text: '' }]);
  await relaying.close();
});

test('a relay that cannot be opened to its end is let go of, and opened anew later', async () => {
  const { writer, relaying } = open();
  const opened = vi.spyOn(fs, 'openSync');
  const closed = vi.spyOn(fs, 'closeSync');
  vi.spyOn(writer, 'write').mockRejectedValue(new Error('The disk is full.'));
  relaying.start();
  await expect(relaying.relay()).rejects.toThrow('The disk is full.');
  expect(opened).toHaveBeenCalled();
  expect(closed.mock.calls).toHaveLength(opened.mock.calls.length);
  await relaying.close();
});
