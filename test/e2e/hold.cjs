// Required before the app: holds it back until Playwright is attached. Attaching in the very moment a page is committed,
// Playwright waits for ever for a navigation that has been.
const { app } = require('electron');

const ready = app.whenReady();
/** Playwright calls it by this name as the last thing it does to attach. */
const attached = new Promise((resolve) => {
  globalThis.__playwright_run = resolve;
});
app.whenReady = () => Promise.all([ready, attached]).then(() => {});

// The app finds the folder named to it by its place among the words.
process.argv.splice(process.argv.indexOf(__filename) - 1, 2);
