import { budgetSchema, type Measure } from '../../core/contract/budget';

/** The cap that was typed: null for none, undefined for what is no amount. Commas may group thousands and nothing else. */
export function capOf(measure: Measure, typed: string): number | null | undefined {
  const text = typed.trim().replace(/^\$\s*/, '');
  if (text === '') return typed.trim() === '' ? null : undefined;
  const isGrouped = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(text);
  if (!isGrouped && !/^(\d+\.?\d*|\.\d+)$/.test(text)) return undefined;
  return budgetSchema.shape[measure].safeParse(Number(text.replaceAll(',', ''))).data;
}
