import { join } from 'node:path';
import { foldersOf } from '../../core/config';
import { openRuntime } from '../../core/open';
import { hostProgram } from '../support/host';

/** A runtime that owns a data folder and serves its socket, to be killed at any moment. Says `ready` when it does. */
const [data = ''] = process.argv.slice(2);
const home = process.env.HOME ?? '';
await openRuntime({
  config: {
    folders: foldersOf(data),
    nativeBinding: null,
    environment: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: join(data, 'run') },
    passEnvironment: [],
    home,
    shell: '/bin/sh',
  },
  owner: 'background',
  askHuman: null,
  host: hostProgram,
  desktop: null,
  onStopRequested: () => {},
});
process.stdout.write('ready\n');
