import type { ClaudeLine, ClaudeResult } from './claude-lines';

type Message = Extract<ClaudeLine, { type: 'assistant' }>['message'];

/** How many tokens a model call had before it, and which model that was. */
export interface Measured {
  readonly used: number;
  readonly model: string | null;
}

/** How full the model was with a message: everything it read, from the cache too, and what it wrote. Null when not told. */
export function contextOf({ usage, model }: Message): Measured | null {
  if (usage?.input_tokens === undefined) return null;
  const { input_tokens: read, output_tokens: wrote = 0 } = usage;
  const { cache_creation_input_tokens: kept = 0, cache_read_input_tokens: known = 0 } = usage;
  const used = read + kept + known + wrote;
  return used > 0 ? { used, model: model ?? null } : null;
}

/** How many tokens a model can hold, as the end of a turn tells; null when it does not. */
export function windowOf({ modelUsage }: ClaudeResult, model: string | null): number | null {
  if (modelUsage === undefined) return null;
  const models = Object.entries(modelUsage);
  // The name in the sum may carry the size it was asked for: `name[1m]`.
  const [, told] = models.find(([name]) => name === model || (model !== null && name.startsWith(`${model}[`))) ?? [];
  return (told ?? (models.length === 1 ? models[0]?.[1] : undefined))?.contextWindow ?? null;
}
