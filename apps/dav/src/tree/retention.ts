/** How long what was deleted and what was written over is kept, in milliseconds; 0 keeps nothing. */
export interface Retention {
  readonly trashMs: number;
  readonly versionsMs: number;
}

export const keepsNothing: Retention = { trashMs: 0, versionsMs: 0 };
