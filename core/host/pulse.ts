/**
 * Asks every `everyMs`, while there is no question open. Tells once that no answer came before the next one was due, so that who
 * hangs is known after two beats at most, and when it comes after all. Goes on until the timer it returns is cleared.
 */
export function watchPulse(options: {
  readonly everyMs: number;
  readonly ping: () => Promise<unknown>;
  readonly onSilent: () => void;
  readonly onBack: () => void;
}): NodeJS.Timeout {
  const { everyMs } = options;
  let unanswered = false;
  let silent = false;
  let beatAt = Date.now();
  return setInterval(() => {
    // Whoever was asleep or busy itself has not waited, so it begins anew instead of judging.
    const overslept = Date.now() - beatAt > everyMs * 1.5;
    beatAt = Date.now();
    if (unanswered) {
      if (!silent && !overslept) {
        silent = true;
        options.onSilent();
      }
      return;
    }
    unanswered = true;
    options.ping().then(
      () => {
        unanswered = false;
        if (silent) options.onBack();
        silent = false;
      },
      () => {},
    );
  }, everyMs);
}
