import { expect, test } from 'vitest';
import { type DoctorReport, desktopFinding, withDesktop } from '../../../core/contract/doctor';

const git = { name: 'git', state: 'ok', required: true, detail: '2.43.0', hint: null } as const;
const reportOf = (running: string | null, known: string | null): DoctorReport => ({
  ok: true,
  findings: [git, desktopFinding(running, known)],
});

test('a desktop runtime that whoever asks knows of is told, though the runtime was started without knowing one', () => {
  const [first, told] = withDesktop(reportOf(null, null), '/opt/electron').findings;
  expect(first).toEqual(git);
  expect(told).toMatchObject({ state: 'ok', detail: '/opt/electron', hint: null });
});

test('a runtime that runs in one, or knows one, is believed', () => {
  for (const report of [reportOf('45.4.1', null), reportOf(null, '/opt/other')])
    expect(withDesktop(report, '/opt/electron')).toEqual(report);
});

test('where nobody knows of one it is not said that there is none, but who needs it', () => {
  const { findings } = withDesktop(reportOf(null, null), null);
  expect(findings.at(-1)).toMatchObject({ state: 'warning', detail: expect.stringContaining('not known here') });
});
