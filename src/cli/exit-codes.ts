/**
 * What a command's end says to scripts, the same for every command that asks a server.
 * - `ok`: done, or "yes". `no`: an answer that is no: a policy with faults, a track that is held, a chain that is broken.
 * - `usage`: a wrong call or wrong input. `refused`: by the rules, or by the rights of who asked.
 * - `unreachable`: no server answers. `trouble`: the server failed.
 */
export const exits = { ok: 0, no: 1, usage: 2, refused: 3, unreachable: 4, trouble: 5 } as const;
export type Exit = (typeof exits)[keyof typeof exits];

export const EXIT_HELP =
  '\nExit codes: 0 done or yes, 1 no (held, not valid), 2 wrong call or input, 3 refused by the rules or your rights, 4 no server answers, 5 the server failed.';
