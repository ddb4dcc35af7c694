/** Reads a tree of values into a problem's types and notes every fault with its exact place. */
import type { Fault } from '../../kernel/refusal.js';
import { exactInteger, JsonNumber } from './json.js';
import { LIMITS } from './problem.js';

export interface IntegerLimits {
  readonly least: bigint;
  readonly most: bigint;
}

function article(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (Array.isArray(value)) return 'is a list';
  if (value instanceof JsonNumber) return `is ${value.text.slice(0, 40)}`;
  if (typeof value === 'object') return 'is an object';
  if (typeof value === 'string') return `is ${JSON.stringify(value.slice(0, 40))}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `is ${value}` : 'is no value of JSON';
}

/** A value that code hands in is read like one from a file. */
function numberText(value: unknown): string | null {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

export class ProblemReader {
  readonly faults: Fault[] = [];

  get full(): boolean {
    return this.faults.length >= LIMITS.faults;
  }

  fault(path: string, reason: string): void {
    if (!this.full) this.faults.push({ path, reason });
  }

  /** The members of an object; notes members that are not known. Null with a fault when it is no object. */
  object(value: unknown, path: string, known?: readonly string[]): ReadonlyMap<string, unknown> | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof JsonNumber) {
      this.fault(path, `${article(value)}, but must be an object`);
      return null;
    }
    const members: ReadonlyMap<string, unknown> = value instanceof Map ? value : new Map(Object.entries(value));
    if (known) {
      for (const [key, member] of members) {
        if (!known.includes(key) && member !== undefined) {
          this.fault(join(path, key), `is not a field of the format; known here: ${known.join(', ')}`);
        }
      }
    }
    return members;
  }

  list(value: unknown, path: string, most: number): readonly unknown[] | null {
    if (!Array.isArray(value)) {
      this.fault(path, `${article(value)}, but must be a list`);
      return null;
    }
    if (value.length > most) {
      this.fault(path, `has ${value.length} entries; at most ${most} are taken`);
      return null;
    }
    return value;
  }

  /** A name: of a lot, a tier, a bid, a provider. */
  name(value: unknown, path: string): string | null {
    const reason =
      typeof value !== 'string'
        ? `${article(value)}, but must be a text`
        : value.length === 0 || value.length > LIMITS.nameLength
          ? `has ${value.length} characters, but must have 1 to ${LIMITS.nameLength}`
          : // eslint-disable-next-line no-control-regex -- names end up in letters and files
            /[\u0000-\u001f\u007f]/.test(value) || value === '__proto__'
            ? 'is not a name'
            : null;
    if (reason === null && typeof value === 'string') return value;
    this.fault(path, reason ?? 'is not a name');
    return null;
  }

  integer(value: unknown, path: string, limits: IntegerLimits): bigint | null {
    const text = numberText(value);
    const exact = text === null ? null : exactInteger(text);
    if (text !== null && exact === null && !/[.eE]/.test(text)) {
      this.fault(path, `has ${text.length} digits; at most ${limits.most} is taken`);
    } else if (exact === null) {
      this.fault(path, `${article(value)}, but must be an integer`);
    } else if (exact < limits.least || exact > limits.most) {
      const bound = exact < limits.least ? `at least ${limits.least}` : `at most ${limits.most}`;
      this.fault(path, `is ${exact}, but must be ${bound}`);
    } else {
      return exact;
    }
    return null;
  }

  /** An integer that is a JavaScript number: lines, months, winners. */
  count(value: unknown, path: string, least: number, most: number): number | null {
    const exact = this.integer(value, path, { least: BigInt(least), most: BigInt(most) });
    return exact === null ? null : Number(exact);
  }

  /** A part of the whole, above 0 and at most 1. */
  share(value: unknown, path: string): number | null {
    const text = numberText(value);
    const share = Number(text ?? Number.NaN);
    if (text !== null && share > 0 && share <= 1) return share;
    this.fault(path, `${article(value)}, but must be a number above 0 and at most 1`);
    return null;
  }

  /** An instant with its zone, as RFC 3339 writes it. */
  instant(value: unknown, path: string): string | null {
    const pattern =
      /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
    const match = typeof value === 'string' ? pattern.exec(value) : null;
    const [, year, month, day] = match ?? [];
    const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
    const dated = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
    if (typeof value === 'string' && match && dated) return value;
    this.fault(path, `${article(value)}, but must be an instant such as 2026-05-04T09:30:00Z`);
    return null;
  }
}

/** A member's place: bids[3] and bands make bids[3].bands. */
export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
