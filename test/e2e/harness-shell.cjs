// The smallest shell around the harness page: the product's own Electron with the product's window preferences.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { app, BrowserWindow } = require('electron');

// One that does not come back is ended by this.
writeFileSync(join(process.cwd(), 'pid'), String(process.pid));

app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: Number(process.env.HARNESS_WIDTH),
    height: Number(process.env.HARNESS_HEIGHT),
    useContentSize: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  void window.loadURL(process.env.HARNESS_URL);
});
