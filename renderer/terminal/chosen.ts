/**
 * Which terminal is shown when the person comes to drive an agent: its screen, unless they type in another one, whose next
 * keys would go to the agent. Its chip says that it is there.
 */
export function whenDriven(now: {
  readonly chosen: number | null;
  readonly driven: number;
  readonly isTyping: boolean;
}): number {
  return now.isTyping && now.chosen !== null ? now.chosen : now.driven;
}
