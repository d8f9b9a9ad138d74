/**
 * The longest message of the host's socket, in bytes. Bytes of programs never pass it, only what is typed and what agents
 * are told, which may be the whole of a file they asked leave to write.
 */
const longestFrame = 16 * 1024 * 1024;

/** A message as it goes over the socket: its length in four bytes, then JSON. */
export function frame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  if (body.length > longestFrame) throw new Error(`A message of ${body.length} bytes is too long for the host.`);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/**
 * Puts what arrives together and gives each whole message. Throws on one that is too long or no JSON: whoever sends that
 * is to be hung up on.
 */
export function unframe(): (chunk: Buffer) => unknown[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: unknown[] = [];
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readUInt32BE(at);
      if (length > longestFrame) throw new Error(`A message of ${length} bytes was announced.`);
      if (rest.length - at - 4 < length) break;
      messages.push(JSON.parse(rest.toString('utf8', at + 4, at + 4 + length)));
      at += 4 + length;
    }
    rest = rest.subarray(at);
    return messages;
  };
}
