import { safeStorage } from 'electron';
import type { OpenOptions } from '../core/open';

/**
 * The system's keychain, as Electron reaches it. It seals nothing where Electron would only scramble it with a password that
 * is the same everywhere (`basic_text`, on Linux without a keyring).
 */
export const keychain: NonNullable<OpenOptions['keychain']> = {
  async seal(secret) {
    if (!(await trustworthy())) return null;
    const sealed = isAsync() ? await safeStorage.encryptStringAsync(secret) : safeStorage.encryptString(secret);
    return sealed.toString('base64');
  },
  async open(sealed) {
    if (!(await trustworthy())) return null;
    const bytes = Buffer.from(sealed, 'base64');
    try {
      return isAsync() ? (await safeStorage.decryptStringAsync(bytes)).result : safeStorage.decryptString(bytes);
    } catch {
      // Sealed by another keychain, of this person's former machine for instance.
      return null;
    }
  },
};

async function trustworthy(): Promise<boolean> {
  if (process.platform === 'linux' && ['basic_text', 'unknown'].includes(backend())) return false;
  return isAsync() ? safeStorage.isAsyncEncryptionAvailable() : safeStorage.isEncryptionAvailable();
}

/** What holds secrets on Linux; Electron 25 cannot say. */
function backend(): string {
  const { getSelectedStorageBackend: selected } = safeStorage as Partial<typeof safeStorage>;
  return selected?.call(safeStorage) ?? 'unknown';
}

/** Electron 25 has only the calls that wait, and later ones lose those. */
function isAsync(): boolean {
  return typeof (safeStorage as Partial<typeof safeStorage>).encryptStringAsync === 'function';
}
