// The smallest shell around the harness page: the product's own Electron with the product's window preferences.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { app, BrowserWindow } = require('electron');

// One that does not come back is ended by this.
writeFileSync(join(process.cwd(), 'pid'), String(process.pid));

// Held back until Playwright is attached, which calls this, for the reason that `hold.cjs` names.
const attached = new Promise((resolve) => {
  globalThis.__playwright_run = resolve;
});

Promise.all([app.whenReady(), attached]).then(() => {
  const window = new BrowserWindow({
    width: Number(process.env.HARNESS_WIDTH),
    height: Number(process.env.HARNESS_HEIGHT),
    useContentSize: true,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // The page is opened again and again: its code is compiled once, whole.
      v8CacheOptions: 'bypassHeatCheckAndEagerCompile',
    },
  });
  void window.loadURL(process.env.HARNESS_URL);
});
