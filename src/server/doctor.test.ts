import { describe, expect, test } from 'vitest';
import type { Examination } from '#db/views/doctor.ts';
import { diagnose } from './doctor.ts';

const at = '2026-01-05T10:00:00.000Z';
const server: Examination['servers'][number] = {
  owner: 'one:1:a',
  host: 'one',
  pid: 1,
  version: '1.0.0',
  address: 'http://127.0.0.1:4600',
  startedAt: at,
  silentMs: 400,
  isSilent: false,
  aheadMs: 12,
  hears: true,
  working: [],
};
const well: Examination = {
  database: { version: '18.4', now: at, sizeBytes: 50_000_000, connections: 20, mostConnections: 100, longTransactions: [] },
  servers: [server],
  leases: [],
  due: [{ kind: 'track', waiting: 3, overdue: 0, oldest: at, overdueMs: 0 }],
  lanes: [],
  sources: [],
  questions: [],
};
const lane: Examination['lanes'][number] = {
  lane: 'google-play:music/android',
  open: 1,
  hasUrgent: false,
  oldest: at,
  waitingMs: 2000,
  trying: 'k',
  inDoubt: 0,
  attempts: 1,
  nextTryAt: null,
  outcome: null,
};

const asks = (found: Examination) => diagnose(found, null).filter(({ level }) => level === 'act');

describe('the doctor', () => {
  test('asks nothing of anyone where all is well', () => {
    const findings = diagnose(well, { folder: '/data', freeBytes: 50e9, totalBytes: 100e9 });
    expect(findings.every(({ level, todo }) => level === 'fine' && todo === null)).toBe(true);
    expect(new Set(findings.map(({ area }) => area)).size).toBe(9);
  });

  test('tells of a process that fell silent, and of none at all', () => {
    const silent = { ...server, address: 'http://127.0.0.1:4601', isSilent: true, silentMs: 60_000 };
    expect(asks({ ...well, servers: [server, silent] })[0]?.says).toContain('fell silent 60 s ago');
    expect(asks({ ...well, servers: [] })[0]?.todo).toContain('signalbox serve');
    // it was killed and started again: nobody need do anything
    expect(asks({ ...well, servers: [server, { ...silent, address: server.address }] })).toEqual([]);
  });

  test('has a halt that waits for more than ten seconds done by hand, and lets an ordinary write wait', () => {
    expect(asks({ ...well, lanes: [{ ...lane, hasUrgent: true, waitingMs: 11_000 }] })[0]?.todo).toContain('own console now');
    expect(asks({ ...well, lanes: [{ ...lane, waitingMs: 11_000 }] })).toEqual([]);
  });

  test('tells which clock is apart and by how much', () => {
    expect(asks({ ...well, servers: [{ ...server, aheadMs: -5000 }] })[0]?.says).toContain(
      'is 5 s behind the database’s'.replace('’', "'"),
    );
  });

  test('tells of overdue work, sources that cannot be read, open questions and a full disk', () => {
    const found = {
      ...well,
      due: [{ kind: 'track', waiting: 9, overdue: 9, oldest: at, overdueMs: 200_000 }],
      sources: [{ app: 'music', source: 'google-play', error: 'the key has expired', lastReadAt: at, isOld: false }],
      questions: [{ app: 'music', track: 'music/1.0/android', kind: 'ask', text: 'Start the rollout?', askedAt: at }],
    };
    const areas = diagnose(found, { folder: '/data', freeBytes: 1e6, totalBytes: 100e9 })
      .filter(({ level }) => level === 'act')
      .map(({ area }) => area);
    expect(areas).toEqual(['due work', 'sources', 'questions', 'disk']);
  });
});
