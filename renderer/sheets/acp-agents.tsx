import { type ReactNode, useState } from 'react';
import type { Settings } from '../../core/contract/settings';
import { Button } from '../parts/button';
import { cleanLine } from '../text/clean';

type AcpAgent = Settings['acpAgents'][number];

/** More agents that speak the Agent Client Protocol: a name, a command and its arguments, one argument a line. */
export function AcpAgents(props: {
  readonly agents: readonly AcpAgent[];
  readonly save: (agents: AcpAgent[]) => Promise<void>;
}): ReactNode {
  const [name, setName] = useState('');
  const [command, setCommand] = useState('');
  const [args, setArgs] = useState('');
  const add = (): void => {
    const agent = { name: name.trim(), command: command.trim(), args: args.split('\n').filter((line) => line !== '') };
    void props.save([...props.agents.filter((one) => one.name !== agent.name), agent]);
    setName('');
    setCommand('');
    setArgs('');
  };
  return (
    <section className="field-row" aria-labelledby="acp">
      <h3 id="acp" className="field-label">
        More ACP agents
      </h3>
      <p className="field-help">Any program that speaks the Agent Client Protocol on its standard input and output.</p>
      <ul className="acp-list">
        {props.agents.map((agent) => (
          <li key={agent.name}>
            <strong>{agent.name}</strong>
            <code className="ellipsis">{cleanLine([agent.command, ...agent.args].join(' '))}</code>
            <Button look="quiet" onClick={() => void props.save(props.agents.filter((one) => one.name !== agent.name))}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <div className="acp-new">
        <input
          className="field"
          aria-label="Name"
          placeholder="Name"
          value={name}
          spellCheck={false}
          onChange={(event) => setName(event.target.value.toLowerCase())}
        />
        <input
          className="field mono"
          aria-label="Command"
          placeholder="Command"
          value={command}
          spellCheck={false}
          onChange={(event) => setCommand(event.target.value)}
        />
        <textarea
          className="field mono"
          aria-label="Arguments, one a line"
          placeholder="Arguments, one a line"
          rows={1}
          value={args}
          spellCheck={false}
          onChange={(event) => setArgs(event.target.value)}
        />
        <Button onClick={add} disabled={!/^[a-z][a-z0-9-]{0,30}$/.test(name.trim()) || command.trim() === ''}>
          Add
        </Button>
      </div>
    </section>
  );
}
