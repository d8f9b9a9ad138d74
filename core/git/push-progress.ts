import type { PushProgress } from '../contract/remote';

/** Reads what git says of a push while it goes on, piece by piece, and tells each time how far it has come. */
export function readProgress(tell: (progress: PushProgress) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/[\r\n]/);
    rest = lines.pop()?.slice(-longestLine) ?? '';
    const found = lines.map(progressIn).filter((progress) => progress !== null);
    const newest = found[found.length - 1];
    if (newest !== undefined) tell(newest);
  };
}

const longestLine = 1_000;

/** What git said of a push without how far it had come. */
export function withoutProgress(said: string): string {
  return said
    .split('\n')
    .map((line) => line.split('\r').filter((part) => progressIn(part) === null && !summary.test(part)))
    .filter((parts) => parts.some((part) => part.trim() !== ''))
    .map((parts) => parts.join('\r'))
    .join('\n');
}

const line =
  /^(remote: )?(Enumerating|Counting|Compressing|Writing|Resolving|Unpacking|Checking|Processing)[a-z ]*: +(?:(\d{1,3})% \(\d+\/\d+\)|\d+)(?:, ([\d.]+ \w+)(?: \| ([\d.]+ [\w/]+))?)?/;
const summary = /^(Total \d+ \(delta|Delta compression using)/;

/** How far a push has come by one line git said of it; null when it says nothing of that. */
function progressIn(text: string): PushProgress | null {
  const found = line.exec(text);
  if (found === null) return null;
  const [, remote, doing, percent, sent, speed] = found;
  return {
    step: remote !== undefined ? 'finishing' : doing === 'Writing' ? 'sending' : 'preparing',
    percent: percent === undefined ? null : Math.min(100, Number(percent)),
    sent: [sent, speed].filter((part) => part !== undefined).join(', '),
  };
}
