import { CodedError } from '../contract/errors';
import { type RelayMessage, readRelayMessage } from '../contract/relay';

/** The message a text is. Throws BAD_INPUT with what is wrong with it and an example, which would be taken. */
export function messageOf(text: string, example: string): RelayMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CodedError('BAD_INPUT', `This is no JSON. Send ${example}.`);
  }
  return readRelayMessage(value, example);
}

/** That something was done, for whoever asked for it. */
export function doneText(id: string, payload: unknown): string {
  return JSON.stringify({ id, type: 'ok', payload });
}

/** Why something was not done, with the id of what asked for it where it has one. What nobody foresaw is told without details. */
export function refusalText(asked: string, error: unknown): string {
  const known = error instanceof CodedError;
  const code = known ? error.code : 'INTERNAL';
  const message = known ? error.message : 'Something went wrong inside Switchyard. The details are in the logs folder.';
  return JSON.stringify({ id: idOf(asked), type: 'error', payload: { code, message } });
}

function idOf(asked: string): string | null {
  try {
    const { id } = JSON.parse(asked) as { readonly id?: unknown };
    return typeof id === 'string' && id.length <= 128 ? id : null;
  } catch {
    return null;
  }
}
