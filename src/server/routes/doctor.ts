import { examine } from '#db/views/doctor.ts';
import type { Handlers, Room } from '../context.ts';
import { diagnose } from '../doctor.ts';

export function doctorHandlers(room: Room): Handlers<'getDoctor'> {
  return {
    getDoctor: async () => {
      const found = await examine(room.db);
      const findings = diagnose(found, (await room.disk?.()) ?? null);
      return { ok: findings.every(({ level }) => level !== 'act'), findings, ...found };
    },
  };
}
