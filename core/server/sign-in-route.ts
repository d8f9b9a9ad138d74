import { z } from 'zod';
import { createRoutes, type Routes } from './app';
import { jsonBody } from './body';
import { refused } from './replies';

const saidSchema = z.strictObject({ code: z.string().max(200) });
const largestBody = 1024;

/** What came of saying a code. */
type SignedIn =
  | { readonly kind: 'in'; readonly id: number; readonly token: string; readonly expiresAt: number }
  | { readonly kind: 'wrong' | 'paused' };

/** Signs a browser in: the one thing besides the page and `/health` that is asked without a token. */
export function signInRoute(
  signIn: (said: { readonly code: string; readonly browser: string }) => Promise<SignedIn>,
): Routes {
  return createRoutes().post('/sign-in', jsonBody(largestBody), async (c) => {
    const said = saidSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!said.success) return refused({ status: 400, reason: 'Say the code as {"code": "…"}.' });
    const done = await signIn({ code: said.data.code, browser: c.req.header('user-agent') ?? '' });
    if (done.kind === 'in') return c.json({ id: done.id, token: done.token, expiresAt: done.expiresAt });
    const reason =
      done.kind === 'paused'
        ? 'Too many codes were wrong. Wait a minute, then use the command `open` again.'
        : 'That code is wrong, was used, or is older than two minutes. For a new one use the command `open` again.';
    return refused({ status: done.kind === 'paused' ? 429 : 401, reason });
  });
}
