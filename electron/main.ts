import { join } from 'node:path';
import { app, dialog } from 'electron';
import { readConfig } from '../core/config';
import { answerPage, createPorts } from './answers';
import { createAttention } from './attention';
import { denyByDefault } from './guards';
import { claimInstance, folderIn } from './instance';
import { keychain } from './keychain';
import { setMenu } from './menu';
import { guardQuitting } from './quitting';
import { joinRuntime } from './runtime';
import { registerScheme, serveScheme, windowOrigin, windowPage } from './scheme';
import { createWindows } from './windows';

const config = readConfig();
// While developing, the page comes from the bundler; a packaged app never looks.
const developed = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL;
const origin = developed === undefined ? windowOrigin : new URL(developed).origin;
let openFolder = (_folder: string | null) => {};

registerScheme();
denyByDefault({ origin });
if (claimInstance(config.folders, (folder) => openFolder(folder))) void app.whenReady().then(begin);
else app.quit();

function begin(): void {
  const page = join(app.getAppPath(), 'out', 'renderer');
  serveScheme(page);
  const windows = createWindows({ folder: app.getPath('userData'), page: developed ?? windowPage });
  // The window paints first: loading SQLite and opening the data folder would hold it up.
  const runtime = joinRuntime({
    config,
    askHuman: asNode('ask-human.js'),
    hook: asNode('hook.js'),
    host: asNode('host.js'),
    starter: asNode('starter.js'),
    keychain,
    page,
    after: windows.painted,
    onMoved: () => {
      const page = windows.page();
      if (page !== null) ports.give(page);
      watch();
    },
    onStopRequested: ({ keepTerminals }) => quitting.now(keepTerminals),
    onFailure: askToTryAgain,
  });
  const quitting = guardQuitting(runtime.own);
  const ending = new AbortController();
  const attention = createAttention(windows);
  const watch = () => {
    // It ends when the runtime does; a new one is watched anew.
    void runtime.client().then((client) => attention.watch(client, ending.signal).catch(() => {}));
  };
  setMenu((command) => windows.command(command));
  const ports = createPorts(runtime.mount);
  answerPage({ windows, origin, ports, worktrees: config.folders.worktrees });
  windows.show();
  watch();

  openFolder = (folder) => {
    windows.show();
    if (folder !== null)
      void runtime.client().then((client) => client.repositories.add({ path: folder, trust: false }).catch(explain));
  };
  openFolder(folderIn(process.argv, process.cwd()));

  app.on('activate', () => windows.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => quitting.now());
  let closing = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    ending.abort();
    // Asking to quit once more does not always end the app; by now nothing is left that could object.
    void runtime.close({ keepTerminals: quitting.keepsTerminals() }).finally(() => app.exit(0));
  });
}

/** The app's own program runs a built one as plain Node; the variable reaches that one process only. */
function asNode(name: string) {
  const file = join(app.getAppPath(), 'out', 'main', name);
  return { command: process.execPath, args: [file], env: { ELECTRON_RUN_AS_NODE: '1' } };
}

async function askToTryAgain(error: unknown): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'Switchyard cannot open its data folder',
    detail: error instanceof Error ? error.message : String(error),
    buttons: ['Try again', 'Quit'],
  });
  if (response === 1) app.quit();
  return response === 0;
}

function explain(error: unknown): void {
  void dialog.showMessageBox({
    type: 'warning',
    message: 'That folder was not added',
    detail: error instanceof Error ? error.message : String(error),
    buttons: ['Close'],
  });
}
