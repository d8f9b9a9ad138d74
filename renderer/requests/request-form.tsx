import { type MouseEvent, type ReactNode, useRef, useState } from 'react';
import { type Answer, isDecided, type Request } from '../../core/contract/request';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Note } from '../parts/note';
import { PatchLines } from '../parts/patch';
import { useApp, useDoing } from '../state/app';
import { answerRequest } from '../state/commands';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { useStore } from '../state/store';
import { clean, cleanLine } from '../text/clean';
import { Prose } from '../text/prose';
import { alwaysOf, type Choice, choicesOf, decide, howToAnswer, tell } from './answers';
import { Always, Choices, SendAnswer } from './choices';
import { type Answered, pressOf, useReadable } from './shown';

/**
 * A request with everything needed to answer it where it stands: what is asked, the exact command or diff, and the
 * answers with their keys. The keys work while `active`, and no answer is taken before it could be read.
 */
export function RequestForm(props: {
  readonly request: Request;
  readonly active: boolean;
  /** The person brought the keys here. */
  readonly steered?: boolean;
}): ReactNode {
  const { request, active } = props;
  const app = useApp();
  const doing = useDoing(`request:${request.id}`);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [ticked, setTicked] = useState<readonly number[]>([]);
  const draftName = `request:${request.id}`;
  const text = useStore(app.drafts, (drafts) => drafts[draftName] ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const choices = choicesOf(request);
  const always = alwaysOf(request);
  const decides = isDecided(request.kind);
  const readable = useReadable(request.id, active, props.steered ?? false);
  const [wantsReason, setWantsReason] = useState(false);
  const writes = decides ? wantsReason || text !== '' : request.allowsText;
  const reply = (): void => {
    setWantsReason(true);
    // The field is there only after the next paint when it was folded away.
    setTimeout(() => field.current?.focus(), 0);
  };

  const send = async (answer: Answer): Promise<void> => {
    setFailure(null);
    const failed = await answerRequest(app, request, answer);
    if (failed === null) app.drafts.update((drafts) => withDraft(drafts, draftName, ''));
    else setFailure(failed);
  };
  const choose = (choice: Choice, answered: Answered): void => {
    if (choice.answer === null) {
      const option = choice.option ?? 0;
      setTicked((old) => (old.includes(option) ? old.filter((value) => value !== option) : [...old, option]));
    } else if (readable.takes(answered)) void send(withReason(choice.answer, text));
  };
  const sendText = (): void => {
    if (decides) void send(decide('deny', text));
    else if (text.trim() !== '' || ticked.length > 0) void send(tell(ticked, text));
  };

  // Where one choice is the whole answer, nothing is left to send.
  const sends = !decides && (request.allowsText || request.multiple);
  const sendNow = (event: MouseEvent): unknown => readable.takes(pressOf(event)) && sendText();

  const byKey =
    (key: Choice['key']): ((at: number) => unknown) =>
    (at) => {
      const choice = choices.find((one) => one.key === key);
      if (choice === undefined || doing !== null) return false;
      choose(choice, { by: 'key', at });
      return true;
    };
  return (
    <div className="request" data-answerable={readable.ready || undefined}>
      {request.body !== '' && <Prose text={request.body} />}
      {request.tool?.command != null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long command must be readable by keyboard.
        <pre className="code request-command" tabIndex={0}>
          {clean(request.tool.command)}
        </pre>
      )}
      {request.tool?.diff != null && <PatchLines patch={request.tool.diff} />}
      {request.tool !== null && request.tool.diff === null && request.tool.command === null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
        <pre className="code request-input" tabIndex={0}>
          {clean(request.tool.input)}
        </pre>
      )}
      {request.tool !== null &&
        request.tool.input !== '' &&
        (request.tool.diff !== null || request.tool.command !== null) && (
          <details className="fold">
            <summary>Everything sent to {cleanLine(request.tool.name)}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: as above. */}
            <pre className="code request-input" tabIndex={0}>
              {clean(request.tool.input)}
            </pre>
          </details>
        )}
      {writes && (
        <Growing
          field={field}
          label={decides ? 'What the agent is told beside your decision' : 'Your answer'}
          text={text}
          onText={(value) => app.drafts.update((drafts) => withDraft(drafts, draftName, value))}
          onSend={sendText}
        />
      )}
      {/* Beside the field it sends, away from what answers at once. */}
      {sends && !request.multiple && doing === null && (
        <SendAnswer
          look={choices.length === 0 ? 'primary' : 'plain'}
          waits={!readable.ready || text.trim() === ''}
          send={sendNow}
        />
      )}
      {failure !== null && (
        <Note kind="failed" actions={<Button onClick={() => setFailure(null)}>Close</Button>}>
          {cleanLine(failure.message)}
        </Note>
      )}
      <Choices
        choices={choices}
        multiple={request.multiple}
        ticked={ticked}
        doing={doing}
        active={active}
        choose={choose}
        ready={readable.ready}
        how={howToAnswer(request, text)}
        sendText={sends && request.multiple ? sendNow : null}
        byKey={writes}
        reply={decides && !writes ? reply : null}
      />
      {always.length > 0 && doing === null && (
        <Always request={request} choices={always} active={active} ready={readable.ready} choose={choose} />
      )}
      {active && (
        <FormKeys
          allow={byKey('allow')}
          deny={byKey('deny')}
          choices={[...choices, ...always]}
          choose={choose}
          reply={reply}
          busy={doing !== null}
        />
      )}
    </div>
  );
}

/** Text beside a decision is the reason the agent is told. */
function withReason(answer: Answer, text: string): Answer {
  return text.trim() === '' ? answer : { ...answer, text };
}

function FormKeys(props: {
  readonly allow: (at: number) => unknown;
  readonly deny: (at: number) => unknown;
  readonly choices: readonly Choice[];
  readonly choose: (choice: Choice, answered: Answered) => void;
  readonly reply: () => void;
  readonly busy: boolean;
}): ReactNode {
  useActions(
    {
      allow: props.allow,
      deny: props.deny,
      reply: props.reply,
    },
    (digit, at) => {
      const choice = props.choices.find((one) => one.digit === digit);
      if (choice === undefined || props.busy) return false;
      props.choose(choice, { by: 'key', at });
      return true;
    },
  );
  return null;
}
