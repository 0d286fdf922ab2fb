/** Why a backup or a restore ended: `file`: what is in the file, or where it is; `refused`: it would do harm; `failed`: the disk or the database. */
export type BackupTroubleKind = 'file' | 'refused' | 'failed';

/** A backup or a restore cannot be done, for a reason that its message tells to whoever asked for it. Nothing was changed. */
export class BackupTrouble extends Error {
  readonly kind: BackupTroubleKind;

  constructor(kind: BackupTroubleKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupTrouble';
    this.kind = kind;
  }
}
