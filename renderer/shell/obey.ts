import type { WindowCommand } from '../../core/contract/bridge';
import type { App } from '../state/app';
import { goToRequest } from '../state/asked';
import { goTo, openTask, showSheet } from '../state/commands';

/** Does what the menu, the tray or a notification asks. A task is shown once it is known what state it is in. */
export function obey(app: App, command: WindowCommand): void {
  switch (command) {
    case 'add-repository':
      showSheet(app, { kind: 'add-repository', path: null });
      break;
    case 'new-task':
      showSheet(app, { kind: 'new-task', repository: null });
      break;
    case 'palette':
    case 'settings':
    case 'help':
      showSheet(app, { kind: command });
      break;
    case 'inbox':
      goTo(app, 'inbox');
      break;
    default: {
      const id = Number(command.slice('show-task:'.length));
      if (Number.isSafeInteger(id) && id > 0) whenStarted(app, () => show(app, id));
    }
  }
}

/** Shows a task where it waits for the person, when it does. */
function show(app: App, task: number): void {
  const asks = (app.model.get().tasks.get(task)?.requests.length ?? 0) > 0;
  if (asks) goToRequest(app, { task, takesFocus: false });
  else openTask(app, task);
}

function whenStarted(app: App, then: () => void): void {
  if (app.model.get().connection.kind !== 'connecting') {
    then();
    return;
  }
  const stop = app.model.subscribe(() => {
    if (app.model.get().connection.kind === 'connecting') return;
    stop();
    then();
  });
}
