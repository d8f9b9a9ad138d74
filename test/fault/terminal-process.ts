import { join } from 'node:path';
import { openRuntime } from '../../core/open';
import { bareOptions } from '../support/bare-runtime';
import { hostProgram } from '../support/host';

/** A runtime that owns a data folder and serves its socket, to be killed at any moment. Says `ready` when it does. */
const [data = ''] = process.argv.slice(2);
await openRuntime(
  bareOptions({
    ...{ data, home: process.env.HOME ?? '', shell: '/bin/sh', host: hostProgram },
    environment: { TMPDIR: join(data, 'run') },
  }),
);
process.stdout.write('ready\n');
