import { type ReactNode, useState } from 'react';
import type { SettingName, Settings } from '../../core/contract/settings';
import type { PermissionLevel } from '../../core/contract/task';
import { AgentFacts } from '../agents/facts';
import { agentWord } from '../agents/words';
import { Button } from '../parts/button';
import { Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { type App, useApp, useModel } from '../state/app';
import { carryOut } from '../state/commands';
import type { Failure } from '../state/failure';
import { levelWords } from '../task/words';
import { cleanLine } from '../text/clean';
import { AcpAgents } from './acp-agents';
import { Budgets } from './budgets';
import { Landings } from './landings';
import { QuietHours } from './quiet-hours';
import { Row } from './row';
import { TerminalSettings } from './terminal-settings';

/** The few settings there are. Each is saved as it is changed. */
export function SettingsSheet(): ReactNode {
  const settings = useModel((model) => model.settings);
  return (
    <SheetFrame title="Settings" about="Changes hold at once. Tasks already running keep what they started with.">
      {settings === null ? <Skeleton lines={6} /> : <Rows settings={settings} />}
    </SheetFrame>
  );
}

function Rows({ settings }: { readonly settings: Settings }): ReactNode {
  const app = useApp();
  const agents = useModel((model) => model.agents);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [names, setNames] = useState(settings.passEnvironment.join(', '));
  const set = async <N extends SettingName>(name: N, value: Settings[N]): Promise<void> =>
    setFailure(await saveSetting(app, name, value));
  return (
    <div className="sheet-body">
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {app.bridge.signOut !== null && (
        <Row
          id="sign-out"
          label="This browser"
          help="It is signed in until you sign out, or for twelve hours. Notifications come from the desktop app alone."
        >
          <Button id="sign-out" aria-label="Sign out of this browser" onClick={app.bridge.signOut}>
            Sign out
          </Button>
        </Row>
      )}
      <Row id="theme" label="Theme">
        <select
          id="theme"
          className="choose"
          value={settings.theme}
          onChange={(event) => void set('theme', event.target.value as Settings['theme'])}
        >
          <option value="system">As the system</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </Row>
      <Row id="concurrency" label="Tasks at once" help="Tasks that wait for you do not count.">
        <input
          id="concurrency"
          className="field number"
          type="number"
          min={1}
          max={32}
          defaultValue={settings.concurrency}
          onBlur={(event) => {
            const value = event.target.valueAsNumber;
            if (Number.isInteger(value) && value !== settings.concurrency) void set('concurrency', value);
          }}
        />
      </Row>
      <Row id="default-agent" label="Agent of a new task">
        <select
          id="default-agent"
          className="choose"
          value={settings.defaultAgent}
          onChange={(event) => void set('defaultAgent', event.target.value)}
        >
          {!agents.some(({ name }) => name === settings.defaultAgent) && (
            <option value={settings.defaultAgent}>{settings.defaultAgent}</option>
          )}
          {agents.map(({ name, label, found }) => (
            <option key={name} value={name}>
              {cleanLine(label)}
              {found ? '' : ' (not installed)'}
            </option>
          ))}
        </select>
      </Row>
      <Row
        id="default-level"
        label="Permission level of a new task"
        help={levelWords[settings.defaultPermissionLevel].about}
      >
        <select
          id="default-level"
          className="choose"
          value={settings.defaultPermissionLevel}
          onChange={(event) => void set('defaultPermissionLevel', event.target.value as PermissionLevel)}
        >
          {Object.entries(levelWords).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </Row>
      <Row
        id="pass"
        label="Environment passed to agents"
        help="Names of variables agents may see beyond the basic ones, with commas between. Keys are never passed unless named here."
      >
        <input
          id="pass"
          className="field mono"
          value={names}
          placeholder="ANTHROPIC_API_KEY, HTTPS_PROXY"
          spellCheck={false}
          onChange={(event) => setNames(event.target.value)}
          onBlur={() => {
            const list = names.split(/[\s,]+/).filter(Boolean);
            if (list.join() !== settings.passEnvironment.join()) void set('passEnvironment', list);
          }}
        />
      </Row>
      <Row
        id="notify-finished"
        label="Tell when a task is finished"
        help="Quietly, when it is ready for review, answered or failed. What waits for you is always told."
      >
        <input
          id="notify-finished"
          type="checkbox"
          checked={settings.notifyFinished}
          onChange={(event) => void set('notifyFinished', event.target.checked)}
        />
      </Row>
      <QuietHours hours={settings.quietHours} save={(hours) => void set('quietHours', hours)} />
      <TerminalSettings settings={settings} set={set} />
      <section className="field-row">
        <h3 className="field-label">Agents on this machine</h3>
        <div className="agents">
          {agents.length === 0 && <p className="quiet">Looking for agents…</p>}
          {agents.map((agent) => (
            <details key={agent.name} className="fold">
              <summary>
                {cleanLine(agent.label)}{' '}
                <span className="quiet">
                  {agentWord(agent) === 'ok' ? (agent.version ?? 'found') : agentWord(agent)}
                </span>
              </summary>
              <AgentFacts agent={agent} />
            </details>
          ))}
        </div>
      </section>
      <Budgets settings={settings} set={set} />
      <Landings />
      <AcpAgents agents={settings.acpAgents} save={(value) => set('acpAgents', value)} />
    </div>
  );
}

async function saveSetting<N extends SettingName>(app: App, name: N, value: Settings[N]): Promise<Failure | null> {
  const before = app.model.get().settings;
  // Shown at once; put back when the core refuses.
  app.model.update((model) =>
    model.settings === null ? model : { ...model, settings: { ...model.settings, [name]: value } },
  );
  const ended = await carryOut(app, { about: `setting:${name}`, sentence: 'Saving…' }, (client) =>
    client.settings.set({ name, value }),
  );
  app.model.update((model) => ({ ...model, settings: ended.ok ? ended.value : before }));
  return ended.ok ? null : ended.failure;
}
