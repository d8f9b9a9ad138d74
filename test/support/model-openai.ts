import type { Protocol } from './model-server';

/** The OpenAI chat protocol; not spoken yet. */
export const openai: Protocol = {
  name: 'openai',
  aside: () => false,
  read: () => null,
  write: (_request, _move, response) => response.destroy(),
};
