import { z } from 'zod';
import type { Usage } from '../contract/task';

const totalsSchema = z.object({
  session: z.object({
    total_cost_usd: z.number(),
    model_usage: z.record(
      z.string(),
      z.looseObject({
        inputTokens: z.number().default(0),
        outputTokens: z.number().default(0),
        cacheReadInputTokens: z.number().default(0),
        cacheCreationInputTokens: z.number().default(0),
      }),
    ),
  }),
});

/** Asks Claude Code while it works what its session used; older versions do not know the question, and then tell at the end. */
export interface ClaudeUsage {
  /** Asks; its answer comes as a control response. The first answer is what was used before this turn. */
  readonly ask: () => void;
  /** Takes a control response that may be such an answer. */
  readonly take: (response: { readonly request_id?: string | undefined; readonly response?: unknown }) => void;
}

/** Watches what one process uses; `onUsage` is told the sums since its start. */
export function watchClaudeUsage(on: {
  readonly send: (message: object) => void;
  readonly onUsage: (usage: Usage) => void;
}): ClaudeUsage {
  let asked = 0;
  let before: Usage | null = null;
  return {
    ask() {
      asked += 1;
      on.send({ type: 'control_request', request_id: `usage-${asked}`, request: { subtype: 'get_usage' } });
    },
    take({ request_id: id, response }) {
      const totals = id?.startsWith('usage-') ? totalsSchema.safeParse(response) : undefined;
      if (!totals?.success) return;
      const now = sumOf(totals.data.session);
      if (before === null) {
        before = id === 'usage-1' ? now : null;
        return;
      }
      on.onUsage({
        inputTokens: (now.inputTokens ?? 0) - (before.inputTokens ?? 0),
        outputTokens: (now.outputTokens ?? 0) - (before.outputTokens ?? 0),
        costUsd: (now.costUsd ?? 0) - (before.costUsd ?? 0),
      });
    },
  };
}

function sumOf({ total_cost_usd: costUsd, model_usage: byModel }: z.infer<typeof totalsSchema>['session']): Usage {
  const models = Object.values(byModel);
  const sum = (of: (model: (typeof models)[number]) => number) => models.reduce((total, each) => total + of(each), 0);
  return {
    inputTokens: sum((each) => each.inputTokens + each.cacheReadInputTokens + each.cacheCreationInputTokens),
    outputTokens: sum((each) => each.outputTokens),
    costUsd,
  };
}
