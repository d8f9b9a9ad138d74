import type { MouseEvent, ReactNode } from 'react';
import type { Request } from '../../core/contract/request';
import { ruleWords } from '../../core/contract/rule';
import { Button } from '../parts/button';
import { Keys } from '../parts/hint';
import { cleanLine } from '../text/clean';
import type { Choice } from './answers';
import { RuleText } from './rule-text';
import { type Answered, pressOf } from './shown';

/** The buttons of a request, with how they answer where that is not seen by them; or what is being done. */
export function Choices(props: {
  readonly choices: readonly Choice[];
  readonly multiple: boolean;
  readonly ticked: readonly number[];
  readonly doing: string | null;
  readonly active: boolean;
  /** Answers are taken now. */
  readonly ready: boolean;
  readonly choose: (choice: Choice, answered: Answered) => void;
  /** Said over them; null for nothing. */
  readonly how: string | null;
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
  const buttons = (
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
        <SendAnswer look="primary" waits={!props.ready} send={props.sendText} hasKey={props.byKey} />
      )}
    </div>
  );
  if (props.how === null) return buttons;
  return (
    <fieldset className="choices-group">
      <legend className="choices-how">{props.how}</legend>
      {buttons}
    </fieldset>
  );
}

/** Sends what was written or ticked. */
export function SendAnswer(props: {
  readonly look: 'primary' | 'plain';
  readonly waits: boolean;
  /** There is a field whose key does it, too. */
  readonly hasKey?: boolean;
  readonly send: (event: MouseEvent) => unknown;
}): ReactNode {
  return (
    <Button className="send-answer" look={props.look} waits={props.waits} onClick={props.send}>
      Send answer {props.hasKey !== false && <Keys keys="mod+Enter" />}
    </Button>
  );
}

/** What would be allowed from now on, and how far that reaches. */
export function Always(props: {
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
