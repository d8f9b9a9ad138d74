import { oc } from '@orpc/contract';
import { searchAnswerSchema, searchQuerySchema } from '../search';

/** Search in tasks and conversations. */
export const search = {
  /** Places in tasks and conversations that have every word. Whatever is typed is a question, never an error. */
  find: oc.input(searchQuerySchema).output(searchAnswerSchema),
};
