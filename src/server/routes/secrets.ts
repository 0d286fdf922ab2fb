import type { Handlers, Room } from '../context.ts';

export function secretHandlers(room: Room): Handlers<'getSecrets' | 'rotateSecrets'> {
  return {
    getSecrets: async () => room.engine.secrets(),
    rotateSecrets: async (_asked, at) => room.engine.rotateSecrets(at.actor(null)),
  };
}
