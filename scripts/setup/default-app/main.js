// Electron runs this when it is started with the path of an app instead of being one: electron [-r MODULE]… FOLDER.

const { existsSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const electron = require('electron');

/** @type {any} What a default app may set is not in Electron's public types. */
const app = electron.app;

const { modules, folder } = read(process.argv.slice(1));
for (const path of modules) require(resolve(path));
if (folder === undefined) {
  console.error('Usage: electron [-r MODULE]… FOLDER');
  app.exit(2);
} else {
  start(resolve(folder));
}

/** @param {string[]} args */
function read(args) {
  /** @type {string[]} */
  const modules = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-r' || arg === '--require') modules.push(args[++at] ?? '');
    else if (!arg.startsWith('-')) return { modules, folder: arg };
  }
  return { modules, folder: undefined };
}

/** @param {string} folder */
function start(folder) {
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
  const file = join(folder, 'package.json');
  const about = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (about.version) app.setVersion(about.version);
  if (about.productName || about.name) app.setName(about.productName || about.name);
  if (process.platform === 'linux') app.setDesktopName(about.desktopName || `${app.getName()}.desktop`);
  app.setAppPath(folder);
  try {
    require(folder);
  } catch (error) {
    console.error(error);
    app.exit(1);
  }
}
