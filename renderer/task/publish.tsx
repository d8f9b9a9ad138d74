import { type ReactNode, useState } from 'react';
import { blockingChecks } from '../../core/contract/check';
import { proposedWords } from '../../core/contract/pull-request';
import { putBackWords } from '../../core/contract/remote';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import { useStands } from '../state/checks';
import { sayDone } from '../state/commands';
import type { Failure } from '../state/failure';
import { aboutPull, openPullRequest, pushChange, signIn, useWays } from '../state/pull-request';
import { cleanLine } from '../text/clean';
import { PushUnderWay } from './push-progress';
import { Unchecked } from './unchecked';

/** What a pull request is opened with. It sends the ids of the review shown; elsewhere than on GitHub it only pushes. */
export function Publish(props: {
  readonly task: Task;
  readonly review: Review;
  readonly close: () => void;
}): ReactNode {
  const { task, review } = props;
  const app = useApp();
  const ways = useWays(task);
  const doing = useDoing(aboutPull(task));
  const proposed = proposedWords(review.message);
  const [title, setTitle] = useState(proposed.title);
  const [body, setBody] = useState(proposed.body);
  const [draft, setDraft] = useState(false);
  const blocking = blockingChecks(useStands(task));
  const [overridden, setOverridden] = useState(false);
  const [reviewers, setReviewers] = useState('');
  const [labels, setLabels] = useState('');
  const [named, setNamed] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [compare, setCompare] = useState<string | null>(null);
  if (ways.value === null) {
    return ways.failure === null ? (
      <p className="quiet">Looking where it can go…</p>
    ) : (
      <Note kind="failed" actions={<Button onClick={ways.reload}>Look again</Button>}>
        {cleanLine(ways.failure.message)}
      </Note>
    );
  }
  const { remotes, usual } = ways.value.remotes;
  const remote = remotes.find(({ name }) => name === (named ?? usual)) ?? remotes[0];
  const url = remote?.urls[0];
  if (remote === undefined || url === undefined) {
    return (
      <Note kind="info">This repository has no remote to push to. Add one with git remote add, then look again.</Note>
    );
  }
  const host = remote.forge?.kind === 'github' ? remote.forge.host : null;
  const account = ways.value.accounts.find((each) => each.host === host);
  const ids = { task: task.id, head: review.head, tree: review.tree, remote: remote.name, url };
  const holdsBack = host !== null && account?.signedIn !== null && !draft && blocking.length > 0;
  const publish = async (): Promise<void> => {
    if (holdsBack && !overridden) return;
    setFailure(null);
    if (host === null) {
      const ended = await pushChange(app, task, ids);
      if (!ended.ok) return setFailure(ended.failure);
      if (ended.value.putBack) sayDone(app, task, cleanLine(putBackWords(ended.value)));
      return setCompare(ended.value.compareUrl ?? '');
    }
    const names = (text: string): string[] => text.split(/[,\s]+/).filter((name) => name !== '');
    const marks = labels.split(',').map((label) => label.trim());
    const wanted = { title, body, draft, reviewers: names(reviewers), labels: marks.filter((label) => label !== '') };
    const overrides = blocking.length > 0 && overridden && { overrideChecks: true };
    const failed = await openPullRequest(app, task, { ...ids, ...wanted, ...overrides });
    setFailure(failed);
  };
  return (
    <form
      className="verdict-form"
      onSubmit={(event) => {
        event.preventDefault();
        void publish();
      }}
    >
      <p>
        Push <code>{cleanLine(task.branch ?? '')}</code> to <code>{cleanLine(remote.name)}</code>
        <span className="choice-about selectable pull-url">{cleanLine(url)}</span>
      </p>
      {remotes.length > 1 && (
        <label className="pull-field">
          <span>Remote</span>
          <select className="field" value={remote.name} onChange={(event) => setNamed(event.target.value)}>
            {remotes.map(({ name }) => (
              <option key={name} value={name}>
                {cleanLine(name)}
              </option>
            ))}
          </select>
        </label>
      )}
      {host === null && <p className="quiet">It is not on a GitHub, so the pull request is opened on its page.</p>}
      {host !== null && account?.signedIn === null && <SignIn host={host} notice={account.notice} done={ways.reload} />}
      {host !== null && account?.signedIn !== null && (
        <>
          <label className="pull-field">
            <span>Title</span>
            <input
              className="field"
              // biome-ignore lint/a11y/noAutofocus: the popover was opened to write this.
              autoFocus
              value={title}
              dir="auto"
              onChange={(event) => setTitle(event.target.value)}
            />
          </label>
          <Growing label="Description" text={body} onText={setBody} onSend={() => void publish()} rows={4} />
          <NamesField label="Reviewers" example="ada, acme/core" text={reviewers} onText={setReviewers} />
          <NamesField label="Labels" example="bug, good first issue" text={labels} onText={setLabels} />
          <label className="verdict-leave">
            <input type="checkbox" checked={draft} onChange={(event) => setDraft(event.target.checked)} />
            As a draft
          </label>
        </>
      )}
      {holdsBack && (
        <>
          <p className="quiet">As a draft it can be opened with checks that did not pass.</p>
          <Unchecked blocking={blocking} verb="Publish" overridden={overridden} override={setOverridden} />
        </>
      )}
      <PushUnderWay task={task} />
      {failure !== null && (
        <Note kind={failure.code === 'CANCELLED' ? 'info' : 'failed'}>{cleanLine(failure.message)}</Note>
      )}
      {compare !== null && (
        <Note
          kind="info"
          actions={compare !== '' && <Button onClick={() => app.bridge.openLink(compare)}>Open its page</Button>}
        >
          It is pushed. {compare === '' ? 'Open a pull request where your remote is hosted.' : cleanLine(compare)}
        </Note>
      )}
      <div className="verdict-foot">
        <Button onClick={props.close}>Close</Button>
        <Button
          type="submit"
          look="primary"
          doing={doing}
          disabled={host !== null && (title.trim() === '' || account?.signedIn === null || (holdsBack && !overridden))}
        >
          {host === null ? 'Push' : draft ? 'Open draft' : 'Open pull request'}
        </Button>
      </div>
    </form>
  );
}

/** Takes names with commas between them. */
function NamesField(props: {
  readonly label: string;
  readonly example: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}): ReactNode {
  const { label, example, text, onText } = props;
  return (
    <label className="pull-field">
      <span>{label}</span>
      <input
        className="field"
        placeholder={example}
        spellCheck={false}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
    </label>
  );
}

/** Takes a token for a forge. It is shown nowhere, and the core keeps it sealed. */
function SignIn(props: {
  readonly host: string;
  readonly notice: string | null;
  readonly done: () => void;
}): ReactNode {
  const { host, notice } = props;
  const app = useApp();
  const doing = useDoing(`forge:${host}`);
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const enter = async (): Promise<void> => {
    const failed = await signIn(app, host, token.trim());
    setFailure(failed);
    if (failed !== null) return;
    setToken('');
    props.done();
  };
  return (
    <div className="pull-sign-in">
      <p>
        {cleanLine(host)} needs a token that may write contents and pull requests. It is sealed by your keychain, or
        forgotten when Switchyard ends. With <code>gh</code> signed in, the setting <code>useGhToken</code> does
        without.
      </p>
      {notice !== null && <p className="quiet">{cleanLine(notice)}</p>}
      <label className="pull-field">
        <span>Token</span>
        <input
          className="field mono"
          type="password"
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: without it nothing else can be done here.
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            void enter();
          }}
        />
      </label>
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      <div className="pull-acts">
        <Button doing={doing} disabled={token.trim().length < 10} onClick={() => void enter()}>
          Sign in
        </Button>
      </div>
    </div>
  );
}
