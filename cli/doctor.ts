import { type DoctorReport, type Finding, withDesktop } from '../core/contract/doctor';
import type { Command, Surroundings } from './command';
import { here } from './hint';
import { plainLine } from './plain';

const marks: Readonly<Record<Finding['state'], string>> = { ok: '✓', warning: '!', missing: '✕' };

/** Looks at what the main job needs. Works with and without a runtime, and starts none. */
export const doctor: Command = {
  words: ['doctor'],
  usage: '',
  summary: 'What the main job needs and whether it is there; exit code 1 when it cannot run',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['doctor', 'doctor --json'],
  async run(_given, around) {
    const report = await examine(around);
    const lines = report.findings.map((finding) => {
      const hint = here(finding.hint ?? '', around.program)
        .split('\n')
        .map((line) => (line === '' ? '' : `\n    ${plainLine(line, 300)}`));
      return `${marks[finding.state]} ${finding.name}: ${plainLine(here(finding.detail, around.program), 5000)}${hint.join('')}\n`;
    });
    const verdict = report.ok
      ? 'The main job can run.\n'
      : 'The main job cannot run until what is marked ✕ is there.\n';
    return { json: report, text: `${lines.join('')}${verdict}`, exit: report.ok ? 0 : 1 };
  },
};

async function examine(around: Surroundings): Promise<DoctorReport> {
  const connection = await around.attach();
  if (connection !== null) {
    try {
      // A runtime in the background knows what there was when it was started, and from whom.
      return withDesktop(await connection.client.runtime.doctor(), around.desktop);
    } finally {
      connection.close();
    }
  }
  const [{ createRoster }, { diagnose, readStore }] = await Promise.all([
    import('../core/roster'),
    import('../core/doctor'),
  ]);
  const { config } = around;
  const { settings, decisions } = await readStore(config);
  const agents = createRoster({ config, askHuman: null, settings: () => settings, log: () => {} });
  return diagnose({
    config,
    agents: await agents.located(true),
    desktop: around.desktop,
    decisions,
    variables: await agents.named(),
    pidNamespace: settings.pidNamespace,
    natsUrl: settings.natsUrl,
  });
}
