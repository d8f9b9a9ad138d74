import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commands } from '../../cli/commands';
import { commandReference } from './command-reference';

writeFileSync(join(resolve(import.meta.dirname, '../..'), 'docs', 'cli.md'), commandReference(commands));
