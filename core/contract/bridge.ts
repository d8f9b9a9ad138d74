/**
 * What the menu, the tray and a notification may ask of the window. `show-task:7` shows task 7. They are words, never
 * data: whatever they start goes through the contract's calls like everything else.
 */
export type WindowCommand =
  | 'add-repository'
  | 'new-task'
  | 'palette'
  | 'inbox'
  | 'settings'
  | 'help'
  | `show-task:${number}`;

/** The message with which the preload forwards the port of the contract: `event.data` is this, `event.ports[0]` the port. */
export const portMessage = 'switchyard:port';

/** The last thing said on a port before it is closed. The page cannot hear the closing itself on every runtime. */
export const portClosed = 'switchyard:closed';

/** A file or folder as a page gets it from a drop; the page's own File is one. */
export interface DroppedFile {
  readonly name: string;
  readonly size: number;
}

/** Everything the preload gives the window, as `window.switchyard`. Each member does one thing no web page can. */
export interface Bridge {
  /** `darwin`, `win32` or `linux`: decides the shape of the title bar and how keys are written. */
  readonly platform: string;
  /** Where a dropped file or folder is on this machine; an empty string when it is nowhere. */
  pathForFile(file: DroppedFile): string;
  /** Lets the person choose a folder in the system's own dialog; null when they close it. */
  pickFolder(): Promise<string | null>;
  /** Opens an https link outside, after the system's own dialog has shown the person where it leads; nothing else is opened. */
  openLink(url: string): void;
  /** Shows a folder beneath that of the worktrees in the system's file manager; opens nothing in it. */
  showFolder(path: string): void;
  /** Says that the page listens for the port. A port follows as a window message with the data `switchyard:port`. */
  ready(): void;
  /** Has what the page keeps in its storage written to the disk now; by itself a browser takes seconds. */
  flush(): void;
  /** Hears what the menu, the tray and notifications ask for. Gives back how to stop hearing. */
  onCommand(hear: (command: WindowCommand) => void): () => void;
}
