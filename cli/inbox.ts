import type { Client } from '../core/client';
import { type Answer, answerSchema, isDecided, type Request } from '../core/contract/request';
import type { Rule, RuleOffer } from '../core/contract/rule';
import { waitedInWords } from '../core/contract/waited';
import { type Command, type Given, UsageError } from './command';
import { contestLines } from './contest';
import { plain, plainLine } from './plain';
import { ago, counted, requestSteps } from './text';
import { waitedToday } from './waited';
import { withClient } from './with-client';

const inbox: Command = {
  words: ['inbox'],
  reads: true,
  usage: '',
  summary: "What waits for you, by how long an agent has waited times its task's priority",
  options: {},
  names: { least: 0, most: 0 },
  examples: ['inbox', 'inbox --json'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const [requests, reviews] = await Promise.all([
        client.requests.list(),
        client.tasks.list({ states: ['review'] }),
      ]);
      // Of a contest nothing is to be done before all of it is finished, and then one thing.
      const ready = reviews.filter(({ contest }) => contest === null || contest.picked !== null).length;
      const contests = await contestLines(client, reviews, around.program);
      const open =
        requests.length === 0
          ? `${ready + contests.length === 0 ? 'Nothing' : 'No agent'} waits for you.\n`
          : requests.map((request) => requestText(request, around.program)).join('\n');
      const text = `${open}${ready === 0 ? '' : `In review for you: ${counted(ready, 'change')}.\n`}${contests.join('')}`;
      const waited = await waitedToday(client);
      const note = waited.ms < 1000 ? {} : { note: `Agents waited ${waitedInWords(waited.ms)} for you today.\n` };
      return { json: requests, text, ...note };
    }),
};

const answer: Command = {
  words: ['answer'],
  usage:
    'REQUEST (--allow [--always session|repository] | --deny [--text REASON] | --text T | --option NUMBER_OR_LABEL...)',
  summary: 'Answer a request',
  options: {
    allow: { type: 'boolean' },
    deny: { type: 'boolean' },
    always: { type: 'string' },
    text: { type: 'string' },
    option: { type: 'string', multiple: true },
  },
  names: { least: 1, most: 1 },
  examples: [
    'answer 3 --allow',
    'answer 3 --always repository',
    'answer 3 --deny --text "Use the test database"',
    'answer 4 --option 1',
    'answer 4 --option "Keep both"',
    'answer 5 --text "Node 22 and up"',
  ],
  more: [
    '  --option takes an option by the number or the label that `inbox` shows it with; the first is 1. In JSON, options are',
    '  named by their place in the list, and the first is 0.',
    '  --always keeps a rule, so that the same is not asked again; `inbox` says what it would cover. `rule list` shows the',
    '  rules there are and `rule revoke` takes one back.',
    '',
  ].join('\n'),
  run: (given, around) => {
    const id = given.id(0);
    const allow = given.flag('allow') || given.text('always') !== undefined;
    if (allow && given.flag('deny')) throw new UsageError('--allow and --deny say the opposite of each other.');
    if (!allow && !given.flag('deny') && given.text('text') === undefined && given.many('option').length === 0) {
      throw new UsageError(`answer needs --allow, --always, --deny, --text or --option. Usage: answer ${answer.usage}`);
    }
    return withClient(around, async (client) => {
      // A request that is not open has no options to choose from; the core says what became of it.
      const open = (await client.requests.list()).find((request) => request.id === id);
      const answered = await client.requests.answer({ request: id, answer: answerOf(given, open) });
      const made = answered.answer?.rule == null ? undefined : await newestRule(client, answered.task);
      const rule =
        made === undefined ? '' : `Rule ${made.id} made. To take it back: ${around.program} rule revoke ${made.id}\n`;
      return {
        json: answered,
        text: `Answered request ${id} of task #${answered.task} (${plainLine(answered.taskTitle)}).\n${rule}`,
      };
    });
  },
};

/** The rule that was made last for a task. */
async function newestRule(client: Client, task: number): Promise<Rule | undefined> {
  return (await client.rules.list({ revoked: false })).find((rule) => rule.task === task);
}

/** The inbox and answers. */
export const inboxCommands: readonly Command[] = [inbox, answer];

/** The answer the options stand for. Throws a UsageError when the request has no such option. */
function answerOf(given: Given, request: Request | undefined): Answer {
  assertSorts(given, request);
  const chosen = request === undefined ? [] : given.many('option').map((option) => optionIndex(option, request));
  const kinds = chosen.map((index) => request?.options[index]?.kind ?? 'choice');
  const rule = ruleOf(given.text('always'), request);
  const allow = given.flag('allow') || rule !== null || kinds.some((kind) => kind.startsWith('allow'));
  const deny = given.flag('deny') || kinds.some((kind) => kind.startsWith('reject'));
  if (allow && deny) throw new UsageError('This answer would allow and deny at once.');
  return answerSchema.parse({
    decision: allow ? 'allow' : deny ? 'deny' : null,
    rule,
    options: chosen,
    text: given.text('text') ?? null,
  });
}

/** Throws a UsageError when words alone are to answer what is to be decided, or a decision what is asked. */
function assertSorts(given: Given, request: Request | undefined): void {
  if (request === undefined) return;
  const decides = given.flag('allow') || given.flag('deny') || given.text('always') !== undefined;
  if (!isDecided(request.kind)) {
    if (!decides) return;
    const { id, kind, options, allowsText } = request;
    const ways = [
      ...(options.length > 0 ? [`answer ${id} --option NUMBER_OR_LABEL`] : []),
      ...(allowsText || options.length === 0 ? [`answer ${id} --text "…"`] : []),
    ].join(', or ');
    const labels = options.map(({ label }, index) => `${index + 1} ${plainLine(label, 80)}`).join(', ');
    const known = labels === '' ? '' : ` Its options: ${labels}.`;
    throw new UsageError(`Request ${id} (${kind}) is not allowed or denied, but answered: ${ways}.${known}`);
  }
  if (decides || given.many('option').length > 0) return;
  throw new UsageError(
    `Request ${request.id} (${request.kind}) is allowed or denied: answer ${request.id} --allow, or answer ${request.id} --deny --text "why not".`,
  );
}

/** The rule of this reach that the request offers. A request that is not open offers none; the core says what became of it. */
function ruleOf(scope: string | undefined, request: Request | undefined): RuleOffer | null {
  if (scope === undefined || request === undefined) return null;
  const offer = request.rules.find((one) => one.scope === scope);
  if (offer !== undefined) return offer;
  const known = request.rules.map((one) => one.scope).join(' or ');
  throw new UsageError(
    known === ''
      ? `Request ${request.id} cannot be allowed for good: no rule would cover just that. Use --allow.`
      : `--always takes ${known}, and not ${JSON.stringify(scope)}.`,
  );
}

/** The place of an option in the list: by its label, else by the number it is shown with. Throws a UsageError. */
function optionIndex(typed: string, request: Request): number {
  const labels = request.options.map((option) => option.label);
  const exact = labels.indexOf(typed);
  if (exact !== -1) return exact;
  const loose = labels
    .map((label, index) => ({ label: label.toLowerCase(), index }))
    .filter(({ label }) => label === typed.toLowerCase());
  if (loose.length === 1 && loose[0] !== undefined) return loose[0].index;
  const number = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  if (number >= 1 && number <= labels.length) return number - 1;
  const known = labels.map((label, place) => `${place + 1} (${plainLine(label, 60)})`).join(', ');
  throw new UsageError(
    `Request ${request.id} has no option ${JSON.stringify(typed)}. Its options: ${known === '' ? 'none' : known}.`,
  );
}

function requestText(request: Request, program: string): string {
  const { tool } = request;
  const lines = [
    `#${request.id} ${request.kind}: ${plainLine(request.title, 200)}  (task #${request.task} ${plainLine(request.taskTitle, 60)}, ${ago(request.createdAt)})`,
    ...(request.body.trim() === '' ? [] : [indent(request.body)]),
    ...(tool === null ? [] : [indent(tool.command ?? tool.input)]),
    ...(tool?.diff ? [indent(tool.diff)] : []),
  ];
  return `${lines.join('\n')}\n${requestSteps(request, program)}`;
}

function indent(text: string): string {
  return plain(text).trimEnd().replace(/^/gm, '    ');
}
