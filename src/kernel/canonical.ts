/**
 * One text for one value: keys sorted, no white space, bigints as integers, dates in UTC. What is hashed, signed or
 * compared is always this text, so that the same content has the same hash in every process.
 */

/** Anything that has a canonical text. Undefined members are left out; floats must be finite. */
export type Canonical =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | undefined
  | readonly Canonical[]
  | { readonly [key: string]: Canonical };

/** The canonical JSON text of a value (close to RFC 8785, with bigint written as an integer). */
export function canonicalJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a canonical value has only finite numbers');
    return JSON.stringify(value);
  }
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  throw new TypeError(`a canonical value cannot hold a ${typeof value}`);
}

/** JSON for a response or a column: bigints as integers (all amounts fit, see MAX_MINOR). */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? Number(v) : v));
}
