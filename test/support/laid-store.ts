import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { templateRoom } from './template';

let made: string | undefined;

/**
 * Puts a store of the present schema where there is none, as if a runtime had been there before. All migrations made it, once
 * for each process of the tests: with every one of their thousand runtimes they would be a tenth of all the work.
 */
export function layStore(file: string): void {
  if (existsSync(file)) return;
  made ??= makeStore();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  copyFileSync(made, file);
}

function makeStore(): string {
  const file = join(mkdtempSync(join(templateRoom(), 'store-')), 'switchyard.db');
  closeDatabase(openDatabase({ file }));
  return file;
}
