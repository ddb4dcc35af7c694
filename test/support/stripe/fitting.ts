/** What of the tests' Stripe does not fit Stripe's own definitions, each told by its path. */
import ts from 'typescript';
import type { Official } from './official.js';
import type { Kind, Shape } from './params.js';

/** What is wrong with the parameters of a route, as the model takes them. */
export function misfitsOfShape(official: Official, params: ts.Type | null, shape: Shape, at: string): string[] {
  const misfits: string[] = [];
  for (const [name, spec] of Object.entries(shape)) {
    const path = `${at}[${name}]`;
    const type = params === null ? null : official.property(params, name);
    if (type === null) misfits.push(`${path}: Stripe has no such parameter`);
    else misfits.push(...misfitsOfKind(official, type, spec.kind, path));
  }
  if (params === null) return misfits;
  for (const { name } of official.checker.getPropertiesOfType(params)) {
    if (official.isNeeded(params, name) && shape[name]?.required !== true) {
      misfits.push(`${at}[${name}]: Stripe requires it`);
    }
  }
  return misfits;
}

function misfitsOfKind(official: Official, type: ts.Type, kind: Kind, path: string): string[] {
  const words = official.literals(type).filter((each) => each !== '');
  const fits = (flags: ts.TypeFlags): string[] =>
    official.has(type, flags) ? [] : [`${path}: Stripe takes ${official.checker.typeToString(type)}, not ${kind.is}`];
  switch (kind.is) {
    case 'integer':
      return fits(ts.TypeFlags.Number);
    case 'boolean':
      return fits(ts.TypeFlags.BooleanLike);
    case 'string':
    case 'currency':
      return words.length > 0 ? [`${path}: Stripe takes one of ${words.join(', ')}`] : fits(ts.TypeFlags.String);
    case 'choice': {
      if (words.length === 0) return [`${path}: Stripe names no values`];
      return kind.of.filter((each) => !words.includes(each)).map((each) => `${path}: Stripe does not take '${each}'`);
    }
    case 'list': {
      const element = official.element(type);
      return element === null ? [`${path}: is no list`] : misfitsOfKind(official, element, kind.of.kind, `${path}[]`);
    }
    case 'metadata': {
      const held = official
        .objects(type)
        .some((each) => official.checker.getIndexTypeOfType(each, ts.IndexKind.String));
      return held ? [] : [`${path}: is no metadata`];
    }
    case 'object': {
      const each = official.objects(type).map((one) => misfitsOfShape(official, one, kind.shape, path));
      return leastOf(each, `${path}: is no object`);
    }
  }
}

/** What is wrong with an object that was answered or told, and notes each field that was there. */
export function misfitsOfValue(
  official: Official,
  type: ts.Type | null,
  value: unknown,
  at: string,
  seen: (field: ts.Declaration) => void,
): string[] {
  const fits = (flags: ts.TypeFlags): string[] =>
    official.has(type, flags) ? [] : [`${at}: ${JSON.stringify(value)} is not ${textOf(official, type)}`];
  if (value === null) return fits(ts.TypeFlags.Null);
  if (typeof value === 'number') return fits(ts.TypeFlags.Number);
  if (typeof value === 'boolean') return fits(ts.TypeFlags.BooleanLike);
  if (typeof value === 'string') return official.literals(type).includes(value) ? [] : fits(ts.TypeFlags.String);
  if (Array.isArray(value)) {
    const element = official.element(type);
    if (element === null) return [`${at}: is no list`];
    return value.flatMap((item) => misfitsOfValue(official, element, item, `${at}[]`, seen));
  }
  return misfitsOfObject(official, type, value as Record<string, unknown>, at, seen);
}

function misfitsOfObject(
  official: Official,
  type: ts.Type | null,
  value: Record<string, unknown>,
  at: string,
  seen: (field: ts.Declaration) => void,
): string[] {
  const candidates = ofKind(official, ofKind(official, official.objects(type), 'object', value), 'type', value);
  const tries = candidates.map((candidate) => {
    const found: ts.Declaration[] = [];
    const misfits = Object.entries(value).flatMap(([name, one]) => {
      const field = official.property(candidate, name);
      if (field === null) return [`${at}.${name}: Stripe has no such field in ${textOf(official, candidate)}`];
      const declared = official.checker.getPropertyOfType(candidate, name)?.declarations?.[0];
      if (declared) found.push(declared);
      return misfitsOfValue(official, field, one, `${at}.${name}`, (each) => found.push(each));
    });
    return { misfits, found };
  });
  const best = tries.sort((one, other) => one.misfits.length - other.misfits.length)[0];
  best?.found.forEach(seen);
  return best?.misfits ?? [`${at}: an object of kind ${String(value['object'])} is not ${textOf(official, type)}`];
}

/** Objects of many kinds tell theirs by `object`, and events theirs by `type`. */
function ofKind(
  official: Official,
  candidates: readonly ts.Type[],
  name: string,
  value: Record<string, unknown>,
): readonly ts.Type[] {
  if (candidates.length < 2 || typeof value[name] !== 'string') return candidates;
  const word = value[name];
  const named = candidates.filter((each) => official.literals(official.property(each, name)).includes(word));
  return named.length > 0 ? named : candidates;
}

/** What is wrong with what a route lets be expanded: at the end of each path there must be an object. */
export function misfitsOfExpansion(official: Official, answer: ts.Type, path: string, at: string): string[] {
  let types: readonly ts.Type[] = official.objects(answer);
  for (const name of path.split('.')) {
    types = types.flatMap((each) => {
      const field = official.property(each, name);
      return [...official.objects(field), ...official.objects(official.element(field))];
    });
  }
  return types.length > 0 ? [] : [`${at}: ${path} cannot be expanded`];
}

function leastOf(each: readonly string[][], none: string): string[] {
  return [...each].sort((one, other) => one.length - other.length)[0] ?? [none];
}

function textOf(official: Official, type: ts.Type | null): string {
  return type === null ? 'anything' : official.checker.typeToString(type);
}
