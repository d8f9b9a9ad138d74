/** What a terminal is called among what hosts hold, and in the folder of what terminals printed. */
export function terminalName(id: number): string {
  return `terminal-${id}`;
}

/** Which terminal is called so. */
export function terminalId(name: string): number {
  return Number(name.slice('terminal-'.length));
}
