import { type ReactNode, useRef, useState } from 'react';
import { type Rule, ruleVerb, ruleWords } from '../../core/contract/rule';
import { Button } from '../parts/button';
import { Empty, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { RuleText } from '../requests/rule-text';
import { useApp, useDoing, useModel } from '../state/app';
import { carryOut, openTask } from '../state/commands';
import type { Failure } from '../state/failure';
import { nameOfPath } from '../state/places';
import { useResource } from '../state/resource';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';

/** What is allowed without asking, each with where it holds, what it has done, and the way to take it back. */
export function Rules(): ReactNode {
  const seen = useModel((model) => model.rulesSeen);
  const { value, failure, reload } = useResource(`rules ${seen}`, (client) => client.rules.list({ revoked: false }));
  const last = useRef<readonly Rule[] | null>(null);
  // While it is asked for anew the list stays as it was.
  if (value !== null) last.current = value;
  const rules = value ?? last.current;
  return (
    <SheetFrame
      title="Rules"
      about="Each was made by you while allowing a request. What it covers is allowed without asking, and recorded as a decision."
    >
      <div className="sheet-body rules">
        {failure !== null && (
          <Note kind="failed" actions={<Button onClick={reload}>Look again</Button>}>
            {cleanLine(failure.message)}
          </Note>
        )}
        {rules === null && failure === null && <Skeleton lines={4} />}
        {rules?.length === 0 && (
          <Empty title="Nothing is allowed without asking">
            When an agent asks to run a command or to use a tool, “Always allow” under the question makes a rule.
          </Empty>
        )}
        {rules !== null && rules.length > 0 && <List rules={rules} />}
      </div>
    </SheetFrame>
  );
}

function List({ rules }: { readonly rules: readonly Rule[] }): ReactNode {
  return (
    <ul>
      {rules.map((rule) => (
        <RuleItem key={rule.id} rule={rule} />
      ))}
    </ul>
  );
}

function RuleItem({ rule }: { readonly rule: Rule }): ReactNode {
  const app = useApp();
  const about = `rule:${rule.id}`;
  const doing = useDoing(about);
  const [failure, setFailure] = useState<Failure | null>(null);
  const revoke = async (): Promise<void> => {
    const ended = await carryOut(app, { about, sentence: 'Taking back…' }, (client) =>
      client.rules.revoke({ rule: rule.id }),
    );
    setFailure(ended.ok ? null : ended.failure);
  };
  return (
    <li className="rule">
      <div className="rule-facts">
        <p className="rule-words">
          <b>{cleanLine(rule.agent)}</b> may {ruleVerb(rule.match)} <RuleText words={ruleWords(rule.match)} />
        </p>
        <p className="quiet">
          {rule.scope === 'session'
            ? 'In one session of '
            : `Everywhere in ${cleanLine(nameOfPath(rule.repository))} · made in `}
          <button type="button" className="link" onClick={() => openTask(app, rule.task, 'conversation')}>
            {cleanLine(rule.taskTitle)}
          </button>
          {rule.scope === 'session' ? ' · made ' : ', '}
          <Ago at={rule.createdAt} />
          {' · '}
          {rule.lastUsedAt === null ? 'never used' : `used ${count(rule.uses, 'time')}, last `}
          {rule.lastUsedAt !== null && <Ago at={rule.lastUsedAt} />}
        </p>
        {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      </div>
      <Button className="rule-revoke" look="danger" doing={doing} onClick={() => void revoke()}>
        Revoke
      </Button>
    </li>
  );
}
