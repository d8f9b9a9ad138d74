import { type NamespaceTrial, tryNamespace } from '../../core/agents/namespace-trial';

/**
 * The pid namespace programs can be put into here. Fails when bubblewrap is missing, because whoever runs the tests
 * installs it, and skips the test where the kernel forbids its use.
 */
export async function namespaceHere(
  skip: (why: string) => never,
): Promise<Extract<NamespaceTrial, { kind: 'works' }>['namespace']> {
  const trial = await tryNamespace({ PATH: process.env.PATH ?? '' });
  if (trial.kind === 'works') return trial.namespace;
  if (trial.reason === 'bubblewrap is not installed') throw new Error(`${trial.reason}. ${trial.hint}`);
  return skip(trial.reason);
}
