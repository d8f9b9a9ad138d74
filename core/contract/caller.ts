/** Who calls, as a door found out and every command hears it. */
export interface Caller {
  /** `person` for whoever sits at this machine. */
  readonly by: string;
}
