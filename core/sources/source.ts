/** A task in a worker's hands. The generation fences it: after another claim, everything said for this one is refused. */
export interface Claim {
  readonly task: number;
  readonly generation: number;
  /** Epoch milliseconds until which nobody else may claim the task. */
  readonly leaseUntil: number;
}

/** Where tasks come from. Adding one is one file and one line in core/index.ts. */
export interface Source {
  readonly name: string;
  /** Takes up to `limit` due tasks, waiting for the first one. Resolves with none when the signal is aborted. */
  next(limit: number, signal: AbortSignal): Promise<readonly Claim[]>;
  /** Renews the lease; false when the claim is no longer ours and its work must stop. */
  extend(claim: Claim): Promise<boolean>;
  /** Stops giving out tasks and wakes every waiter. */
  close(): void;
}
