export interface PropertyName {
  /** Empty for a name in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** A property a client stored: its element as the client wrote it, readable on its own. */
export interface DeadProperty extends PropertyName {
  readonly xml: string;
}

/** Properties set and removed in the order of the request; all of it or nothing. */
export interface PropertyPatch {
  readonly steps: readonly (
    | { readonly kind: "set"; readonly property: DeadProperty }
    | { readonly kind: "remove"; readonly name: PropertyName }
    | { readonly kind: "touch"; readonly modifiedMs: number }
  )[];
}
