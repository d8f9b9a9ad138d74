import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cached } from './cache.mjs';
import { SetupFailure } from './failure.mjs';
import { root } from './places.mjs';
import { step } from './progress.mjs';
import { lastLines, run } from './run.mjs';
import { ensureSystem } from './system.mjs';

const home = join(root, 'node_modules', 'better-sqlite3');

/** Stands in for a reference to a JavaScript string, which Node-API has only since version 10: keeps the characters instead. */
const heldString = `class HeldString {
public:
	HeldString() : env(nullptr) {}
	static HeldString Of(Napi::String string) {
		HeldString held;
		held.env = string.Env();
		held.characters = string.Utf8Value();
		return held;
	}
	Napi::String Value() const { return Napi::String::New(env, characters); }
private:
	napi_env env;
	std::string characters;
};

`;

/**
 * Where the binding is kept: one per version of better-sqlite3.
 * @param {string} cache
 */
export function sqliteFolder(cache) {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(cache, `better-sqlite3-${version}-napi8-1`);
}

/**
 * The binding's file in its folder.
 * @param {string} folder
 */
export function compatBinding(folder) {
  return join(folder, 'better_sqlite3.node');
}

/**
 * A build of better-sqlite3's binding for an Electron older than Node-API 10, where the official one aborts the process.
 * @param {string} cache
 * @returns {Promise<string>} the file to load
 */
export async function bindingForOldElectron(cache) {
  const folder = await cached(sqliteFolder(cache), async (building) => {
    await ensureSystem(['compiler']);
    await step('Compiling SQLite for it, once per machine', () => compile(building));
  });
  return compatBinding(folder);
}

/** @param {string} building */
async function compile(building) {
  const work = join(building, 'work');
  mkdirSync(work);
  cpSync(join(home, 'src'), join(work, 'src'), { recursive: true });
  for (const file of ['helpers.cpp', 'constants.cpp', 'bind-map.cpp']) rewrite(join(work, 'src', 'util', file));
  const require = createRequire(join(home, 'package.json'));
  const sqlite = join(home, 'deps', 'sqlite3');
  const headers = [
    createRequire(import.meta.url)('node-api-headers').include_dir,
    require('node-addon-api').include_dir,
  ];
  const defines = [...readFileSync(join(home, 'deps', 'defines.gypi'), 'utf8').matchAll(/'((?:SQLITE|HAVE)_[^']+)'/g)];
  const object = (/** @type {string} */ name) => join(work, name);
  await Promise.all([
    compiler('gcc', [
      ...['-std=c99', '-w', '-O2', '-fPIC'],
      ...defines.map(([, define]) => `-D${define}`),
      ...['-c', join(sqlite, 'sqlite3.c'), '-o', object('sqlite3.o')],
    ]),
    compiler('g++', [
      ...['-std=c++20', '-w', '-O2', '-fPIC', '-fvisibility=hidden', '-fvisibility-inlines-hidden'],
      ...['-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
      '-DNODE_GYP_MODULE_NAME=better_sqlite3',
      ...[...headers, sqlite].map((folder) => `-I${String(folder).replaceAll('"', '')}`),
      ...['-c', join(work, 'src', 'better_sqlite3.cpp'), '-o', object('binding.o')],
    ]),
  ]);
  await compiler('g++', ['-shared', '-s', object('binding.o'), object('sqlite3.o'), '-o', compatBinding(building)]);
  rmSync(work, { recursive: true });
}

/**
 * Replaces references to strings in one source file; the class itself goes to the file that is included first.
 * @param {string} file
 */
function rewrite(file) {
  const before = readFileSync(file, 'utf8');
  const after = before
    .replaceAll('Napi::Reference<Napi::String>', 'HeldString')
    .replaceAll(/Napi::Persistent\((?=Internalized|pair->name)/g, 'HeldString::Of(');
  if (after === before) {
    throw new SetupFailure({
      tried: `to adapt ${file} to an older Electron`,
      because: 'better-sqlite3 has changed and no longer holds strings there',
      type: 'git log -- package-lock.json   (shows which update changed it)',
    });
  }
  writeFileSync(file, file.endsWith('helpers.cpp') ? heldString + after : after);
}

/**
 * @param {string} program
 * @param {string[]} args
 */
async function compiler(program, args) {
  const { code, output } = await run(program, args);
  if (code === 0) return;
  throw new SetupFailure({
    tried: `${program} ${args.join(' ')}`,
    because: lastLines(output, 25),
    type: `${program} --version`,
  });
}
