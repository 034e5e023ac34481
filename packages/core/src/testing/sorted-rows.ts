/** A map that answers ranges of its keys in code-unit order; cheap to clone, since values never change. */
export class SortedRows<T> {
  #values: Map<string, T>;
  #keys: string[] | null = null;

  constructor(values: Iterable<readonly [string, T]> = []) {
    this.#values = new Map(values);
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: T): void {
    if (!this.#values.has(key)) this.#insertKey(key);
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    const isKnown = this.#values.delete(key);
    if (isKnown && this.#keys !== null) this.#keys.splice(lowerBound(this.#keys, key), 1);
    return isKnown;
  }

  keysBetween(from: string, to: string): readonly string[] {
    this.#keys ??= [...this.#values.keys()].sort();
    return this.#keys.slice(lowerBound(this.#keys, from), lowerBound(this.#keys, to));
  }

  clone(): SortedRows<T> {
    return new SortedRows(this.#values);
  }

  #insertKey(key: string): void {
    if (this.#keys !== null) this.#keys.splice(lowerBound(this.#keys, key), 0, key);
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
