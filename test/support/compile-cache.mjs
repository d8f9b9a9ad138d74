import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

// Compiled once, not by each of the many processes a test starts, and kept beside what is compiled. One that is killed writes
// nothing at its end, so it does after its start.
enableCompileCache(join(import.meta.dirname, 'compiled'));
setTimeout(flushCompileCache, 500).unref();
