import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type ITheme, Terminal } from '@xterm/xterm';
import type { TerminalSize } from '../../core/contract/terminal';
import { guard, isOpenable } from './guard';

/** How a terminal looks. */
export interface Look {
  readonly font: string;
  readonly fontSize: number;
}

/** A terminal on screen. */
export interface Screen {
  /** Shows bytes. Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything handed over is on screen. */
  settled(): Promise<void>;
  /**
   * Whether what is typed goes to the program, and its questions are answered. `onDeaf` is called when it has the
   * keyboard as it stops: somebody may be in the middle of typing.
   */
  listen(active: boolean): void;
  /** Gives a terminal that listens the keyboard. */
  focus(): void;
  look(look: Look): void;
  fit(): void;
  scroll(lines: number): void;
  /** Looks for a text from where it looked last, that place included for `here`. False when there is none. */
  find(text: string, direction: 'here' | 'next' | 'previous'): boolean;
  selection(): string;
  /** Whether the program takes several lines as one piece of text. */
  takesLines(): boolean;
  paste(text: string): void;
  close(): void;
}

/** Beyond this many bytes not yet on screen nothing more is taken, until there are fewer than the second. */
const highWater = 1024 * 1024;
const lowWater = 256 * 1024;
/** A terminal lets the page breathe between pieces and never inside one; short lines take 100 ms for 256 KB. */
const piece = 16 * 1024;
/** The stream is whole in its file; this is what can be scrolled to. */
const scrollback = 10_000;

/** Makes a terminal inside an element. Whoever makes it closes it. */
export function openScreen(
  element: HTMLElement,
  options: {
    readonly look: Look;
    readonly onInput: (text: string) => void;
    readonly onSize: (size: TerminalSize) => void;
    readonly onLink: (address: string) => void;
    readonly onDeaf: () => void;
    /** A key before the program gets it; false keeps it from the program. */
    readonly onKey: (event: KeyboardEvent) => boolean;
  },
): Screen {
  let active = false;
  let outstanding = 0;
  let room = () => {};
  const open = (_event: MouseEvent, address: string): void => {
    if (isOpenable(address)) options.onLink(address);
  };
  const terminal = new Terminal({
    ...fontOf(options.look),
    theme: themeOf(element),
    allowProposedApi: false,
    convertEol: false,
    cursorBlink: false,
    cursorInactiveStyle: 'none',
    disableStdin: true,
    linkHandler: { activate: open, allowNonHttpProtocols: false },
    minimumContrastRatio: 4.5,
    scrollback,
    screenReaderMode: false,
  });
  guard(terminal.parser, () => active);
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon(open, { urlRegex: /https:\/\/[^\s"'<>`\p{Cc}]*[^\s"'<>`\p{Cc}.,;:!?)\]}]/u }));
  terminal.attachCustomKeyEventHandler(options.onKey);
  terminal.onData((text) => active && options.onInput(text));
  terminal.onBinary((text) => active && options.onInput(text));
  terminal.onResize(({ cols, rows }) => options.onSize({ columns: cols, rows }));
  terminal.open(element);
  const fitted = (): void => {
    if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit();
  };
  if (terminal.textarea !== undefined) terminal.textarea.disabled = true;
  fitted();
  // The theme is an attribute of the page's root, set after the system's or the person's wish.
  const themed = new MutationObserver(() => {
    terminal.options.theme = themeOf(element);
  });
  themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const sized = new ResizeObserver(() => requestAnimationFrame(fitted));
  sized.observe(element);
  // Where no size has changed nobody was told of the first.
  options.onSize({ columns: terminal.cols, rows: terminal.rows });

  return {
    write(bytes) {
      outstanding += bytes.length;
      for (let at = 0; at < bytes.length; at += piece) {
        const some = bytes.subarray(at, at + piece);
        terminal.write(some, () => {
          outstanding -= some.length;
          if (outstanding < lowWater) room();
        });
      }
      if (outstanding < highWater) return Promise.resolve();
      return new Promise((resolve) => {
        room = resolve;
      });
    },
    settled: () => new Promise((resolve) => terminal.write('', resolve)),
    listen(now) {
      if (active === now) return;
      active = now;
      // Before it is disabled, which hands what is typed next to the page.
      if (!now && document.activeElement === terminal.textarea) options.onDeaf();
      terminal.options.disableStdin = !now;
      terminal.options.cursorBlink = now;
      terminal.options.cursorInactiveStyle = now ? 'outline' : 'none';
      // One that takes no input is no stop for the keyboard: the element around it scrolls it.
      if (terminal.textarea !== undefined) terminal.textarea.disabled = !now;
    },
    focus: () => terminal.focus(),
    look(look) {
      Object.assign(terminal.options, fontOf(look));
      fitted();
    },
    fit: fitted,
    scroll: (lines) => terminal.scrollLines(lines),
    find: (text, direction) =>
      direction === 'previous'
        ? search.findPrevious(text)
        : search.findNext(text, { incremental: direction === 'here' }),
    selection: () => terminal.getSelection(),
    takesLines: () => terminal.modes.bracketedPasteMode,
    paste: (text) => terminal.paste(text),
    close() {
      themed.disconnect();
      sized.disconnect();
      room();
      terminal.dispose();
    },
  };
}

function fontOf({ font, fontSize }: Look): { fontFamily: string; fontSize: number; lineHeight: number } {
  const named = font === '' ? '' : `"${font.replaceAll(/["\\]/g, '')}", `;
  return { fontFamily: `${named}"JetBrains Mono Variable", ui-monospace, monospace`, fontSize, lineHeight: 1.2 };
}

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** The colours of the page's own tokens, as they are now. */
function themeOf(element: HTMLElement): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const plain = Object.fromEntries(names.map((name) => [name, token(`ansi-${name}`)]));
  const bright = Object.fromEntries(
    names.map((name) => [`bright${name[0]?.toUpperCase()}${name.slice(1)}`, token(`ansi-bright-${name}`)]),
  );
  return {
    ...plain,
    ...bright,
    background: token('panel') || token('n1'),
    foreground: token('n12'),
    cursor: token('accent-text'),
    cursorAccent: token('n1'),
    selectionBackground: token('n6'),
  };
}
