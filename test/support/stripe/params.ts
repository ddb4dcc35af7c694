/** Parameters as Stripe takes them: form-encoded, nested by brackets, and none that the route does not know. */
import { unfit } from './errors.js';

export type Value = string | Form;
export interface Form {
  [name: string]: Value;
}

/** What a parameter is, for whoever holds it against Stripe's own definitions. */
export type Kind =
  | { readonly is: 'string' | 'integer' | 'boolean' | 'currency' | 'metadata' }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  | { readonly is: 'list'; readonly of: Spec }
  | { readonly is: 'object'; readonly shape: Shape };

export interface Spec {
  readonly kind: Kind;
  readonly required?: boolean;
  readonly read: (value: Value, path: string) => unknown;
}
export type Shape = Readonly<Record<string, Spec>>;
/** What a route gets: each route knows its own shape. */
export type Input = Readonly<Record<string, never>>;

/** Decodes "a[b][0]=c" into {a: {b: {0: 'c'}}}. */
export function decode(encoded: string): Form {
  const form: Form = Object.create(null) as Form;
  for (const [key, value] of new URLSearchParams(encoded)) {
    const [first, ...rest] = key.split('[').map((part, place) => (place === 0 ? part : part.replace(/\]$/, '')));
    const path = [first ?? '', ...rest];
    let at = form;
    for (const [place, part] of path.entries()) {
      const name = part === '' ? String(Object.keys(at).length) : part;
      if (name === '__proto__') throw unfit('Invalid parameter name');
      if (place === path.length - 1) {
        at[name] = value;
      } else {
        const next = at[name];
        at = typeof next === 'object' ? next : (at[name] = Object.create(null) as Form);
      }
    }
  }
  return form;
}

/** Reads a form by a shape. @throws ModelError for what is unknown, missing or of the wrong kind */
export function readForm(form: Form, shape: Shape, prefix = ''): Input {
  const input: Record<string, unknown> = {};
  const path = (name: string): string => (prefix === '' ? name : `${prefix}[${name}]`);
  for (const name of Object.keys(form)) {
    if (!Object.hasOwn(shape, name)) {
      throw unfit(`Received unknown parameter: ${path(name)}`, { code: 'parameter_unknown', param: path(name) });
    }
  }
  for (const [name, spec] of Object.entries(shape)) {
    const value = form[name];
    if (value === undefined) {
      if (spec.required === true) {
        throw unfit(`Missing required param: ${path(name)}.`, { code: 'parameter_missing', param: path(name) });
      }
    } else {
      input[name] = spec.read(value, path(name));
    }
  }
  return input as Input;
}

function scalar(value: Value, param: string): string {
  if (typeof value !== 'string') throw unfit(`Invalid string: ${param}`, { param });
  if (value === '')
    throw unfit(`You passed an empty string for '${param}'.`, { code: 'parameter_invalid_empty', param });
  return value;
}

export const text: Spec = {
  kind: { is: 'string' },
  read: (value, path) => {
    const given = scalar(value, path);
    if (given.length > 5_000) throw unfit(`Invalid string: ${path} is too long`, { param: path });
    return given;
  },
};

export const integer: Spec = {
  kind: { is: 'integer' },
  read: (value, param) => {
    const given = scalar(value, param);
    if (!/^-?\d{1,15}$/.test(given)) {
      throw unfit(`Invalid integer: ${given}`, { code: 'parameter_invalid_integer', param });
    }
    return Number(given);
  },
};

export const bool: Spec = {
  kind: { is: 'boolean' },
  read: (value, param) => {
    const given = scalar(value, param);
    if (given !== 'true' && given !== 'false') throw unfit(`Invalid boolean: ${given}`, { param });
    return given === 'true';
  },
};

export const currency: Spec = {
  kind: { is: 'currency' },
  read: (value, param) => {
    const given = scalar(value, param);
    if (!/^[a-z]{3}$/.test(given)) throw unfit(`Invalid currency: ${given}`, { param });
    return given;
  },
};

export function choice(...of: string[]): Spec {
  return {
    kind: { is: 'choice', of },
    read: (value, param) => {
      const given = scalar(value, param);
      if (!of.includes(given)) throw unfit(`Invalid ${param}: must be one of ${of.join(', ')}`, { param });
      return given;
    },
  };
}

export function list(of: Spec): Spec {
  return {
    kind: { is: 'list', of },
    read: (value, param) => {
      if (typeof value === 'string') throw unfit(`Invalid array: ${param}`, { param });
      return Object.entries(value).map(([place, item]) => of.read(item, `${param}[${place}]`));
    },
  };
}

export function object(shape: Shape): Spec {
  return {
    kind: { is: 'object', shape },
    read: (value, param) => {
      if (typeof value === 'string') throw unfit(`Invalid object: ${param}`, { param });
      return readForm(value, shape, param);
    },
  };
}

export const metadata: Spec = {
  kind: { is: 'metadata' },
  read: (value, param) => {
    if (typeof value === 'string') throw unfit(`Invalid object: ${param}`, { param });
    const entries = Object.entries(value);
    if (entries.length > 50) throw unfit('Metadata can have up to 50 keys', { param });
    for (const [name, one] of entries) {
      if (name.length > 40 || typeof one !== 'string' || one.length > 500) {
        throw unfit(`Invalid metadata: ${name}`, { param });
      }
    }
    return { ...value };
  },
};

export function required(spec: Spec): Spec {
  return { ...spec, required: true };
}

/** What every list takes. */
export const PAGING: Shape = { limit: integer, starting_after: text, ending_before: text };
