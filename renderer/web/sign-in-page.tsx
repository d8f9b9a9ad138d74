import { type ReactNode, useId, useState } from 'react';
import { useTheme } from '../theme/theme';
import { type Left, type Pass, signInWith } from './sign-in';

const leftWords: Readonly<Record<Left, string>> = {
  'signed-out': 'You are signed out.',
  ended: 'Your sign-in has ended: it was revoked, or it was long ago. What you were writing is kept.',
};

/** Where a browser signs in: the one-time code is typed or pasted, and what to do is said where it is not taken. */
export function SignInPage(props: {
  readonly failure: string | null;
  readonly left: Left | null;
  readonly onPass: (pass: Pass) => void;
}): ReactNode {
  useTheme('system');
  const [code, setCode] = useState('');
  const [failure, setFailure] = useState(props.failure);
  const [isSending, setIsSending] = useState(false);
  const field = useId();
  const send = async (): Promise<void> => {
    if (isSending || code.trim() === '') return;
    setIsSending(true);
    setFailure(null);
    try {
      props.onPass(await signInWith(code));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setIsSending(false);
    }
  };
  return (
    <main className="sign-in">
      <form
        className="sign-in-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h1>Sign in to Switchyard</h1>
        {props.left !== null && <p>{leftWords[props.left]}</p>}
        <p>
          In a terminal of the machine Switchyard runs on, use its command <code>open</code>. It shows a code that is
          good once, for two minutes.
        </p>
        <label className="field-label" htmlFor={field}>
          Code
        </label>
        <input
          id={field}
          className="field mono"
          value={code}
          // biome-ignore lint/a11y/noAutofocus: there is nothing else on this page.
          autoFocus
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={failure !== null || undefined}
          onChange={(event) => setCode(event.target.value)}
        />
        {failure !== null && (
          <p className="note note-failed" role="alert">
            {withCode(failure)}
          </p>
        )}
        <button type="submit" className="button button-primary" aria-disabled={isSending || code.trim() === ''}>
          {isSending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

/** What stands between backticks is something to type. */
function withCode(words: string): ReactNode {
  return words.split('`').map((part, index) => {
    const key = `${index}`;
    return index % 2 === 1 ? <code key={key}>{part}</code> : part;
  });
}
