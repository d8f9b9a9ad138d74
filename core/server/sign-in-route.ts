import { z } from 'zod';
import { readJson } from './body';
import { refuse, reply } from './replies';
import type { Route } from './routes';

const saidSchema = z.strictObject({ code: z.string().max(200) });
const largestBody = 1024;

/** What came of saying a code. */
type SignedIn =
  | { readonly kind: 'in'; readonly id: number; readonly token: string; readonly expiresAt: number }
  | { readonly kind: 'wrong' | 'paused' };

/** Signs a browser in: the one thing besides the page and `/health` that is asked without a token. */
export function signInRoute(
  signIn: (said: { readonly code: string; readonly browser: string }) => Promise<SignedIn>,
): Route {
  return {
    method: 'POST',
    path: '/sign-in',
    open: true,
    async answer({ request, response, began }) {
      const body = await readJson(request, largestBody);
      if (body.kind === 'refused') return refuse(response, body.refusal);
      const said = saidSchema.safeParse(body.value);
      if (!said.success) return refuse(response, { status: 400, reason: 'Say the code as {"code": "…"}.' });
      began();
      const done = await signIn({ code: said.data.code, browser: request.headers['user-agent'] ?? '' });
      if (done.kind === 'in')
        return reply(response, 200, { id: done.id, token: done.token, expiresAt: done.expiresAt });
      const reason =
        done.kind === 'paused'
          ? 'Too many codes were wrong. Wait a minute, then type: switchyard open'
          : 'That code is wrong, was used, or is older than two minutes. For a new one type: switchyard open';
      refuse(response, { status: done.kind === 'paused' ? 429 : 401, reason });
    },
  };
}
