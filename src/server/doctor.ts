/** What is found of an instance, put into words with what to do about each. Pure: what was measured comes in. */
import type { Finding } from '#api/doctor.ts';
import type { Examination } from '#db/views/doctor.ts';

/** Of the disk that holds the data directory; null where it cannot be told. */
export type Disk = { folder: string; freeBytes: number; totalBytes: number };

/** Clocks that are further apart than this date facts wrongly enough to be seen. */
const CLOCKS_APART_MS = 2000;
const OVERDUE_LOOK_MS = 10_000;
const OVERDUE_ACT_MS = 120_000;
/** An action that waits for so long waits for something that will not pass by itself. */
const LANE_LOOK_MS = 60_000;
const LANE_ACT_MS = 900_000;
const HALT_ACT_MS = 10_000;
const LEAST_FREE_SHARE = 0.1;
const LEAST_FREE_BYTES = 1_000_000_000;

export function diagnose(found: Examination, disk: Disk | null): Finding[] {
  return [
    ...ofDatabase(found),
    ...ofProcesses(found),
    ...ofLeases(found),
    ...ofDueWork(found),
    ...ofLanes(found),
    ...ofClocks(found),
    ...ofSources(found),
    ...ofQuestions(found),
    ...(disk === null ? [] : [ofDisk(disk)]),
  ];
}

const fine = (area: Finding['area'], says: string): Finding => ({ area, level: 'fine', says, todo: null });

function ofDatabase({ database }: Examination): Finding[] {
  const { version, sizeBytes, connections, mostConnections, longTransactions } = database;
  const says = `PostgreSQL ${version}, ${bytesText(sizeBytes)}, ${connections} of ${mostConnections} connections`;
  const isFull = connections > mostConnections * 0.9;
  return [
    isFull
      ? { area: 'database', level: 'act', says, todo: 'raise max_connections, or run fewer processes: each takes up to 30' }
      : fine('database', says),
    ...longTransactions.map(({ program, seconds, state }): Finding => ({
      area: 'database',
      level: seconds > 60 ? 'act' : 'look',
      says: `a transaction of ${program === '' ? 'an unnamed program' : program} is open for ${seconds} s (${state})`,
      todo: 'end it (select pg_terminate_backend …) if it is not meant: what it has locked waits for it; a halt does not',
    })),
  ];
}

function ofProcesses({ servers }: Examination): Finding[] {
  const live = servers.filter(({ isSilent }) => !isSilent);
  const summary: Finding =
    live.length > 0
      ? fine(
          'processes',
          `${live.length} ${live.length === 1 ? 'process gives' : 'processes give'} signs of life: ${live.map(nameOf).join(', ')}`,
        )
      : { area: 'processes', level: 'act', says: 'no process gives signs of life: nothing moves', todo: 'start one: signalbox serve' };
  return [
    summary,
    ...servers
      .filter(({ isSilent }) => isSilent)
      .map((server): Finding => ({
        area: 'processes',
        level: server.silentMs < 3_600_000 && !isReplaced(server, live) ? 'act' : 'look',
        says: `${nameOf(server)} fell silent ${lengthText(server.silentMs)} ago without saying goodbye; others do its work`,
        todo: 'if it still runs, it is stopped or cut off: end it, and start it again. One that was killed is forgotten after a day',
      })),
    ...live
      .filter(({ hears }) => !hears)
      .map((server): Finding => ({
        area: 'processes',
        level: 'look',
        says: `${nameOf(server)} does not hear the others; its screens follow within 5 s`,
        todo: 'a pooler between it and the database must pass LISTEN through (session mode), or be left out',
      })),
  ];
}

/** Another process answers at its address: it was killed and started again. */
function isReplaced({ address }: Examination['servers'][number], live: Examination['servers']): boolean {
  return address !== null && live.some((other) => other.address === address);
}

function ofLeases({ leases }: Examination): Finding[] {
  const left = leases.filter(({ ownerIsSilent, leftMs }) => ownerIsSilent || leftMs < -5000);
  if (left.length === 0) return [fine('leases', `${leases.length} held`)];
  return [
    {
      area: 'leases',
      level: 'look',
      says: `${left.length} of ${leases.length} are held by processes that are gone: ${some(left.map(({ name }) => name))}`,
      todo: 'the others take them back within seconds; if they stay, no process runs',
    },
  ];
}

function ofDueWork({ due }: Examination): Finding[] {
  if (due.length === 0) return [fine('due work', 'nothing is due')];
  return due.map(({ kind, waiting, overdue, overdueMs }): Finding => {
    const what = kind === 'track' ? 'looks at tracks' : 'readings of sources';
    const says = `${waiting} ${what} are planned, ${overdue} are due${overdue === 0 ? '' : `, the oldest since ${lengthText(overdueMs)}`}`;
    if (overdue === 0 || overdueMs < OVERDUE_LOOK_MS) return fine('due work', says);
    return {
      area: 'due work',
      level: overdueMs < OVERDUE_ACT_MS ? 'look' : 'act',
      says,
      todo: 'if it does not shrink: see whether a process gives signs of life, its log, and whether the machine or the database is at its limit',
    };
  });
}

function ofLanes({ lanes }: Examination): Finding[] {
  if (lanes.length === 0) return [fine('lanes', 'nothing is ordered and open')];
  return lanes.map((lane): Finding => {
    const { waitingMs, open, trying, hasUrgent, attempts, outcome } = lane;
    const says = `${lane.lane}: ${open} open for ${lengthText(waitingMs)}${hasUrgent ? ', a halt among them' : ''}${trying === null ? '' : `, ${trying} in flight`}${attempts > 1 ? `, tried ${attempts} times` : ''}${outcome === null ? '' : `: ${outcome}`}`;
    if (hasUrgent && waitingMs > HALT_ACT_MS)
      return {
        area: 'lanes',
        level: 'act',
        says,
        todo: 'halt it in the storefront’s own console now; then see why the storefront cannot be reached',
      };
    if (waitingMs > LANE_ACT_MS)
      return {
        area: 'lanes',
        level: 'act',
        says,
        todo: 'see the connection of the app to it: signalbox connection list, and its status page',
      };
    return waitingMs > LANE_LOOK_MS
      ? { area: 'lanes', level: 'look', says, todo: 'it is tried again by itself, with growing pauses' }
      : fine('lanes', says);
  });
}

function ofClocks({ servers }: Examination): Finding[] {
  const apart = servers.filter(({ aheadMs, isSilent }) => !isSilent && Math.abs(aheadMs) > CLOCKS_APART_MS);
  if (apart.length === 0) return [fine('clocks', 'processes and database agree')];
  return apart.map((server) => ({
    area: 'clocks',
    level: 'act',
    says: `the clock of ${nameOf(server)} is ${lengthText(Math.abs(server.aheadMs))} ${server.aheadMs > 0 ? 'ahead of' : 'behind'} the database's`,
    todo: 'set both by a time service (chrony, systemd-timesyncd): windows and soaks are timed by the clock of the process',
  }));
}

function ofSources({ sources }: Examination): Finding[] {
  if (sources.length === 0) return [fine('sources', 'all connected sources are fresh')];
  return sources.map(({ app, source, error, lastReadAt }) => ({
    area: 'sources',
    level: 'act',
    says: `${app}: ${source} ${error === null ? 'is silent' : `cannot be read: ${error}`}${lastReadAt === null ? '' : ` (last heard at ${lastReadAt})`}`,
    todo: 'what needs it is Unknown and holds its step: mend the connection, or have it report again',
  }));
}

function ofQuestions({ questions }: Examination): Finding[] {
  if (questions.length === 0) return [fine('questions', 'none is open')];
  return questions.map(({ track, text, askedAt }) => ({
    area: 'questions',
    level: 'act',
    says: `${track}, since ${askedAt}: ${text}`,
    todo: 'its release manager answers it in the control room',
  }));
}

/** The one finding about the disk. */
export function ofDisk({ folder, freeBytes, totalBytes }: Disk): Finding {
  const says = `${bytesText(freeBytes)} of ${bytesText(totalBytes)} free at ${folder}`;
  const isLow = freeBytes < LEAST_FREE_BYTES || freeBytes < totalBytes * LEAST_FREE_SHARE;
  if (!isLow) return fine('disk', says);
  return {
    area: 'disk',
    level: freeBytes < LEAST_FREE_BYTES ? 'act' : 'look',
    says,
    todo: 'make room: when it is full nothing can be written, and everything waits until there is room again',
  };
}

function nameOf({ host, pid, address }: Examination['servers'][number]): string {
  return `${address ?? host} (process ${pid} on ${host})`;
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function lengthText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function bytesText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return bytes < 1_000_000_000 ? `${Math.round(bytes / 1_000_000)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
