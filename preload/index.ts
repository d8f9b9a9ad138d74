import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { type Bridge, portMessage, type WindowCommand } from '../core/contract/bridge';

const bridge: Bridge = {
  platform: process.platform,
  pathForFile(file) {
    // Runtimes before Electron 29 have no webUtils and give the path on the file itself.
    if (webUtils?.getPathForFile) return webUtils.getPathForFile(file as File);
    return (file as { readonly path?: string }).path ?? '';
  },
  pickFolder: () => ipcRenderer.invoke('switchyard:pick-folder'),
  showFolder: (path) => ipcRenderer.send('switchyard:show-folder', path),
  openLink: (url) => ipcRenderer.send('switchyard:open-link', url),
  ready: () => ipcRenderer.send('switchyard:ready'),
  flush: () => ipcRenderer.send('switchyard:flush'),
  onCommand(hear) {
    const listener = (_event: unknown, command: WindowCommand) => hear(command);
    ipcRenderer.on('switchyard:command', listener);
    return () => ipcRenderer.off('switchyard:command', listener);
  },
};

// A port cannot pass the bridge itself; the page gets it as a message only its own origin can read.
ipcRenderer.on('switchyard:port', (event) => window.postMessage(portMessage, window.location.origin, event.ports));
contextBridge.exposeInMainWorld('switchyard', bridge);
