import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';
import { type ReactNode, useMemo, useState } from 'react';
import type { ActionId } from '../keys/actions';
import { actionIds, actions } from '../keys/actions';
import { act, canAct } from '../keys/keyboard';
import { useFocusBack } from '../parts/focus-back';
import { Glyph, lookOf } from '../parts/glyph';
import { Keys } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useApp, useModel } from '../state/app';
import { goTo, openTask, showSheet } from '../state/commands';
import { goToFound } from '../state/found';
import { byNumber, matches, nameOfPath } from '../state/places';
import { useSearch } from '../state/search';
import { cleanLine } from '../text/clean';
import { FoundItem } from './found-item';
import { useSelectedInView } from './selected-in-view';

const tasksShown = 40;
const placesShown = 5;
const hidden: readonly ActionId[] = ['palette', 'down', 'up', 'open', 'back'];

/** Every action, every task and the best places in conversations, by typing. What is done is done after the palette is gone, with the focus back in place. */
export function Palette(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const repositories = useModel((model) => model.repositories);
  const [search, setSearch] = useState('');
  const words = useMemo(() => search.toLowerCase().split(/\s+/).filter(Boolean), [search]);
  const foundTasks = useMemo(
    () =>
      [...tasks.values()]
        .filter((task) => matches(task, words))
        .sort((one, other) => byNumber(words)(one, other) || other.updatedAt - one.updatedAt)
        .slice(0, words.length === 0 ? 6 : tasksShown),
    [tasks, words],
  );
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const foundActions = actionIds.filter((id) => !hidden.includes(id) && has(actions[id].label) && canAct(id));
  const foundRepositories = repositories.filter(({ name }) => has(`repository ${name}`));
  const answer = useSearch({ words: search, limit: placesShown, perTask: 2 }).value;
  const places = answer?.found ?? [];
  const list = useSelectedInView(search, answer);
  const focus = useFocusBack(true);
  const then = (what: () => void): void => {
    showSheet(app, null);
    setTimeout(what, 0);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && showSheet(app, null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="sheet-shade" />
        <Dialog.Content className="sheet palette" aria-describedby={undefined} onCloseAutoFocus={focus.giveBack}>
          <Dialog.Title className="unseen">Search tasks and actions</Dialog.Title>
          <Command shouldFilter={false} label="Search tasks and actions" loop>
            <Command.Input
              className="palette-field"
              value={search}
              onValueChange={setSearch}
              placeholder="Search tasks and actions"
            />
            <Command.List ref={list} className="palette-list">
              <Command.Empty className="palette-none">Nothing matches “{search}”.</Command.Empty>
              {foundTasks.length > 0 && (
                <Command.Group heading={words.length === 0 ? 'Latest tasks' : 'Tasks'}>
                  {foundTasks.map((task) => (
                    <Command.Item
                      key={task.id}
                      value={`task ${task.id}`}
                      className="palette-item"
                      onSelect={() => then(() => openTask(app, task.id))}
                    >
                      <Glyph look={lookOf(task, Date.now())} />
                      <span className="ellipsis palette-name" dir="auto">
                        {cleanLine(task.title)}
                      </span>
                      <span className="quiet tabular">#{task.id}</span>
                      <span className="quiet">{nameOfPath(task.repository)}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {foundActions.length > 0 && (
                <Command.Group heading="Actions">
                  {foundActions.map((id) => (
                    <Command.Item key={id} value={id} className="palette-item" onSelect={() => then(() => act(id))}>
                      <Icon name="chevron" />
                      <span className="palette-name">{actions[id].label}</span>
                      <Keys keys={actions[id].keys[0] ?? ''} />
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {foundRepositories.length > 0 && (
                <Command.Group heading="Repositories">
                  {foundRepositories.slice(0, 20).map(({ id, name }) => (
                    <Command.Item
                      key={id}
                      value={`repository ${id}`}
                      className="palette-item"
                      onSelect={() => then(() => goTo(app, `repository:${id}`))}
                    >
                      <Icon name="repository" />
                      <span className="palette-name">{cleanLine(name)}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {words.length > 0 && (
                <Command.Group heading="In conversations">
                  {places.map((found) => (
                    <Command.Item
                      key={`${found.task} ${found.session} ${found.seq}`}
                      value={`found ${found.task} ${found.session} ${found.seq}`}
                      className="palette-item found-item"
                      onSelect={() => then(() => goToFound(app, { ...found, words: search }))}
                    >
                      <FoundItem found={found} />
                    </Command.Item>
                  ))}
                  <Command.Item
                    value="search"
                    className="palette-item"
                    onSelect={() => then(() => showSheet(app, { kind: 'search', words: search }))}
                  >
                    <Icon name="search" />
                    <span className="palette-name ellipsis">Search all conversations for “{search.trim()}”</span>
                    <Keys keys="mod+shift+f" />
                  </Command.Item>
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
