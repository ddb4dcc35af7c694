/**
 * A client that has PostgreSQL keep the plans of the statements it repeats. Planning is a large part of what a short
 * statement costs, and a house says the same few hundred statements over and over.
 */
import pg from 'pg';
import { sha256 } from '../keys/keys.js';

/** Each connection keeps a plan per name; texts that are made up anew each time (long IN lists) must not pile up there. */
export const MOST_NAMED_STATEMENTS = 1_000;

/** A client for the connections of one pool, which have the same names for the same statements. */
export function preparedClient(): typeof pg.Client {
  const names = new Map<string, string>();
  // undefined when there are names enough
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST_NAMED_STATEMENTS) return known;
    const name = sha256(text).slice(0, 32);
    names.set(text, name);
    return name;
  };
  return class extends pg.Client {
    // One signature in place of the driver's many: what is not a text with values is handed on untouched.
    override query(...given: unknown[]): never {
      const [text, values, ...rest] = given;
      const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
      const query = super.query.bind(this) as (...all: unknown[]) => never;
      return name === undefined ? query(...given) : query({ name, text, values }, ...rest);
    }
  };
}
