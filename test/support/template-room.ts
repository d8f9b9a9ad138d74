import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes the one folder for what test files make once and copy many times; it goes when the last has ended. */
export default function openTemplateRoom(): () => void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-templates-')));
  process.env.SWITCHYARD_TEST_TEMPLATES = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
