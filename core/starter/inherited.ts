import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The bit by which Linux shows that a descriptor is closed when another program is run. */
const closeOnExec = 0o2000000;

/**
 * Closes what whoever started this process had open and left to it, above the last descriptor that is meant for it. A desktop
 * app leaves it the lines to its windows, whose processes live for as long as somebody holds one. To be called before
 * anything is opened here: no socket is this process's own by then, and whatever Node opened itself is closed on exec. Does
 * nothing elsewhere than on Linux.
 */
export function closeInherited(last: number): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) {
    if (Number(name) <= last) continue;
    try {
      if (readlinkSync(`/proc/self/fd/${name}`).startsWith('socket:') || isLeftOpen(name)) closeSync(Number(name));
    } catch {
      // It was open for this very listing.
    }
  }
}

function isLeftOpen(descriptor: string): boolean {
  const [, flags = '0'] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
  return (Number.parseInt(flags, 8) & closeOnExec) === 0;
}
