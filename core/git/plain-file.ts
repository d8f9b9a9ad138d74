import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** What a file holds; `absent` when nothing is there, `unknown` when it is no plain file, too long, or cannot be read. */
export type PlainFile = Buffer | 'absent' | 'unknown';

/** Reads a file that anybody may have put there, up to so many bytes; a link in its place is followed unless told not to. */
export async function readPlainFile(
  file: string,
  { mostBytes, follow = true }: { readonly mostBytes: number; readonly follow?: boolean },
): Promise<PlainFile> {
  try {
    // Without O_NONBLOCK a pipe in its place would be waited for. Neither flag is known on Windows.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (follow ? 0 : (constants.O_NOFOLLOW ?? 0));
    const handle = await open(file, flags);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > mostBytes) return 'unknown';
      const content = Buffer.alloc(stats.size + 1);
      const { bytesRead } = await handle.read(content, 0, content.length, 0);
      if (bytesRead === stats.size) return content.subarray(0, bytesRead);
      // It is being written: what it holds is read to its end, wherever that is by then.
      const grown = await handle.readFile();
      return grown.length > mostBytes ? 'unknown' : grown;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'unknown';
  }
}
