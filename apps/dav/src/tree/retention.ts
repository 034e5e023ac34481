/** How long what was deleted and what was written over is kept, in milliseconds; 0 keeps nothing. */
export interface Retention {
  readonly trashMs: number;
  readonly versionsMs: number;
}

/** What a sweep ended. */
export interface Swept {
  readonly items: number;
  readonly bytes: number;
}

export const keepsNothing: Retention = { trashMs: 0, versionsMs: 0 };
