import { journal, seals } from '#db/views/audit.ts';
import type { ActorStamp } from '#db/schema.ts';
import { entryInWords } from '#domain/event-words.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isNumber, isWord, page, wordsOf } from '../cursor.ts';
import { isInstanceAdmin, visibleApps } from '../auth/caller.ts';

export function auditHandlers(room: Room): Handlers<'listAudit' | 'verifyAudit' | 'listSeals'> {
  return {
    listAudit: async ({ query }, at) => {
      const [at0, chain, seq] = wordsOf(query.cursor, isInstant, isWord, isNumber) ?? [];
      const before = at0 === undefined || chain === undefined || seq === undefined ? null : { at: at0, chain, seq: Number(seq) };
      const only = visibleApps(at.caller);
      const rows = await journal(room.db, {
        app: query.app ?? null,
        track: query.track ?? null,
        actor: query.actor ?? null,
        is: query.is?.split(',') ?? null,
        by: query.by ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
        text: query.text ?? null,
        only,
        // who came in, from where, and with which rights is for those who answer for it
        instance: isInstanceAdmin(at.caller),
        before,
        limit: query.limit + 1,
      });
      return page(
        rows.map(({ actor, app, ...row }) => ({
          ...row,
          actor: isInstanceAdmin(at.caller) ? actor : withoutAddress(actor),
          app: app === '*' ? null : app,
          text: entryInWords(row.event),
        })),
        query.limit,
        (last) => cursorOf(last.recordedAt, last.chain, String(last.seq)),
      );
    },
    verifyAudit: async ({ query }) => {
      const { ok, chains, entries, seals: count, problems } = await room.engine.verifyAudit(query.app);
      return { ok, chains, entries, seals: count, problems };
    },
    listSeals: async ({ query }) => {
      const [before] = wordsOf(query.cursor, isNumber) ?? [];
      return page(await seals(room.db, before === undefined ? null : Number(before), query.limit + 1), query.limit, (last) =>
        cursorOf(String(last.seq)),
      );
    },
  };
}

/** Where somebody sat when they did something is for those alone who answer for the instance. */
function withoutAddress({ kind, id, name, actsFor }: ActorStamp): ActorStamp {
  return { kind, id, name, ...(actsFor === undefined ? {} : { actsFor }) };
}
