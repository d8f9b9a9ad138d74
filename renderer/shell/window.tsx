import { Tooltip } from 'radix-ui';
import { type ReactNode, useEffect, useLayoutEffect, useMemo } from 'react';
import { ContestPage } from '../contest/page';
import { Inbox } from '../inbox/inbox';
import { listenToKeys, useActions } from '../keys/keyboard';
import { listenToSelectAll } from '../keys/select-all';
import { Monitor } from '../monitor/monitor';
import { Button } from '../parts/button';
import { Empty } from '../parts/empty';
import { usePhone } from '../parts/media';
import { SheetHost } from '../sheets/host';
import { useApp, useModel, useView } from '../state/app';
import { goBack, showSheet } from '../state/commands';
import { countStates, openRequests, titleFor } from '../state/places';
import { undoLast } from '../state/said';
import { TaskPage } from '../task/page';
import { TaskList } from '../tasks/list';
import { useTheme } from '../theme/theme';
import { Announcer } from './announcer';
import { DropZone } from './drop';
import { Lost } from './lost';
import { PhoneBar } from './phone-bar';
import { Rail, usePlaceKeys } from './rail';
import { Sayings } from './sayings';
import { Starting } from './starting';
import { StatusLine } from './status-line';
import { Welcome } from './welcome';

/** The whole window. */
export function Window(): ReactNode {
  const app = useApp();
  useTheme(useModel((model) => model.settings?.theme ?? 'system'));
  useTitle();
  useLayoutEffect(() => listenToKeys(app.mac), [app.mac]);
  useLayoutEffect(() => listenToSelectAll(app.mac), [app.mac]);
  useActions({
    palette: () => showSheet(app, { kind: 'palette' }),
    search: () => showSheet(app, { kind: 'search', words: '' }),
    help: () => showSheet(app, { kind: 'help' }),
    rules: () => showSheet(app, { kind: 'rules' }),
    worktrees: () => showSheet(app, { kind: 'worktrees' }),
    settings: () => showSheet(app, { kind: 'settings' }),
    'new-task': () => showSheet(app, { kind: 'new-task', repository: null }),
    'add-repository': () => showSheet(app, { kind: 'add-repository', path: null }),
    undo: () => undoLast(app.said),
    back: () => goBack(app),
  });
  usePlaceKeys();
  const phone = usePhone();
  const isOpen = useView(({ task, contest }) => task !== null || contest !== null);
  // How Switchyard is can be looked at before there is anything to do.
  const isWatching = useView(({ place }) => place === 'monitor');
  const isStarting = useModel((model) => model.connection.kind === 'connecting');
  const isNew = useModel((model) => model.repositories.length === 0 && model.tasks.size === 0);
  return (
    <Tooltip.Provider delayDuration={400} skipDelayDuration={200}>
      <div className="window" data-platform={app.bridge.platform}>
        <Lost />
        <div className="rooms">
          {!phone && <Rail />}
          {isStarting ? <Starting /> : isNew && !isWatching ? <Welcome /> : <Rooms />}
        </div>
        <div className="foot">
          <Sayings />
          <StatusLine />
          {phone && (!isOpen || isStarting || isNew) && <PhoneBar />}
        </div>
        <DropZone />
        <SheetHost />
        <Announcer />
      </div>
    </Tooltip.Provider>
  );
}

function Rooms(): ReactNode {
  const app = useApp();
  const place = useView((view) => view.place);
  const task = useView((view) => view.task);
  const contest = useView((view) => view.contest);
  const drawer = useView((view) => view.drawer);
  const beside = useView((view) => view.beside);
  if (task === null && contest === null) {
    if (place === 'inbox') return <Inbox />;
    if (place === 'monitor') return <Monitor />;
  }
  return (
    <main
      className={`browse ${task === null && contest === null ? 'browse-list' : 'browse-task'} ${beside ? 'browse-beside' : ''}`}
      data-drawer={drawer || undefined}
    >
      <TaskList />
      {drawer && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the shade only repeats what Escape does.
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
        <div className="drawer-shade" onClick={() => app.view.update((view) => ({ ...view, drawer: false }))} />
      )}
      {task !== null ? (
        <TaskPage key={task} id={task} />
      ) : contest !== null ? (
        <ContestPage key={contest.id} task={contest.task} />
      ) : (
        <div className="nothing-open">
          <Empty
            title="No task is open"
            actions={
              <Button action="new-task" onClick={() => showSheet(app, { kind: 'new-task', repository: null })}>
                New task
              </Button>
            }
          >
            Choose one with J and K and open it with ↵, or write a new one.
          </Empty>
        </div>
      )}
    </main>
  );
}

function useTitle(): void {
  const tasks = useModel((model) => model.tasks);
  const title = useMemo(() => titleFor(openRequests(tasks).length, countStates(tasks).review), [tasks]);
  useEffect(() => {
    document.title = title;
  }, [title]);
}
