/** Links that are handed to people. */
import type { FastifyRequest } from 'fastify';
import type { Room } from './context.ts';

/** A link with a token in the part that browsers do not send, and that no log of a proxy keeps. */
export function linkTo({ publicUrl }: Pick<Room, 'publicUrl'>, request: FastifyRequest, path: string, token: string): string {
  return `${publicUrl ?? `${request.protocol}://${request.host}`}${path}#token=${token}`;
}
