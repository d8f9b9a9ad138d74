import { type ReactNode, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { Terminal } from '../../core/contract/terminal';
import { useActions } from '../keys/keyboard';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useModel } from '../state/app';
import { complain } from '../state/commands';
import { failureOf, isAbort } from '../state/failure';
import { cleanLine } from '../text/clean';
import { beginning, feed, type Viewer } from './feed';
import { Find } from './find';
import { openScreen, type Screen } from './screen';
import { keyFor, leave, scrollBy } from './terminal-keys';
import { AskToPaste, TerminalNotes } from './terminal-notes';
import { pasted, typing, unbroken } from './typing';

/** One terminal: what its program prints, and, while it runs, the keyboard for it. */
export function TerminalView({
  terminal,
  takesFocus = false,
  listens,
}: {
  readonly terminal: Terminal;
  /** The person asked for it to be opened, and wants to type. */
  readonly takesFocus?: boolean;
  /** Told that it listens, or that it ended before it did; gives what was typed for it until then. */
  readonly listens?: (runs: boolean) => string;
}): ReactNode {
  const app = useApp();
  const { id } = terminal;
  const runs = terminal.state !== 'ended';
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const [hidden, setHidden] = useState(0);
  /** How often the person asked to find something since the bar is there; 0 while it is not. */
  const [finding, setFinding] = useState(0);
  const [asking, setAsking] = useState<string | null>(null);
  /** It ended while somebody typed: their keys go nowhere until they say that they mean the window. */
  const [deaf, setDeaf] = useState(false);
  const settings = useModel((model) => model.settings);
  const look = { font: settings?.terminalFont ?? '', fontSize: settings?.terminalFontSize ?? 13 };
  const copies = useRef(true);
  copies.current = settings?.terminalCopyOnSelect ?? true;
  const firstLook = useRef(look);
  const [fromStart, setFromStart] = useState(false);
  const wanted = useRef(takesFocus);
  const running = useRef(runs);
  running.current = runs;
  const heard = useRef(listens);
  heard.current = listens;
  const find = useCallback(() => setFinding((before) => before + 1), []);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const calls = () => app.line.client().terminals;
    const failed = (error: unknown): void => {
      if (!isAbort(error)) complain(app, failureOf(error));
    };
    const type = typing((text) => calls().write({ terminal: id, text }), failed);
    let sizing: ReturnType<typeof setTimeout> | undefined;
    const shown = openScreen(element, {
      look: firstLook.current,
      onInput: type,
      onSize(size) {
        element.dataset.columns = String(size.columns);
        clearTimeout(sizing);
        sizing = setTimeout(() => {
          if (running.current) calls().resize({ terminal: id, size }).catch(failed);
        }, 60);
      },
      onLink: (address) => app.bridge.openLink(address),
      onDeaf() {
        element.focus();
        setDeaf(true);
      },
      onKey: (event) => keyFor(event, { app, screen: shown, find, leave: () => leave(element) }),
    });
    screen.current = shown;
    const onMouseUp = (): void => {
      const text = shown.selection();
      // Selecting is no deed that has to be confirmed, nor that it failed to be explained.
      if (copies.current && text !== '') void navigator.clipboard.writeText(text).catch(() => {});
    };
    const onPaste = (event: ClipboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      const text = pasted(event.clipboardData?.getData('text/plain') ?? '');
      // A program that takes lines one by one would run each as it is pasted.
      const line = shown.takesLines() ? text : unbroken(text);
      if (line === null) setAsking(text);
      else shown.paste(line);
    };
    element.addEventListener('mouseup', onMouseUp);
    element.addEventListener('paste', onPaste, true);

    const viewer: Viewer = {
      at: 0,
      async show(bytes) {
        await shown.write(bytes);
        // What is long is on its way to the screen for a while; how far it is can be asked meanwhile.
        element.dataset.taken = String(viewer.at);
      },
      skipped: setHidden,
      caughtUp: () =>
        void shown.settled().then(() => {
          element.dataset.shown = String(viewer.at);
          shown.listen(running.current);
          const text = heard.current?.(running.current) ?? '';
          heard.current = undefined;
          if (text !== '' && running.current) type(text);
          if (wanted.current && running.current) shown.focus();
          wanted.current = false;
        }),
    };
    let ended = new AbortController();
    let begun = false;
    const go = async (signal: AbortSignal): Promise<void> => {
      if (!begun && !fromStart) {
        const { at } = await beginning(calls(), id, signal);
        viewer.at = at;
        setHidden(at);
      }
      if (!begun && fromStart) setHidden(0);
      begun = true;
      await feed(calls(), id, viewer, signal);
    };
    const begin = (): void => {
      ended.abort();
      ended = new AbortController();
      const { signal } = ended;
      (async () => go(signal))().catch((error) => {
        if (!signal.aborted) failed(error);
      });
    };
    begin();
    const stop = app.line.onClient(begin);
    return () => {
      stop();
      ended.abort();
      clearTimeout(sizing);
      element.removeEventListener('mouseup', onMouseUp);
      element.removeEventListener('paste', onPaste, true);
      screen.current = null;
      shown.close();
    };
  }, [app, id, fromStart, find]);

  useEffect(() => {
    wanted.current = takesFocus;
    if (!takesFocus) return;
    screen.current?.focus();
    // One that does not listen yet takes no focus; it does when it begins to.
    wanted.current = place.current?.contains(document.activeElement) !== true;
  }, [takesFocus]);

  useEffect(() => {
    // It begins to listen when it has shown what was printed before.
    if (!runs) screen.current?.listen(false);
  }, [runs]);

  useEffect(() => {
    screen.current?.look({ font: look.font, fontSize: look.fontSize });
  }, [look.font, look.fontSize]);
  useActions({
    'show-terminal': () => (runs ? screen.current?.focus() : place.current?.focus()),
    find,
  });

  return (
    <div className="terminal">
      <TerminalNotes terminal={terminal} hidden={hidden} all={fromStart ? null : () => setFromStart(true)} />
      {deaf && (
        <Note kind="info">
          It ended while you typed. Keys do nothing here until you press <Keys keys="shift+Escape" /> or click.
        </Note>
      )}
      {asking !== null && (
        <AskToPaste
          text={asking}
          answer={(yes) => {
            if (yes) screen.current?.paste(asking);
            setAsking(null);
            screen.current?.focus();
          }}
        />
      )}
      {finding > 0 && (
        <Find
          focus={finding}
          find={(text, direction) => screen.current?.find(text, direction) ?? false}
          close={() => {
            setFinding(0);
            if (runs) screen.current?.focus();
            else place.current?.focus();
          }}
        />
      )}
      <Place
        place={place}
        terminal={terminal}
        onKey={(event) => {
          scrollBy(event, screen.current);
          const element = place.current;
          const shown = screen.current;
          if (!deaf || element === null || shown === null || event.isDefaultPrevented()) return;
          const does = { app, screen: shown, find, leave: () => leave(element) };
          if (!keyFor(event.nativeEvent, does)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
        hears={() => setDeaf(false)}
      />
    </div>
  );
}

function Place(props: {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly terminal: Terminal;
  readonly onKey: (event: React.KeyboardEvent) => void;
  /** Called when the person goes elsewhere, or clicks. */
  readonly hears: () => void;
}): ReactNode {
  const { kind, command } = props.terminal;
  const runs = props.terminal.state !== 'ended';
  return (
    <section
      ref={props.place}
      className="terminal-screen"
      aria-label={`${kind === 'run' ? 'Output of' : 'Terminal of'} ${cleanLine(command)}`}
      // An ended one has nothing to type into and still scrolls by keyboard.
      tabIndex={runs ? -1 : 0}
      onKeyDown={runs ? undefined : props.onKey}
      onMouseDown={props.hears}
      // Another window in front is not going elsewhere.
      onBlur={() => document.hasFocus() && props.hears()}
    />
  );
}
