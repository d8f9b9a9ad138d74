import { type ReactNode, useState } from 'react';
import type { DoctorReport } from '../../core/contract/doctor';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import { carryOut } from '../state/commands';
import type { Failure } from '../state/failure';
import { cleanLine } from '../text/clean';

/** Looks on demand at what the main job needs on the machine, and says what of it is missing and what to do. */
export function Problems(): ReactNode {
  const app = useApp();
  const doing = useDoing('doctor');
  const [report, setReport] = useState<DoctorReport | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const look = async (): Promise<void> => {
    const ended = await carryOut(app, { about: 'doctor', sentence: 'Looking…' }, (client) => client.runtime.doctor());
    setFailure(ended.ok ? null : ended.failure);
    if (ended.ok) setReport(ended.value);
  };
  const found = report?.findings.filter(({ state }) => state !== 'ok') ?? [];
  return (
    <div className="monitor-problems">
      <Button doing={doing} onClick={() => void look()}>
        Look for problems
      </Button>
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {report !== null && found.length === 0 && <p role="status">Nothing is missing.</p>}
      {found.map(({ name, state, detail, hint }) => (
        <Note key={name} kind={state === 'missing' ? 'failed' : 'warning'}>
          <b>{cleanLine(name)}</b>: {cleanLine(detail)}
          {hint !== null && <span className="quiet"> {cleanLine(hint)}</span>}
        </Note>
      ))}
    </div>
  );
}
