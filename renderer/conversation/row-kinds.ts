import type { MoveLine } from '../../core/contract/move-words';
import type { TranscriptEvent } from '../../core/contract/transcript';

type Of<T extends TranscriptEvent['type']> = Extract<TranscriptEvent, { type: T }>;

/** One row of a conversation: one or several events of the transcript, as a person reads them, or how its task moved. */
export type Row =
  | {
      readonly kind: 'prompt';
      readonly key: string;
      readonly at: number;
      readonly text: string;
      readonly by: 'person' | 'switchyard';
    }
  | { readonly kind: 'text' | 'thought'; readonly key: string; readonly at: number; readonly text: string }
  | {
      readonly kind: 'tool';
      readonly key: string;
      readonly at: number;
      readonly call: Omit<Of<'tool'>, 'seq' | 'at' | 'type'>;
      /** Leave for it was asked for and denied, so it never ran, whatever the agent calls that. */
      readonly denied: boolean;
      /** Its turn was cut off before it ended: what was said next says so, unless the call itself is heard of again. */
      readonly cutOff: boolean;
    }
  | { readonly kind: 'plan'; readonly key: string; readonly at: number; readonly entries: Of<'plan'>['entries'] }
  | {
      readonly kind: 'request';
      readonly key: string;
      readonly at: number;
      readonly request: number;
      readonly title: string;
      readonly answer: string | null;
      /** The same request stands again further down, where it is answered. */
      readonly again: boolean;
      /** The key of the row of the call that leave was asked for, where the transcript has it. */
      readonly call: string | null;
    }
  | {
      readonly kind: 'notice';
      readonly key: string;
      readonly at: number;
      readonly level: Of<'notice'>['level'];
      readonly text: string;
    }
  | {
      readonly kind: 'commit';
      readonly key: string;
      readonly at: number;
      readonly oid: string;
      readonly subject: string;
      readonly files: number;
    }
  | {
      readonly kind: 'check';
      readonly key: string;
      readonly at: number;
      /** What the check is called; its command where nothing says so. */
      readonly name: string;
      readonly command: string;
      readonly passed: boolean;
    }
  /** How the task moved, which no event of a transcript says. */
  | { readonly kind: 'move'; readonly key: string; readonly at: number; readonly line: MoveLine }
  | ({ readonly kind: 'checkpoint'; readonly key: string } & Omit<Of<'checkpoint'>, 'seq' | 'type'>)
  | ({
      readonly kind: 'back';
      readonly key: string;
      /** It went to what was left by an earlier one, which undid that. */
      readonly forward: boolean;
    } & Omit<Of<'back'>, 'seq' | 'type'>)
  /** Rows in a row that no longer hold, because the person went back behind them. */
  | {
      readonly kind: 'behind';
      readonly key: string;
      readonly at: number;
      readonly rows: readonly Row[];
      /** The turns that ended in them. */
      readonly turns: readonly number[];
      /** They are shown below it. */
      readonly open: boolean;
    };
