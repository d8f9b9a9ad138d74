import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import type { SearchAnswer } from '../../core/contract/search';
import { type TaskState, taskStates } from '../../core/contract/task';
import { useFocusBack } from '../parts/focus-back';
import { lookWords } from '../parts/glyph';
import { Icon } from '../parts/icon';
import { usePhone } from '../parts/media';
import { useApp, useModel } from '../state/app';
import { showSheet } from '../state/commands';
import { withDraft } from '../state/drafts';
import { goToFound } from '../state/found';
import type { Resource } from '../state/resource';
import { useSearch } from '../state/search';
import { useStore } from '../state/store';
import { cleanLine } from '../text/clean';
import { FoundItem } from './found-item';
import { footWords } from './search-words';
import { useSelectedInView } from './selected-in-view';

const draft = 'search';

/** Every task and every conversation, searched by words; Enter goes to the very place. */
export function SearchSheet({ words }: { readonly words: string }): ReactNode {
  const app = useApp();
  // What was looked for last is still there the next time, and is typed over when it is not wanted.
  const typed = useStore(app.drafts, (drafts) => drafts[draft] ?? '');
  const [begun, setBegun] = useState(words === '');
  const shown = begun ? typed : words;
  const repositories = useModel((model) => model.repositories);
  const agents = useModel((model) => model.agents);
  const [repository, setRepository] = useState('');
  const [agent, setAgent] = useState('');
  const [state, setState] = useState<TaskState | ''>('');
  const answer = useSearch({
    words: shown,
    ...(repository === '' ? {} : { repository: Number(repository) }),
    ...(agent === '' ? {} : { agent }),
    ...(state === '' ? {} : { states: [state] }),
  });
  const [picked, setPicked] = useState('');
  const found = answer.value?.found ?? [];
  // An answer that comes later takes what was picked in the one before with it: then the first is meant.
  const at = found.some((one) => nameOf(one) === picked) ? picked : nameOf(found[0]);
  const list = useSelectedInView(shown, answer.value);
  const focus = useFocusBack(true);
  const type = (text: string): void => {
    setBegun(true);
    app.drafts.update((drafts) => withDraft(drafts, draft, text));
  };
  const phone = usePhone();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && showSheet(app, null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="sheet-shade" />
        <Dialog.Content className="sheet palette search" aria-describedby={undefined} onCloseAutoFocus={focus.giveBack}>
          <Dialog.Title className="unseen">Search all conversations</Dialog.Title>
          {phone && (
            <Dialog.Close className="button button-quiet button-icon search-close" aria-label="Close">
              <Icon name="close" />
            </Dialog.Close>
          )}
          <Command shouldFilter={false} label="Search all conversations" loop value={at} onValueChange={setPicked}>
            <Command.Input
              className="palette-field"
              value={shown}
              maxLength={500}
              onValueChange={type}
              onFocus={(event) => event.currentTarget.select()}
              placeholder="Search all conversations"
            />
            <div className="search-narrow">
              <Narrow name="Repository" all="All repositories" value={repository} onValue={setRepository}>
                {repositories.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {cleanLine(name)}
                  </option>
                ))}
              </Narrow>
              <Narrow name="Agent" all="All agents" value={agent} onValue={setAgent}>
                {agents.map(({ name, label }) => (
                  <option key={name} value={name}>
                    {label}
                  </option>
                ))}
              </Narrow>
              <Narrow name="State" all="Any state" value={state} onValue={(value) => setState(value as TaskState | '')}>
                {taskStates.map((each) => (
                  <option key={each} value={each}>
                    {lookWords[each]}
                  </option>
                ))}
              </Narrow>
            </div>
            <Command.List ref={list} className="palette-list" aria-busy={answer.loading}>
              <Places answer={answer} words={shown} go={(place) => goToFound(app, { ...place, words: shown })} />
            </Command.List>
            <Foot answer={answer} />
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Narrow(props: {
  readonly name: string;
  readonly all: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <select
      className="field search-select"
      aria-label={props.name}
      value={props.value}
      // The list of places has the arrows and Enter; here they choose.
      onKeyDown={(event) => event.key !== 'Escape' && event.stopPropagation()}
      onChange={(event) => props.onValue(event.target.value)}
    >
      <option value="">{props.all}</option>
      {props.children}
    </select>
  );
}

function Places(props: {
  readonly answer: Resource<SearchAnswer>;
  readonly words: string;
  readonly go: (found: SearchAnswer['found'][number]) => void;
}): ReactNode {
  const { answer, words, go } = props;
  if (answer.failure !== null) return <p className="palette-none">{cleanLine(answer.failure.message)}</p>;
  if (words.trim() === '') {
    return (
      <p className="palette-none">
        Finds what you and the agents wrote, what tools did and printed, and what tasks are called. Words in quotes
        stand next to each other.
      </p>
    );
  }
  if (answer.value === null) return null;
  if (answer.value.found.length === 0) {
    return answer.loading || answer.value.index.state === 'building' ? null : (
      <p className="palette-none">Nothing has all of “{words.trim()}”.</p>
    );
  }
  return answer.value.found.map((found) => (
    <Command.Item
      key={nameOf(found)}
      value={nameOf(found)}
      className="palette-item found-item"
      onSelect={() => go(found)}
    >
      <FoundItem found={found} />
    </Command.Item>
  ));
}

/** What a place goes by in the list; empty for none. */
function nameOf(found: SearchAnswer['found'][number] | undefined): string {
  return found === undefined ? '' : `${found.task} ${found.session} ${found.seq}`;
}

/** How complete the answer is. */
function Foot({ answer }: { readonly answer: Resource<SearchAnswer> }): ReactNode {
  const { value } = answer;
  const said = value === null ? '' : footWords(value);
  return (
    <p className="search-foot quiet small" role="status">
      {said}
    </p>
  );
}
