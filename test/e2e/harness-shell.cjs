// The smallest shell around the harness page: the product's own Electron with the product's window preferences.
const { app, BrowserWindow } = require('electron');

app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: Number(process.env.HARNESS_WIDTH),
    height: Number(process.env.HARNESS_HEIGHT),
    useContentSize: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  void window.loadURL(process.env.HARNESS_URL);
});
