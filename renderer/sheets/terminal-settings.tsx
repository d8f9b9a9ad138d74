import { type ReactNode, useState } from 'react';
import type { SettingName, Settings } from '../../core/contract/settings';
import { Row } from './row';

/** How terminals look and what becomes of them. Each is saved as it is changed. */
export function TerminalSettings(props: {
  readonly settings: Settings;
  readonly set: <N extends SettingName>(name: N, value: Settings[N]) => Promise<void>;
}): ReactNode {
  const { settings, set } = props;
  const [font, setFont] = useState(settings.terminalFont);
  return (
    <>
      <Row id="terminal-font" label="Typeface of terminals" help="One of this machine’s; empty for JetBrains Mono.">
        <input
          id="terminal-font"
          className="field"
          value={font}
          placeholder="JetBrains Mono"
          spellCheck={false}
          onChange={(event) => setFont(event.target.value)}
          onBlur={() => {
            if (font.trim() !== settings.terminalFont) void set('terminalFont', font.trim());
          }}
        />
      </Row>
      <Row id="terminal-size" label="Size of their text, in pixels">
        <input
          id="terminal-size"
          className="field number"
          type="number"
          min={8}
          max={32}
          defaultValue={settings.terminalFontSize}
          onBlur={(event) => {
            const value = event.target.valueAsNumber;
            if (Number.isInteger(value) && value !== settings.terminalFontSize) void set('terminalFontSize', value);
          }}
        />
      </Row>
      <YesNo
        id="terminal-copy"
        label="Copy what is selected in a terminal"
        value={settings.terminalCopyOnSelect}
        set={(value) => void set('terminalCopyOnSelect', value)}
      />
      <YesNo
        id="terminal-keep"
        label="Keep terminals running after you quit"
        help="They outlive a crash either way. Their programs go on in the background until you end them. Without this, quitting asks when programs run on them."
        value={settings.keepTerminals}
        set={(value) => void set('keepTerminals', value)}
      />
    </>
  );
}

function YesNo(props: {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly value: boolean;
  readonly set: (value: boolean) => void;
}): ReactNode {
  const { id, label, help, value, set } = props;
  return (
    <Row id={id} label={label} {...(help === undefined ? {} : { help })}>
      <input id={id} type="checkbox" checked={value} onChange={(event) => set(event.target.checked)} />
    </Row>
  );
}
