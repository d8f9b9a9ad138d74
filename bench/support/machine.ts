import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures of a run were measured on, as one line. `more` names what else they depend on. */
export function machine(...more: readonly string[]): string {
  const cores = cpus();
  const [load = 0] = loadavg();
  return [
    `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    ...more,
    `load ${load.toFixed(1)}`,
  ].join(', ');
}
