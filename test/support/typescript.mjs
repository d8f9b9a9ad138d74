import { readFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// The sources are stripped and compiled once, not by each of the many processes a test starts. A place in the checkout is
// known to all of them, whatever environment they are given. One that is killed writes nothing at its end, so it does
// after its start.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/switchyard-compiled', import.meta.url)));
setTimeout(flushCompileCache, 500).unref();

/**
 * Lets plain Node run the sources as they are: `npx node --import ./test/support/typescript.mjs file.ts`. Node strips the
 * types; what the bundler does beside that, extensionless imports and `?raw`, is done here.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const ours = context.parentURL?.endsWith('.ts') && !context.parentURL.includes('/node_modules/');
    if (!ours || !specifier.startsWith('.') || /\.(m?[jt]s|json|node)$/.test(specifier))
      return nextResolve(specifier, context);
    if (specifier.endsWith('?raw')) return { url: new URL(specifier, context.parentURL).href, shortCircuit: true };
    return nextResolve(`${specifier}.ts`, context);
  },
  load(url, context, nextLoad) {
    if (!url.endsWith('?raw')) return nextLoad(url, context);
    const text = readFileSync(fileURLToPath(url.slice(0, -'?raw'.length)), 'utf8');
    return { format: 'module', source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
