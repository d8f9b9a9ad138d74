import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { CodedError } from './contract/errors';
import { homeExpanded } from './contract/home-path';
import { type Service, serviceManifestSchema } from './contract/service';
import { refusedWords } from './server/refused-input';

/** A service whose folder is known. */
export interface PlacedService extends Service {
  /** An absolute path. */
  readonly directory: string;
}

/** Where services are named when nobody says where. */
export const usualManifest = 'services.json';

/**
 * The services that a file names, in their order. A folder in it is meant from that of the file. Throws NOT_FOUND when there is no
 * such file and BAD_INPUT when it is no manifest, with what is wrong where.
 */
export function readManifest(file: string, home: string): readonly PlacedService[] {
  const { services } = checked(file, parsed(file, read(file)));
  return services.map((service) => ({
    ...service,
    directory: resolve(dirname(file), homeExpanded(service.directory ?? '.', home)),
  }));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isMissing ? `There is no ${file}` : `${file} could not be read (${(cause as Error).message})`;
    const todo = 'Write one, as {"services": [{"name": "web", "command": "npm start"}]}, or type run for no services.';
    throw new CodedError(isMissing ? 'NOT_FOUND' : 'BAD_INPUT', `${what}, so no service was started. ${todo}`, {
      cause,
    });
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('BAD_INPUT', `${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

function checked(file: string, value: unknown): z.infer<typeof serviceManifestSchema> {
  const { data, error } = serviceManifestSchema.safeParse(value);
  if (data !== undefined) return data;
  const wrong = refusedWords(error.issues, value);
  throw new CodedError(
    'BAD_INPUT',
    `${file} is no manifest of services. ${wrong} docs/services.md says what it may have.`,
  );
}
