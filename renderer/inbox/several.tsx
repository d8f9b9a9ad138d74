import type { ReactNode } from 'react';
import type { Request, RequestKind } from '../../core/contract/request';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { decide } from '../requests/answers';
import { type Answered, pressOf, useReadableTogether } from '../requests/shown';
import { type App, useApp, useDoing } from '../state/app';
import { answerRequest, carryOut } from '../state/commands';
import { say } from '../state/said';
import { count } from '../text/amounts';
import type { Selection } from './selection';

const nouns: Readonly<Record<RequestKind, string>> = {
  permission: 'permission',
  plan: 'plan',
  start: 'start',
  clarification: 'question',
  budget: 'budget',
};

/** What is done with the requests picked in the inbox: all allowed or all denied, by button or key. */
export function Several({ selection }: { readonly selection: Selection }): ReactNode {
  const app = useApp();
  const { picked, clear } = selection;
  const readable = useReadableTogether(picked.map(({ id }) => id));
  const doing = useDoing('requests');
  const all = (decision: 'allow' | 'deny', answered: Answered): boolean => {
    if (doing === null && readable.takes(answered)) void answerAll(app, picked, decision).then(clear);
    return true;
  };
  useActions({
    allow: (at) => all('allow', { by: 'key', at }),
    deny: (at) => all('deny', { by: 'key', at }),
    back: () => {
      clear();
      return true;
    },
  });
  const [first] = picked;
  if (first === undefined) return null;
  return (
    <section className="several" aria-label="Selected requests" data-answerable={readable.ready || undefined}>
      <p className="several-words" role="status">
        {doing ?? `${count(picked.length, nouns[first.kind])} selected`}
      </p>
      {doing === null && (
        <>
          <Button
            look="primary"
            action="allow"
            waits={!readable.ready}
            onClick={(event) => all('allow', pressOf(event))}
          >
            Allow all
          </Button>
          <Button look="danger" action="deny" waits={!readable.ready} onClick={(event) => all('deny', pressOf(event))}>
            Deny all
          </Button>
          <Button look="quiet" action="back" onClick={clear}>
            Clear
          </Button>
        </>
      )}
    </section>
  );
}

/** Answers each by itself, so that one that is refused stops no other, and says how it went. */
async function answerAll(app: App, requests: readonly Request[], decision: 'allow' | 'deny'): Promise<void> {
  const sentence = `${decision === 'allow' ? 'Allowing' : 'Denying'} ${requests.length}…`;
  const ended = await carryOut(app, { about: 'requests', sentence }, () =>
    Promise.all(requests.map((request) => answerRequest(app, request, decide(decision, null)))),
  );
  if (!ended.ok) return;
  const failed = ended.value.filter((failure) => failure !== null);
  const done = `${decision === 'allow' ? 'Allowed' : 'Denied'} ${requests.length - failed.length}`;
  say(app.said, {
    kind: failed.length === 0 ? 'done' : 'failed',
    text: failed.length === 0 ? done : `${done}, ${failed.length} not: ${failed[0]?.message ?? ''}`,
    undo: null,
  });
}
