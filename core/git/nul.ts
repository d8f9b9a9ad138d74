/** The entries of output whose parts each end with NUL. */
export function splitNul(output: Buffer | string): string[] {
  const parts = output.toString('utf8').split('\0');
  if (parts[parts.length - 1] === '') parts.pop();
  return parts;
}
