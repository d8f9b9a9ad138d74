import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { root } from './places.mjs';

/** SQLite's binding needs Node-API 10: Node 22.14, 24 or newer. An older Node does not refuse to load it, it aborts. */
const neededNodeApi = 10;

/** The Node that the lock file installs, for machines whose own is older. */
const installedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Whether the Node that runs this script can also run the product and its tools. */
const thisNodeIsEnough = Number(process.versions.napi) >= neededNodeApi;

/** Whether some Node is at hand that can run the product. */
export function hasRuntimeNode() {
  return thisNodeIsEnough || existsSync(installedNode);
}

/** The Node that runs the product and its tools: this one if it is new enough, else the installed one. */
export function runtimeNode() {
  if (thisNodeIsEnough) return process.execPath;
  if (existsSync(installedNode)) return installedNode;
  throw new SetupFailure({
    tried: `to find a newer Node than ${process.version} in node_modules`,
    because:
      'Switchyard runs on Node 22.14 or newer; the install brings one along unless install scripts are switched off.',
    type: 'npm ci --ignore-scripts=false',
  });
}

/**
 * The npm that started this script, else the one beside this Node, else the one on the PATH; as a command and its first arguments.
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
export function npmCommand(env = process.env) {
  // The Node that runs npm may not live in node_modules: an install replaces that one under its feet.
  const node = env.npm_node_execpath || process.execPath;
  const candidates = [
    env.npm_execpath?.endsWith('npm-cli.js') ? env.npm_execpath : '',
    join(dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(node), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = candidates.find((candidate) => candidate && existsSync(candidate));
  return script ? [node, script] : ['npm'];
}
