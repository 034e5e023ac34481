/** A resource's address inside storage: the node a request is confined to, and canonical segments below it. */
export interface Place {
  readonly owner: number;
  readonly root: number;
  readonly segments: readonly string[];
}
