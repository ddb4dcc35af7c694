/**
 * Reads JSON without losing anything: numbers keep their digits, objects keep every key, and the same key twice is a
 * fault, where JSON.parse would round and overwrite in silence.
 */

/** A number as it is written. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

export type JsonReading =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly line: number;
      readonly reason: string;
      /** present where the document may be JSON, and is larger than what is read */
      readonly beyond?: true;
    };

const DEEPEST = 32;
/** The longest text between quotes, as it is written, and the most entries of a list or an object. */
const LONGEST = 10_000;
const MOST = 20_000;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON strings may not hold these
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){0,10000}"/y;
const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Stop extends Error {}
class TooLarge extends Stop {}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.value(0);
    this.match(SPACE);
    if (this.at < this.text.length) this.fail('there is more after the end of the document');
    return value;
  }

  line(): number {
    let line = 1;
    for (let at = this.text.indexOf('\n'); at >= 0 && at < this.at; at = this.text.indexOf('\n', at + 1)) line += 1;
    return line;
  }

  private fail(reason: string): never {
    throw new Stop(reason);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  /** Skips white space and takes a character when it is the next one. */
  private take(character: string): boolean {
    this.match(SPACE);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private value(depth: number): Json {
    if (depth > DEEPEST) this.fail(`nested more than ${DEEPEST} deep`);
    if (this.take('{')) return this.members(depth);
    if (this.take('[')) return this.items(depth);
    if (this.text[this.at] === '"') return this.string();
    const number = this.match(NUMBER);
    if (number !== null) return new JsonNumber(number);
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    return this.fail(this.at >= this.text.length ? 'the document ends too early' : `unexpected ${this.next()}`);
  }

  private next(): string {
    return this.at >= this.text.length ? 'end' : JSON.stringify(this.text.slice(this.at, this.at + 1));
  }

  private string(): string {
    const literal = this.match(STRING);
    if (literal === null) {
      const end = this.text.indexOf('"', this.at + 1);
      if (end - this.at > LONGEST) throw new TooLarge(`a text of more than ${LONGEST} characters`);
      return this.fail('a text that does not end, or holds a control character');
    }
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : '';
  }

  private members(depth: number): ReadonlyMap<string, Json> {
    const members = new Map<string, Json>();
    if (this.take('}')) return members;
    do {
      this.match(SPACE);
      if (this.text[this.at] !== '"') this.fail(`expected a key, found ${this.next()}`);
      const key = this.string();
      if (members.has(key)) this.fail(`the key ${JSON.stringify(key)} is there twice in one object`);
      if (!this.take(':')) this.fail(`expected ":" after the key ${JSON.stringify(key)}, found ${this.next()}`);
      if (members.size === MOST) throw new TooLarge(`an object of more than ${MOST} members`);
      members.set(key, this.value(depth + 1));
    } while (this.take(','));
    if (!this.take('}')) this.fail(`expected "," or "}", found ${this.next()}`);
    return members;
  }

  private items(depth: number): readonly Json[] {
    const items: Json[] = [];
    if (this.take(']')) return items;
    do {
      if (items.length === MOST) throw new TooLarge(`a list of more than ${MOST} entries`);
      items.push(this.value(depth + 1));
    } while (this.take(','));
    if (!this.take(']')) this.fail(`expected "," or "]", found ${this.next()}`);
    return items;
  }
}

/** Reads a JSON document; a fault names its line. */
export function readJson(text: string): JsonReading {
  const reader = new Reader(text);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const found = { ok: false, line: reader.line(), reason: error.message } as const;
    return error instanceof TooLarge ? { ...found, beyond: true } : found;
  }
}

/** The integer that a written number is, however it is written; null when it is none or has more than 400 digits. */
export function exactInteger(text: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const power = Number(exponent) - fraction.length;
  const digits = whole + fraction;
  if (Math.abs(power) > 200 || digits.length > 200) return null;
  const scaled = power >= 0 ? digits + '0'.repeat(power) : digits.slice(0, power) || '0';
  const lost = power >= 0 ? '' : digits.slice(Math.max(0, digits.length + power));
  return /[1-9]/.test(lost) ? null : BigInt(sign + scaled);
}
