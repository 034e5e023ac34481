/** A value, or the promise of it where it has to be waited for. */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on at once with what is there already: most requests wait for nothing, and each promise costs them. */
export function andThen<Value, Next>(soon: Soon<Value>, next: (value: Value) => Soon<Next>): Soon<Next> {
  return soon instanceof Promise ? soon.then(next) : next(soon);
}
