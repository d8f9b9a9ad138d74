import type { ElicitationContentValue, ElicitationPropertySchema, ElicitationSchema } from '@agentclientprotocol/sdk';
import { z } from 'zod';
import type { Answer, RequestOption } from '../contract/request';
import { lineOf } from './acp-updates';
import type { Question } from './agent';
import { visibleText } from './visible';

/** One thing a form asks for: the question, and how its answer becomes values of the form. */
export interface Field {
  readonly question: Question;
  /** The values an answer stands for, the sentence that says why it is none, or null for a refusal. */
  readonly read: (answer: Answer) => Readonly<Record<string, ElicitationContentValue>> | string | null;
}

const choiceSchema = z.object({ const: z.string(), title: z.string(), description: z.string().nullish() });
const optionsSchema = z.object({
  title: z.string().nullish().catch(null),
  description: z.string().nullish().catch(null),
  enum: z.array(z.string()).nullish().catch(null),
  oneOf: z.array(choiceSchema).nullish().catch(null),
  items: z
    .object({
      enum: z.array(z.string()).nullish().catch(null),
      anyOf: z.array(choiceSchema).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description: string;
}

/**
 * A form as questions, one for each property; `X_custom` beside a choice `X` is that choice's free text. Null when it
 * holds something this program does not know how to ask.
 */
export function fieldsOf(message: string, schema: ElicitationSchema): readonly Field[] | null {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return [confirmation(message)];
  const names = new Set(properties.map(([name]) => name));
  const asked = properties.filter(
    ([name]) => !(name.endsWith('_custom') && names.has(name.slice(0, -'_custom'.length))),
  );
  const fields: Field[] = [];
  for (const [name, property] of asked) {
    const custom = names.has(`${name}_custom`) ? `${name}_custom` : null;
    const field = fieldOf({ name, property, custom, message, alone: asked.length === 1 });
    if (field === null) return null;
    fields.push(field);
  }
  return fields;
}

/** A property of a form that is asked for. */
interface AskedProperty {
  readonly name: string;
  readonly property: ElicitationPropertySchema;
  readonly custom: string | null;
  readonly message: string;
  readonly alone: boolean;
}

function fieldOf(asked: AskedProperty): Field | null {
  const { name, custom } = asked;
  const parts = optionsSchema.parse(asked.property);
  switch (asked.property.type) {
    case 'string': {
      const choices = choicesOf(parts.enum, parts.oneOf);
      if (choices.length === 0) {
        return field(asked, parts, [], { text: true }, (answer) =>
          answer.text === null ? 'Please answer with a text.' : { [name]: answer.text },
        );
      }
      return field(asked, parts, choices, { text: custom !== null }, (answer) => {
        const [chosen] = chosenOf(answer, choices);
        if (chosen !== undefined) return { [name]: chosen.value };
        return custom !== null && answer.text !== null
          ? { [custom]: answer.text }
          : 'Please choose one of the options.';
      });
    }
    case 'array': {
      const choices = choicesOf(parts.items?.enum, parts.items?.anyOf);
      if (choices.length === 0) return null;
      return field(asked, parts, choices, { text: custom !== null, multiple: true }, (answer) => {
        const chosen = chosenOf(answer, choices).map((choice) => choice.value);
        if (chosen.length > 0) return { [name]: chosen };
        return custom !== null && answer.text !== null ? { [custom]: answer.text } : 'Please choose from the options.';
      });
    }
    case 'boolean':
      return field(asked, parts, yesNo, { text: false }, (answer) => {
        const [chosen] = chosenOf(answer, yesNo);
        return chosen === undefined ? 'Please answer with Yes or No.' : { [name]: chosen.value === 'yes' };
      });
    case 'number':
    case 'integer': {
      const whole = asked.property.type === 'integer';
      return field(asked, parts, [], { text: true }, (answer) => {
        const text = answer.text?.trim() ?? '';
        const value = text === '' ? Number.NaN : Number(text);
        if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) {
          return whole ? 'Please answer with a whole number.' : 'Please answer with a number.';
        }
        return { [name]: value };
      });
    }
    default:
      return null;
  }
}

const yesNo: readonly Choice[] = [
  { value: 'yes', label: 'Yes', description: '' },
  { value: 'no', label: 'No', description: '' },
];

/** A form without properties asks only for leave to go on. */
function confirmation(message: string): Field {
  return {
    question: { ...base(message, ''), options: yesNo.map(option), allowsText: false, multiple: false },
    read: (answer) => (chosenOf(answer, yesNo)[0]?.value === 'no' ? null : {}),
  };
}

function field(
  asked: AskedProperty,
  parts: z.infer<typeof optionsSchema>,
  choices: readonly Choice[],
  allows: { readonly text: boolean; readonly multiple?: boolean },
  read: Field['read'],
): Field {
  const own = [parts.title ?? (asked.alone ? '' : asked.name), parts.description ?? ''].filter((part) => part !== '');
  // A form of one field asks what its message says; in a longer one each field needs its own words.
  const about = asked.alone ? asked.message : (own[0] ?? asked.message);
  const more = asked.alone ? (parts.description ?? '') : [asked.message, ...own.slice(1)].join('\n\n');
  return {
    question: {
      ...base(about, more),
      options: choices.map(option),
      allowsText: allows.text,
      multiple: allows.multiple ?? false,
    },
    read,
  };
}

function base(about: string, more: string): Pick<Question, 'kind' | 'title' | 'body' | 'tool'> {
  const whole = visibleText(about).trim();
  const title = lineOf(whole);
  // A question that does not fit its title is given whole.
  const body = [title === whole ? '' : whole, visibleText(more).trim()].filter((part) => part !== '').join('\n\n');
  return { kind: 'clarification', title: title === '' ? 'The agent has a question' : title, body, tool: null };
}

function option(choice: Choice): RequestOption {
  return {
    label: lineOf(visibleText(choice.label)),
    description: lineOf(visibleText(choice.description)),
    kind: 'choice',
  };
}

function choicesOf(
  values: readonly string[] | null | undefined,
  titled: readonly z.infer<typeof choiceSchema>[] | null | undefined,
): readonly Choice[] {
  if (titled && titled.length > 0) {
    return titled.map((each) => ({ value: each.const, label: each.title, description: each.description ?? '' }));
  }
  return (values ?? []).map((value) => ({ value, label: value, description: '' }));
}

/** The choices an answer names, by index or, when it is only text, by their words. */
function chosenOf(answer: Answer, choices: readonly Choice[]): readonly Choice[] {
  const byIndex = answer.options.flatMap((index) => choices[index] ?? []);
  if (byIndex.length > 0) return byIndex;
  const words = answer.text?.trim().toLowerCase();
  return choices.filter((choice) => choice.label.toLowerCase() === words || choice.value.toLowerCase() === words);
}
