import { z } from 'zod';
import type { Caller } from './caller';
import type { Calls } from './calls';

/** What a key is for: a kind of work another program does, or only to look. */
export const keyTypes = ['feature', 'bugfix', 'test', 'docs', 'refactor', 'review', 'observer'] as const;
export const keyTypeSchema = z.enum(keyTypes);
export type KeyType = z.infer<typeof keyTypeSchema>;

export const keyIdSchema = z.number().int().positive();
/** A name of a key, which no other ever has: what it did is told by it. */
export const keyNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes and underscores');
/** A name for a new key: more than digits, which would be taken for a key's number. */
export const newKeyNameSchema = keyNameSchema.refine(
  (name) => /\D/.test(name),
  'A name of digits alone would be taken for the number of a key. Put a letter into it.',
);

/** A key as it is shown: what it is for and how it is used, and never its secret. */
export const keySchema = z.object({
  id: keyIdSchema,
  name: keyNameSchema,
  type: keyTypeSchema,
  /** How its secret begins, to tell which one somebody holds. */
  prefix: z.string(),
  createdAt: z.number().int(),
  /** When it ends by itself; null for when it is revoked. */
  expiresAt: z.number().int().nullable(),
  /** When it last got another secret; null when it never did. */
  rotatedAt: z.number().int().nullable(),
  /** When it was last used, to the minute; null when it never was. */
  lastUsedAt: z.number().int().nullable(),
  revokedAt: z.number().int().nullable(),
});
export type Key = z.infer<typeof keySchema>;

/** A key with its secret, which is said this once. */
export const keySecretSchema = z.object({ key: keySchema, secret: z.string() });
export type KeySecret = z.infer<typeof keySecretSchema>;

/** A call by its name, as `tasks.create`. */
export type CallName = { [Noun in keyof Calls]: `${Noun}.${Extract<keyof Calls[Noun], string>}` }[keyof Calls];

/**
 * Who may make a call over the network: the keys of some types beside the person, the person alone, or nobody, because there is a command
 * of the terminal for it.
 */
type Scope = readonly KeyType[] | 'person' | { readonly command: string };

const every: Scope = keyTypes;
const work: Scope = ['feature', 'bugfix', 'test', 'docs', 'refactor'];
const review: Scope = ['review'];
const reading: Scope = ['review', 'observer'];
/** Only with a token of the person's own, or from a browser they signed in. */
const person: Scope = 'person';
/** What is told is a secret, or one can be made of it: only in the window, or by this command in the terminal of this machine. */
const nobodyBut = (command: string): Scope => ({ command });

/**
 * The one table of who may make which call over the network. A call that is not in it is refused. No key answers requests,
 * decides, lands or discards anything, changes settings, keys, rules or trust, drives terminals or stops the runtime.
 */
export const callScopes: Readonly<Record<CallName, Scope>> = {
  'repositories.list': every,
  'repositories.inspect': person,
  'repositories.add': person,
  'repositories.trust': person,
  'repositories.configure': person,
  'repositories.remove': person,
  'repositories.branches': every,
  'repositories.remotes': person,
  'tasks.list': every,
  'tasks.get': every,
  // What a key may ask for of it is looked at where tasks are made.
  'tasks.create': work,
  'tasks.cancel': person,
  'tasks.retry': person,
  'tasks.edit': person,
  'tasks.resume': person,
  'tasks.approve': person,
  'tasks.stack': person,
  'tasks.approveStack': person,
  'tasks.overlap': reading,
  'tasks.restack': person,
  'tasks.push': person,
  'tasks.stopPush': person,
  'tasks.pushes': person,
  'tasks.reject': person,
  'tasks.changeBase': person,
  'tasks.resolve': person,
  'tasks.discard': person,
  'tasks.take': person,
  'tasks.handBack': person,
  'tasks.restore': person,
  'contests.create': person,
  'contests.compare': reading,
  'contests.pick': person,
  'reviews.get': review,
  'reviews.change': review,
  'reviews.patch': review,
  'reviews.between': review,
  'reviews.content': review,
  'reviews.takeBack': person,
  'reviews.file': review,
  'reviews.write': person,
  'reviews.ask': person,
  'reviews.asked': review,
  'reviews.undo': person,
  'pullRequests.open': person,
  'pullRequests.get': person,
  'pullRequests.merge': person,
  'pullRequests.reply': person,
  'pullRequests.comment': person,
  'pullRequests.resolve': person,
  'forges.list': person,
  'forges.login': person,
  'forges.logout': person,
  'comments.list': review,
  // It would be a draft of the person's, which goes to the agent with theirs.
  'comments.add': person,
  'comments.edit': person,
  'comments.remove': person,
  'comments.accept': person,
  'comments.dismiss': person,
  'comments.resolve': person,
  'checks.run': person,
  'checks.stop': person,
  'checks.follow': reading,
  'checks.suggest': person,
  'checks.files': review,
  'checkpoints.list': reading,
  'checkpoints.diff': review,
  'checkpoints.back': person,
  'requests.list': ['observer'],
  'requests.answer': person,
  'requests.waited': ['observer'],
  'processes.list': ['observer'],
  'rules.list': person,
  'rules.revoke': person,
  'decisions.list': person,
  'decisions.check': person,
  'sessions.list': every,
  'sessions.read': every,
  'sessions.follow': every,
  'messages.list': every,
  // To tasks it made, and to no other.
  'messages.add': work,
  'messages.edit': person,
  'messages.remove': person,
  'search.find': reading,
  'terminals.list': person,
  'terminals.programs': person,
  'terminals.open': person,
  'terminals.read': person,
  'terminals.write': person,
  'terminals.resize': person,
  'terminals.close': person,
  'trains.start': person,
  'trains.list': reading,
  'trains.get': reading,
  'trains.stop': person,
  'worktrees.list': person,
  'worktrees.get': person,
  'worktrees.remove': person,
  'worktrees.backups': person,
  'worktrees.restore': person,
  'worktrees.removeBackup': person,
  'worktrees.going': person,
  'settings.list': person,
  'settings.set': person,
  'agents.list': every,
  'relay.agents': ['observer'],
  'relay.follow': ['observer'],
  'relay.status': ['observer'],
  // Work for whatever agent there is, one of a task too.
  'relay.send': person,
  'relay.takeBack': person,
  'relay.disconnect': person,
  'keys.list': person,
  'keys.create': nobodyBut('key create'),
  'keys.rotate': nobodyBut('key rotate'),
  'keys.revoke': person,
  'signIns.create': nobodyBut('open'),
  'signIns.list': person,
  'signIns.revoke': person,
  'services.restart': person,
  'runtime.status': every,
  'runtime.doctor': person,
  'runtime.verifyStacks': person,
  'runtime.dump': person,
  'runtime.demo': person,
  'runtime.stop': person,
  // Its snapshot has the settings in it.
  'changes.follow': person,
};

/** The verb of connecting to the relay as an agent of a role. */
const connectVerb = /^relay\.connect:(.+)$/;

/**
 * Whether a caller from the network may do something of the relay's: make a call of it, or connect as a role (`relay.connect:docs`).
 * A key of a kind of work is an agent of that role and of no other.
 */
export function mayOnRelay({ key }: Pick<Caller, 'key'>, verb: string): boolean {
  const role = connectVerb.exec(verb)?.[1];
  if (role === undefined) return mayCall({ ...(key && { key }) }, verb);
  return key === undefined || (key.type !== 'observer' && key.type === role);
}

/** Who may be an agent of a role on the relay. */
export function whoMayConnect(role: string): string {
  const isOfKeys = role !== 'observer' && keyTypes.some((type) => type === role);
  return isOfKeys
    ? `A key of the type ${role} may, and the person.`
    : 'No key may: the person does that in the terminal.';
}

/** Whether a caller from the network may make a call. Nobody may make one that the table does not name. */
export function mayCall({ key }: Pick<Caller, 'key'>, call: string): boolean {
  if (!Object.hasOwn(callScopes, call)) return false;
  const scope = callScopes[call as CallName];
  return key === undefined ? !('command' in Object(scope)) : typesOf(scope).includes(key.type);
}

/** Who may make a call over the network, or what to type instead. */
export function whoMayCall(call: CallName): string {
  const scope = callScopes[call];
  if (typeof scope === 'object' && 'command' in scope)
    return `${call} cannot be called over the network: use the command \`${scope.command}\` in a terminal of this machine.`;
  const types = typesOf(scope);
  return types.length === 0
    ? 'No key may: the person does that in the window, the monitor or the terminal.'
    : `A key of the type ${types.join(' or ')} may, and the person.`;
}

/** Why a caller from the network may not make a call, and who may or what to type instead. */
export function mayNotCallWords({ key }: Pick<Caller, 'key'>, call: string): string {
  if (!Object.hasOwn(callScopes, call)) return `There is no call ${call}.`;
  const others = whoMayCall(call as CallName);
  if (key === undefined) return others;
  return others.startsWith(call)
    ? others
    : `The key ${key.name}, of the type ${key.type}, may not call ${call}. ${others}`;
}

function typesOf(scope: Scope): readonly KeyType[] {
  return typeof scope === 'object' && !('command' in scope) ? scope : [];
}
