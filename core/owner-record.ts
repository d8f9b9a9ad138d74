import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OwnerRecord, ownerRecordSchema } from './contract/owner';

/** The file in which the owner of a data folder says how it is reached. */
export function ownerFile(folder: string): string {
  return join(folder, 'run', 'owner.json');
}

/** Reads who announced itself as the owner; null when nobody did. The owner may have died since. */
export function readOwner(folder: string): OwnerRecord | null {
  try {
    const read = ownerRecordSchema.safeParse(JSON.parse(readFileSync(ownerFile(folder), 'utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
