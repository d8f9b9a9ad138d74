import { type MouseEvent, type ReactNode, useRef, useState } from 'react';
import { type Answer, isDecided, type Request } from '../../core/contract/request';
import { ruleWords } from '../../core/contract/rule';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { PatchLines } from '../parts/patch';
import { useApp, useDoing } from '../state/app';
import { answerRequest } from '../state/commands';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { useStore } from '../state/store';
import { clean, cleanLine } from '../text/clean';
import { Prose } from '../text/prose';
import { alwaysOf, type Choice, choicesOf, decide, tell } from './answers';
import { RuleText } from './rule-text';
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
        // Where one choice is the whole answer, nothing is left to send.
        sendText={
          decides || !(request.allowsText || request.multiple)
            ? null
            : (event) => readable.takes(pressOf(event)) && sendText()
        }
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

function Choices(props: {
  readonly choices: readonly Choice[];
  readonly multiple: boolean;
  readonly ticked: readonly number[];
  readonly doing: string | null;
  readonly active: boolean;
  /** Answers are taken now. */
  readonly ready: boolean;
  readonly choose: (choice: Choice, answered: Answered) => void;
  readonly sendText: ((event: MouseEvent) => unknown) | null;
  /** There is a field whose key sends. */
  readonly byKey: boolean;
  readonly reply: (() => void) | null;
}): ReactNode {
  if (props.doing !== null) {
    return (
      <p className="request-doing" role="status">
        {props.doing}
      </p>
    );
  }
  const tall = props.choices.some(({ description, key }) => key === 'digit' && description !== '');
  return (
    <div className={tall ? 'choices choices-tall' : 'choices'}>
      {props.choices.map((choice) => {
        const isTicked = choice.option !== null && props.ticked.includes(choice.option);
        return (
          <button
            key={`${choice.key}.${choice.option}`}
            type="button"
            className={`button choice ${choice.tone === 'plain' ? '' : `button-${choice.tone}`} ${keyless(choice, props.active)}`}
            aria-pressed={choice.answer === null ? isTicked : undefined}
            aria-disabled={(choice.answer !== null && !props.ready) || undefined}
            onClick={(event) => props.choose(choice, pressOf(event))}
          >
            {props.active && <ChoiceKey choice={choice} />}
            <span className="choice-label" dir="auto">
              {choice.answer === null && <span aria-hidden="true">{isTicked ? '☑ ' : '☐ '}</span>}
              {cleanLine(choice.label)}
              {choice.description !== '' && <span className="choice-about">{cleanLine(choice.description)}</span>}
            </span>
          </button>
        );
      })}
      {props.reply !== null && (
        <Button look="quiet" className={props.active ? '' : 'keyless'} onClick={props.reply}>
          {props.active && <Keys keys="r" />} Reply
        </Button>
      )}
      {props.sendText !== null && (
        <Button
          look={props.choices.length === 0 || props.multiple ? 'primary' : 'plain'}
          waits={!props.ready}
          onClick={props.sendText}
        >
          Send answer {props.byKey && <Keys keys="mod+Enter" />}
        </Button>
      )}
    </div>
  );
}

/** What would be allowed from now on, and how far that reaches. */
function Always(props: {
  readonly request: Request;
  readonly choices: readonly Choice[];
  readonly active: boolean;
  readonly ready: boolean;
  readonly choose: (choice: Choice, answered: Answered) => void;
}): ReactNode {
  const { request, choices, active } = props;
  const [offer] = request.rules;
  if (offer === undefined) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own, and these are buttons.
    <div className="always" role="group" aria-labelledby={`always-${request.id}`}>
      <p id={`always-${request.id}`} className="always-words">
        Always allow <RuleText words={ruleWords(offer.match)} />
      </p>
      {choices.map((choice) => (
        <Button
          key={choice.label}
          look="quiet"
          className={keyless(choice, active)}
          waits={!props.ready}
          onClick={(event) => props.choose(choice, pressOf(event))}
        >
          {active && <ChoiceKey choice={choice} />} {choice.label}
        </Button>
      ))}
    </div>
  );
}

function ChoiceKey({ choice }: { readonly choice: Choice }): ReactNode {
  const key = keyOf(choice);
  return key === null ? null : <Keys keys={key} />;
}

function keyOf({ key, digit }: Choice): string | null {
  if (key !== 'digit') return key === 'allow' ? 'a' : 'd';
  return digit === null ? null : `${digit}`;
}

/** A choice whose key is not shown is as wide as with it: when the keys come, no other one may lie under the pointer. */
function keyless(choice: Choice, active: boolean): string {
  return active || keyOf(choice) === null ? '' : 'keyless';
}
