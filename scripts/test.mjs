import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { agentEnvironment, agentsRunHere, ensureAgents } from './setup/agents.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { electronEnvironment, findElectron } from './setup/electron.mjs';
import { runScript, SetupFailure } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { say, seconds } from './setup/progress.mjs';
import { ensureSystem, withCarried } from './setup/system.mjs';
import { changesIn } from './suite/checkout.mjs';
import { checkLint } from './suite/lint.mjs';
import { lastLine } from './suite/outcome.mjs';
import { openSandbox } from './suite/sandbox.mjs';
import { inRuns, selectStages } from './suite/stages.mjs';
import { end, survivors } from './suite/survivors.mjs';
import { checkTypes } from './suite/types.mjs';
import { runCoverage, runProjects } from './suite/vitest.mjs';
import { openDisplays } from './suite/xvfb.mjs';

/**
 * @typedef {import('./suite/stages.mjs').Stage} Stage
 * @typedef {ReturnType<typeof openSandbox>} Sandbox
 * @typedef {{ code: number, count?: import('./suite/vitest.mjs').Count, skipped?: string }} Outcome
 */

setMaxListeners(20);
const selection = selectStages(process.argv.slice(2));
if ('usage' in selection) {
  console.error(selection.usage);
  process.exitCode = 2;
} else {
  await runScript(() => runStages(selection.selected, selection.rest));
}

/**
 * Runs the stages in order up to the first that fails, and says at the end what passed.
 * @param {readonly Stage[]} selected
 * @param {readonly string[]} rest
 */
async function runStages(selected, rest) {
  await ensureInstalled();
  // Where people edit while tests run, a change says nothing about the tests.
  const before = process.env.CI ? await changesIn() : undefined;
  process.env.PATH = withCarried();
  const sandbox = openSandbox();
  // While a stage runs the signal goes to it; its end, or the next line here, ends the run.
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const summary = [];
  /** @type {import('./suite/outcome.mjs').Ran[]} */
  const ran = [];
  try {
    const measure = rest.length === 0 && selected.some((stage) => stage.name === 'coverage');
    for (const together of inRuns(selected)) {
      say(['', ...together.map((stage) => `── ${stage.name}: ${stage.about}`)].join('\n'));
      const name = together.map((stage) => stage.name).join(' ');
      const started = performance.now();
      const { code, count, skipped } = await runTogether(together, { sandbox, rest, measure }).catch(explain);
      const took = performance.now() - started;
      ran.push({ name, passed: code === 0, took, counts: count !== undefined, skipped });
      total.passed += count?.passed ?? 0;
      total.skipped += count?.skipped ?? 0;
      // What fails without a failed test (types, coverage, a crash) must not leave a zero in the last line.
      total.failed += code === 0 ? 0 : Math.max(1, count?.failed ?? 0);
      summary.push(`  ${name.padEnd(16)}  ${skipped ?? (code === 0 ? 'ok' : 'FAILED')}, ${seconds(took)}`);
      if (code !== 0 || interrupted) {
        summary.push(`  The run stops here. This alone: npm test -- ${name}`);
        break;
      }
    }
    total.failed += await endSurvivors(sandbox);
    total.failed += before ? await findLitter(before) : 0;
  } finally {
    sandbox.remove();
  }
  if (total.skipped > 0) summary.push(`  ${total.skipped} skipped`);
  say(['', ...summary, ''].join('\n'));
  console.log(lastLine(ran, total));
  if (interrupted) return 130;
  return total.failed === 0 ? 0 : 1;
}

/**
 * Runs stages that share a run, or one.
 * @param {readonly Stage[]} together
 * @param {{ sandbox: Sandbox, rest: readonly string[], measure: boolean }} run
 * @returns {Promise<Outcome>}
 */
async function runTogether(together, { sandbox, rest, measure }) {
  const [first] = together;
  if (first?.name === 'types') return { code: await checkTypes() };
  if (first?.name === 'lint') return { code: await checkLint() };
  if (first?.name === 'coverage') {
    return measure ? { code: await runCoverage(sandbox) } : { code: 0, skipped: 'not measured: only some tests ran' };
  }
  const able = together.filter((stage) => stage.name !== 'agents' || agentsRunHere());
  if (able.length < together.length) say('agents not run: the agents are pinned for linux-x64');
  if (able.length === 0) return { code: 0, skipped: 'not run' };
  const names = able.map((stage) => stage.name);
  await ensureSystem(names.includes('unit') ? ['git', 'namespace', 'nats', 'shells'] : ['git', 'namespace']);
  await ensureBuilt();
  const workers = Math.ceil(availableParallelism() * (able.some((stage) => stage.waits) ? 2 : 1.5));
  const { env, close } = await equip(names, workers);
  try {
    return await runProjects({
      projects: names,
      args: rest,
      env: { ...sandbox.env, ...env },
      records: sandbox.records,
      measure: measure && able.some((stage) => stage.measured),
      workers,
    });
  } finally {
    await close();
  }
}

/**
 * A stage that cannot even begin has failed like any other, so that the run still ends with its count.
 * @param {unknown} error
 * @returns {Outcome}
 */
function explain(error) {
  say(error instanceof SetupFailure ? error.toString() : String(error instanceof Error ? error.stack : error));
  return { code: 1 };
}

/**
 * What stages need beyond Node and git.
 * @param {readonly string[]} names
 * @param {number} workers
 * @returns {Promise<{ env: Record<string, string>, close: () => Promise<void> }>}
 */
async function equip(names, workers) {
  const withAgents = names.some((name) => name === 'agents' || name === 'fault') && agentsRunHere();
  const env = withAgents ? agentEnvironment(await ensureAgents()) : {};
  if (!names.includes('e2e')) return { env, close: async () => {} };
  const electron = await findElectron();
  await ensureSystem(['window', 'fonts', 'display', 'browser'], electron.executable);
  const displays = await openDisplays(workers);
  // A test beside it that runs in plain Node must find neither a display nor what only fits the app.
  const windows = JSON.stringify({ ...electronEnvironment(electron), ...displays.env });
  return { env: { ...env, SWITCHYARD_TEST_WINDOWS: windows }, close: displays.close };
}

/**
 * @param {Sandbox} sandbox
 * @returns {Promise<number>} 1 when the tests left processes behind
 */
async function endSurvivors(sandbox) {
  const left = await survivors(sandbox.folder);
  if (left.length === 0) return 0;
  say('\nThe tests left processes behind:');
  for (const { pid, command } of left) say(`  ${pid}  ${command.slice(0, 200)}`);
  end(left);
  return 1;
}

/**
 * @param {readonly string[]} before
 * @returns {Promise<number>} 1 when the tests left files in the checkout
 */
async function findLitter(before) {
  const litter = (await changesIn()).filter((line) => !before.includes(line));
  if (litter.length === 0) return 0;
  say(['\nThe tests left files in the checkout:', ...litter.map((line) => `  ${line}`)].join('\n'));
  return 1;
}
