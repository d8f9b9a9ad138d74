import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SetupFailure } from './failure.mjs';
import { npmCommand } from './node.mjs';
import { lastLines, run } from './run.mjs';

/**
 * Fetches one package of the npm registry as npm itself would, and refuses it unless it is byte for byte the pinned one.
 * @param {{ name: string, version: string, integrity: string }} pinned
 * @param {string} folder an empty folder to put the archive in
 * @returns {Promise<string>} the archive
 */
export async function fetchPackage({ name, version, integrity }, folder) {
  const specification = `${name}@${version}`;
  const [npm, ...first] = npmCommand();
  const quiet = ['--ignore-scripts', '--no-update-notifier', '--loglevel=error'];
  const args = [...first, 'pack', specification, ...quiet, '--pack-destination', folder];
  const { code, output } = await run(npm, args, { cwd: folder });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (code !== 0 || !archive) {
    throw new SetupFailure({
      tried: `npm pack ${specification}`,
      because: lastLines(output) || `npm ended with code ${code}`,
      type: `npm view ${specification} version   (shows whether the registry can be reached)`,
    });
  }
  await checkIntegrity(join(folder, archive), integrity, specification);
  return join(folder, archive);
}

/**
 * Throws unless the file has the pinned SHA-512.
 * @param {string} file
 * @param {string} integrity as in a lock file: sha512-BASE64
 * @param {string} specification what the file claims to be, for the message
 */
export async function checkIntegrity(file, integrity, specification) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new SetupFailure({
    tried: `to check ${specification} against its pinned integrity`,
    because: `expected ${integrity}\nfound    ${found}\nThe file was refused and nothing of it was kept.`,
    type: 'the same command again; if it is refused twice, the registry in use serves something else under this name',
  });
}
