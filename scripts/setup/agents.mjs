import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.mjs';
import { SetupFailure } from './failure.mjs';
import { cacheFolder } from './places.mjs';
import { step } from './progress.mjs';
import { fetchPackage } from './registry.mjs';
import { lastLines, run } from './run.mjs';

/** The real agents the tests drive, pinned: a new version is a change of this list. */
const pinned = {
  claude: {
    name: '@anthropic-ai/claude-code-linux-x64',
    version: '2.1.329',
    integrity: 'sha512-+n4lu1ubYAp02Y0X/MAUnxw9yY6SHHZ77F+IoW+V0wVoFuiI9opdH6gofjf14gXJCEYMTNpks7Gn1i8XZTKAWA==',
    file: 'package/claude',
    size: '174 MB',
  },
  goose: {
    name: '@aaif/goose-binary-linux-x64',
    version: '1.52.0',
    integrity: 'sha512-2aPCG0HuLUI1cafcez1s1nLlTsNMx7AHWnmAOS/6S9xqmcvY+oXsQA5SUHin1Sf5uphK6pcOCLmgygJ6YQIDaQ==',
    file: 'package/bin/goose',
    size: '97 MB',
  },
};

/** @typedef {{ claude: string, goose: string }} Agents the absolute path of each program */

/** Whether the pinned agents have a binary for this machine. */
export function agentsRunHere() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * The real agents, fetched once per machine and version. They are not started here.
 * @param {string} cache
 * @returns {Promise<Agents>}
 */
export async function ensureAgents(cache = cacheFolder()) {
  if (!agentsRunHere()) {
    throw new SetupFailure({
      tried: 'to fetch the agents the tests drive',
      because: `they are pinned for linux-x64 only, and this is ${process.platform}-${process.arch}`,
      type: 'npm test -- types lint unit coverage fault e2e   (everything but the real agents)',
    });
  }
  const [claude, goose] = await Promise.all([fetchAgent(cache, 'claude'), fetchAgent(cache, 'goose')]);
  return { claude, goose };
}

/**
 * Where the tests look for them.
 * @param {Agents} agents
 */
export function agentEnvironment({ claude, goose }) {
  return { SWITCHYARD_TEST_CLAUDE: claude, SWITCHYARD_TEST_GOOSE: goose };
}

/**
 * @param {string} cache
 * @param {keyof typeof pinned} agent
 */
async function fetchAgent(cache, agent) {
  const { file, size, ...wanted } = pinned[agent];
  const folder = await cached(join(cache, 'agents', `${agent}-${wanted.version}`), (building) =>
    step(`Fetching ${agent} ${wanted.version} for the tests, ${size}, once per machine`, async () => {
      const fetched = mkdtempSync(join(building, 'fetched-'));
      mkdirSync(join(building, 'bin'));
      const archive = await fetchPackage(wanted, fetched);
      const { code, output } = await run('tar', ['-xzf', archive, '-C', fetched, '--no-same-owner', file]);
      if (code !== 0)
        throw new SetupFailure({ tried: `tar -xzf ${archive}`, because: lastLines(output), type: 'df -h' });
      renameSync(join(fetched, file), join(building, 'bin', agent));
      chmodSync(join(building, 'bin', agent), 0o755);
      rmSync(fetched, { recursive: true });
    }),
  );
  return join(folder, 'bin', agent);
}
