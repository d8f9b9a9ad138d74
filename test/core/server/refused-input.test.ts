import { expect, test } from 'vitest';
import { z } from 'zod';
import { keyNameSchema } from '../../../core/contract/key';
import { newTaskSchema } from '../../../core/contract/task';
import { type Issue, refusedWords } from '../../../core/server/refused-input';

const wordsOf = (schema: z.ZodType, input: unknown) =>
  refusedWords((schema.safeParse(input).error?.issues ?? []) as Issue[], input);
const refused = (input: object) => wordsOf(newTaskSchema, { repositoryId: 1, title: 't', prompt: 'p', ...input });

test('an input that is refused is said in sentences, by what it is called and not by how it is checked', () => {
  expect(refused({ title: 'x'.repeat(201), prompt: ' ' })).toBe(
    'The title must be at most 200 characters long. The prompt must not be empty.',
  );
  expect(refused({ permissionLevel: 'root' })).toBe(
    'The permission level must be one of autonomous, supervised, human-required, not "root".',
  );
  expect(refused({ budget: { usd: -1 } })).toMatch(/^The budget usd must be .*, not -1\.$/);
});

const form = z.strictObject({
  by: z.enum(['a', 'b']),
  of: z.discriminatedUnion('kind', [z.object({ kind: z.literal('x') }), z.object({ kind: z.literal('y') })]),
  either: z.union([z.string(), z.number()]).optional(),
  many: z.array(z.number().int().positive()).min(1),
  name: keyNameSchema,
  url: z.url().optional(),
  names: z.record(z.string().regex(/^[a-z]$/), z.boolean()).optional(),
});
const good = { by: 'a', of: { kind: 'x' }, many: [1], name: 'n' };

test.each([
  [[], 'The input must be an object, not a list.'],
  [undefined, 'The input is missing: it must be an object.'],
  [{ ...good, by: undefined }, 'The by is missing: it must be one of a, b.'],
  [{ ...good, many: [1, '2'] }, 'The many (2) must be a number, not "2".'],
  [{ ...good, many: [1.5] }, 'The many (1) must be a whole number, not 1.5.'],
  [{ ...good, many: [0] }, 'The many (1) must be more than 0, not 0.'],
  [{ ...good, many: [] }, 'There must be at least 1 of: many.'],
  [{ ...good, many: { 0: 1 } }, 'The many must be a list, not an object.'],
  [{ ...good, colour: 1, size: 2 }, 'The input has no colour and no size: leave that out.'],
  [{ ...good, of: { kind: 'z' } }, 'The of kind must be one of x, y, not "z".'],
  [{ ...good, of: {} }, 'The of kind is missing: it must be one of x, y.'],
  [{ ...good, either: true }, 'The either must be text or a number, not true.'],
  [{ ...good, name: 'a b' }, 'The name must be 1 to 64 letters, digits, dots, dashes and underscores, not "a b".'],
  [{ ...good, name: null }, 'The name must be text, not null.'],
  [{ ...good, url: 'x'.repeat(90) }, `The url cannot be "${'x'.repeat(60)}…": it has another form.`],
  [{ ...good, names: { A: true } }, 'The names cannot have "A".'],
])('what is expected and what was given is said of %j', (input, words) => {
  expect(wordsOf(form, good)).toBe('');
  expect(wordsOf(form, input)).toBe(words);
});
