/** What the program and its runner of commands say to each other: frames of a length, a kind, the number of the command, and what goes with it. */

/** `start`, `input`, `input-end`, `stop` go to the runner; `output`, `error-output`, `closed`, `failed` come from it. */
const kinds = ['start', 'input', 'input-end', 'stop', 'output', 'error-output', 'closed', 'failed'] as const;
export type FrameKind = (typeof kinds)[number];
export type Frame = { kind: FrameKind; command: number; payload: Buffer };

/** What a command is started with. */
export type Start = { program: string; args: readonly string[]; cwd: string };
/** How it ended: its code, or the signal that ended it. */
export type Closed = { code: number | null; signal: NodeJS.Signals | null };
/** Why it did not start: the system's code, such as ENOENT. */
export type Failed = { code: string; message: string };

const HEAD_BYTES = 9;

export function frame(kind: FrameKind, command: number, payload: Buffer | string = ''): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32BE(body.length, 0);
  head.writeUInt8(kinds.indexOf(kind), 4);
  head.writeUInt32BE(command, 5);
  return body.length === 0 ? head : Buffer.concat([head, body]);
}

/** Takes chunks as they come, and hands on each frame once it is whole. */
export function framesTo(take: (frame: Frame) => void): (chunk: Buffer) => void {
  let held: Buffer[] = [];
  let size = 0;
  let wanted = HEAD_BYTES;
  return (chunk) => {
    held.push(chunk);
    size += chunk.length;
    if (size < wanted) return;
    let rest = held.length === 1 ? chunk : Buffer.concat(held);
    for (;;) {
      wanted = rest.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + rest.readUInt32BE(0);
      if (rest.length < wanted) break;
      const kind = kinds[rest.readUInt8(4)];
      if (kind === undefined) throw new Error(`a frame of kind ${rest.readUInt8(4)} is none of ours`);
      take({ kind, command: rest.readUInt32BE(5), payload: rest.subarray(HEAD_BYTES, wanted) });
      rest = rest.subarray(wanted);
    }
    held = rest.length === 0 ? [] : [rest];
    size = rest.length;
  };
}
