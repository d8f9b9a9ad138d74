import { spawn } from 'node:child_process';
import { platform } from 'node:os';

/** Opens an address in the person's browser. False when nobody would see it, or the system has nothing to open it with. */
export function browse(url: string): boolean {
  const [command, ...args] = opener(url);
  if (command === undefined) return false;
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  // Where it cannot be started the address is on the terminal all the same.
  child.on('error', () => {});
  child.unref();
  return child.pid !== undefined;
}

function opener(url: string): readonly string[] {
  if (platform() === 'darwin') return ['open', url];
  if (platform() === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return DISPLAY || WAYLAND_DISPLAY ? ['xdg-open', url] : [];
}
