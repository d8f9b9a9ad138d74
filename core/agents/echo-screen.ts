import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TranscriptBody } from '../contract/transcript';
import { readMemory, writeMemory } from './echo-memory';
import { noteFile } from './echo-script';
import { plainText } from './plain';
import { nothingSaid, type Opened, type Said, type Screen } from './screen';

/** Says each line that is typed again, and writes it down with its time. `/exit` leaves. */
const script = `printf 'Echo, in %s. Each line you type is said again; /exit leaves.\\n' "$PWD"
while IFS= read -r line; do
  [ "$line" = /exit ] && break
  printf '%s %s\\n' "$(date +%s)" "$line" >>"$1"
  printf 'echo: %s\\n' "$line"
done`;

/** Makes the terminal program of the echo agent: a shell of a few lines, to try taking over with. */
export function createEchoScreen({ folder }: { readonly folder: string }): Screen {
  const recordOf = (id: string) => join(folder, `${id}.screen`);
  return {
    async open({ resume, opening, environment }): Promise<Opened> {
      if (process.platform === 'win32') return { kind: 'refused', error: 'The echo agent’s screen needs /bin/sh.' };
      const known = resume === null ? null : await readMemory(folder, resume);
      const id = known?.id ?? randomUUID();
      if (known === null) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeMemory(folder, { id, prompts: [opening], done: 0, file: noteFile(opening), told: [], failed: [] });
      }
      const bytes = await stat(recordOf(id)).then(
        ({ size }) => size,
        () => 0,
      );
      const args = ['-c', script, 'echo', recordOf(id)];
      return { kind: 'program', command: '/bin/sh', args, environment, agentSession: id, mark: String(bytes) };
    },
    async said({ agentSession, mark }): Promise<Said> {
      const text =
        agentSession === null ? '' : await readFile(recordOf(agentSession)).then(after(Number(mark)), () => '');
      const lines = text.split('\n').flatMap((line, index) => {
        const [, seconds, typed] = /^(\d+) (.*)$/.exec(line) ?? [];
        if (seconds === undefined || typed === undefined) return [];
        const words = plainText(typed);
        const bodies: readonly TranscriptBody[] = [
          { type: 'prompt', text: words, by: 'person' },
          { type: 'text', message: `screen-${mark}-${index}`, text: `echo: ${words}\n` },
        ];
        return bodies.map((body) => ({ at: Number(seconds) * 1000, body }));
      });
      return { ...nothingSaid, agentSession, lines };
    },
  };
}

function after(bytes: number): (record: Buffer) => string {
  return (record) => record.subarray(bytes).toString('utf8');
}
