import { join } from 'node:path';
import { keepWork } from '../../../core/kept-work';
import type { Bus } from '../../../core/relay/bus';
import { createHub } from '../../../core/relay/hub';
import { openRing } from '../../../core/relay/ring';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { createWriter } from '../../../core/store/writer';

/** An embedded bus on a folder, as a runtime has it. Closing it closes all it stands on. */
export function openHub(folder: string, { mostBytes = 64 * 1024 * 1024, bootedAt = 0 } = {}): Bus {
  const db = openDatabase({ file: join(folder, 'switchyard.db') });
  const writer = createWriter(db);
  const hub = createHub({
    ring: openRing({ folder: join(folder, 'relay'), mostBytes, bootedAt }),
    work: keepWork({ db, writer }),
    now: Date.now,
    onError(cause) {
      throw cause;
    },
  });
  return {
    ...hub,
    async close() {
      await hub.close();
      await writer.close();
      closeDatabase(db);
    },
  };
}
