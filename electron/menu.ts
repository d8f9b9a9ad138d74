import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { WindowCommand } from '../core/contract/bridge';

/** Sets the application menu. Every entry of ours has an id and sends one word to the window. */
export function setMenu(send: (command: WindowCommand) => void): void {
  const entry = (id: WindowCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => send(id),
  });
  const mac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: 'File',
      submenu: [
        entry('new-task', 'New task', 'CmdOrCtrl+N'),
        entry('add-repository', 'Add repository…', 'CmdOrCtrl+O'),
        { type: 'separator' },
        entry('settings', 'Settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        entry('inbox', 'Inbox', 'CmdOrCtrl+Shift+I'),
        entry('palette', 'Commands…', 'CmdOrCtrl+K'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged
          ? []
          : [{ type: 'separator' as const }, { role: 'toggleDevTools' as const, accelerator: 'F12' }]),
      ],
    },
    { role: 'windowMenu' },
    { label: 'Help', role: 'help', submenu: [entry('help', 'Keys and help', 'F1')] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
