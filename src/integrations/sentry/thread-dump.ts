/** Android's dump of all threads, which it writes when an app does not answer (ANR). Source: ART's `Thread::Dump`. */

/** `javaFrames`: `io.example.MainActivity$2.run`, the innermost first. */
export type DumpedThread = { name: string; state: string; javaFrames: readonly string[]; nativeFrames: number };
export type ThreadDump = { pid: string | null; process: string | null; threads: number; main: DumpedThread | null };

const BEGINS = /^----- pid (\d+) at /m;
const PROCESS = /^Cmd line: (\S+)/m;
/** `"main" prio=5 tid=1 Blocked` */
const THREAD = /^"(?<name>(?:[^"\\]|\\.)*)"(?: daemon)? prio=\d+ tid=\d+ (?<state>\S+)/;

/** Null where a text is no such dump. */
export function threadDump(text: string): ThreadDump | null {
  const pid = BEGINS.exec(text)?.[1];
  if (pid === undefined) return null;
  let threads = 0;
  let main: { name: string; state: string; javaFrames: string[]; nativeFrames: number } | null = null;
  let isMain = false;
  for (const line of text.split('\n')) {
    const head = line.startsWith('"') ? THREAD.exec(line)?.groups : undefined;
    if (head !== undefined) {
      threads += 1;
      isMain = head['name'] === 'main' && main === null;
      if (isMain) main = { name: 'main', state: head['state'] ?? '', javaFrames: [], nativeFrames: 0 };
      continue;
    }
    if (line.trim() === '') isMain = false;
    if (!isMain || main === null) continue;
    const java = /^ {2}at ([^(]+)\(/.exec(line)?.[1];
    if (java !== undefined) main.javaFrames.push(java);
    else if (/^ {2}native: #\d+/.test(line)) main.nativeFrames += 1;
  }
  return { pid, process: PROCESS.exec(text)?.[1] ?? null, threads, main };
}
