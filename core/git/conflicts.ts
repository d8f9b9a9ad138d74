import type { Conflict } from '../contract/review';

/**
 * The conflicts of a merge as `merge-tree -z --name-only` prints them after its tree: the files, and what git says of each.
 * Commits are named to it by their ids, which are told here as the base and as this change.
 */
export function readConflicts(
  fields: readonly string[],
  { baseOid, headOid }: { readonly baseOid: string; readonly headOid: string },
): Conflict[] {
  const end = fields.indexOf('');
  const files = end === -1 ? fields : fields.slice(0, end);
  const said = end === -1 ? [] : readMessages(fields.slice(end + 1)).filter(({ type }) => type.startsWith('CONFLICT'));
  const inWords = (text: string) => text.replaceAll(baseOid, 'the base').replaceAll(headOid, 'this change');
  const conflicts = files.map((file): Conflict => {
    const own = said.filter(({ paths }) => paths.includes(file));
    // What is in the way of a folder is put aside under a name of git's own making.
    const path = file.endsWith(`~${baseOid}`) || file.endsWith(`~${headOid}`) ? file.replace(/~[0-9a-f]+$/, '') : file;
    const kinds = new Set(own.map(({ type, text }) => kindOf(type, text)));
    const about = new Set(own.map((message) => inWords(aboutOf(message, { baseOid, headOid }))));
    // Of a binary file git also says that its contents conflict.
    if (kinds.has('binary')) return { path, kind: 'binary', about: aboutBinary };
    return { path, kind: [...kinds].join(', ') || 'content', about: [...about].join(' ') || aboutContent };
  });
  // Several stages of one file may be put under several names.
  return [...new Map(conflicts.map((conflict) => [conflict.path, conflict])).values()];
}

interface Message {
  readonly paths: readonly string[];
  readonly type: string;
  readonly text: string;
}

/** Each message is a number of paths, these, a word for its kind, and the words themselves. */
function readMessages(fields: readonly string[]): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < fields.length; ) {
    const count = Number(fields[at]);
    const paths = fields.slice(at + 1, at + 1 + count);
    messages.push({ paths, type: fields[at + 1 + count] ?? '', text: (fields[at + 2 + count] ?? '').trim() });
    at += count + 3;
  }
  return messages;
}

const aboutContent = 'Both changed the same lines.';
const aboutBinary = 'Both changed it, and a binary file cannot be merged by lines.';

/** The word git has for it: in the message where it is told more closely there than in its type. */
function kindOf(type: string, text: string): string {
  const word = /^CONFLICT \(([^)]+)\)/.exec(text)?.[1] ?? /\(([^)]+)\)/.exec(type)?.[1] ?? 'content';
  return word === 'contents' ? 'content' : word;
}

function aboutOf({ type, text }: Message, { baseOid }: { readonly baseOid: string; readonly headOid: string }): string {
  switch (kindOf(type, text)) {
    case 'content':
      return aboutContent;
    case 'add/add':
      return 'Both added it, each in its own way.';
    case 'modify/delete':
      return text.includes(`deleted in ${baseOid}`)
        ? 'The base deleted it, and this change goes on changing it.'
        : 'This change deletes it, and the base went on changing it.';
    default:
      // The first sentence says what it is; what git did with the files on the way is of no worth here.
      return `${text.replace(/^CONFLICT \([^)]*\): /, '').split(/\.\s|;/, 1)[0] ?? text}.`.replace(/\.\.$/, '.');
  }
}
