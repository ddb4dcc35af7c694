/** Small judges of the shape of JSON that comes from anywhere. Each answers with a reason that begins with the place. */

/** Why a value is not what it must be; null when it is. */
export type Shape = (value: unknown, path: string) => string | null;

export const text: Shape = (value, path) => (typeof value === 'string' ? null : `${path} must be a text`);

export const truth: Shape = (value, path) => (typeof value === 'boolean' ? null : `${path} must be true or false`);

/** SHA-256 in hexadecimal. */
export const hash: Shape = (value, path) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? null : `${path} must be 64 hexadecimal digits`;

/** An instant as the house writes it, so that the same instant is always the same text. */
export const instant: Shape = (value, path) => {
  const at = typeof value === 'string' ? new Date(value) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString() === value
    ? null
    : `${path} must be an instant such as 2026-05-04T09:30:00.000Z`;
};

export function whole(least: number): Shape {
  return (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? null
      : `${path} must be an integer of at least ${least}`;
}

export function oneOf(possible: readonly unknown[]): Shape {
  return (value, path) => (possible.includes(value) ? null : `${path} must be one of ${possible.join(', ')}`);
}

export function orNull(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} must be a list`;
    return first(value.map((each, index) => () => shape(each, `${path}[${index}]`)));
  };
}

export function recordOf(shape: Shape): Shape {
  return (value, path) => {
    if (!isRecord(value)) return `${path} must be an object`;
    return first(
      Object.entries(value).map(
        ([key, each]) =>
          () =>
            shape(each, `${path}.${key}`),
      ),
    );
  };
}

/** Exactly these members, no more; those that are optional may be left out. */
export function objectOf(
  members: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value, path) => {
    if (!isRecord(value)) return `${path} must be an object`;
    const known = new Map([...Object.entries(members), ...Object.entries(optional)]);
    const missing = Object.keys(members).find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) return `${path}.${missing} is missing`;
    return first(
      Object.entries(value).map(([key, each]) => () => {
        const shape = known.get(key);
        return shape === undefined ? `${path}.${key} is nothing that is known here` : shape(each, `${path}.${key}`);
      }),
    );
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first reason of all that are asked for. */
export function first(reasons: readonly (() => string | null)[]): string | null {
  for (const reason of reasons) {
    const found = reason();
    if (found !== null) return found;
  }
  return null;
}
