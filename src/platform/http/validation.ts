import { Readable } from 'node:stream';
import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';

const UNKNOWN = 'is not known here: leave it out, or look for its name at /docs';

function faultsOf(errors: readonly ValidationError[], prefix = ''): Fault[] {
  return errors.flatMap((error) => {
    const path = prefix + error.property;
    const own = Object.entries(error.constraints ?? {}).map(([kind, reason]) => ({
      path,
      reason: kind === 'whitelistValidation' ? UNKNOWN : reason,
    }));
    return [...own, ...faultsOf(error.children ?? [], `${path}.`)];
  });
}

/** No input of ours is nested deeper; what follows it by recursion must not run out of stack. */
const DEPTH_LIMIT = 32;

const HALF = /\p{Surrogate}/u;

/** NULs and halves of characters are legal in JSON, and PostgreSQL can keep neither. */
function whyNotText(text: string): string | null {
  return text.includes('\0') || HALF.test(text) ? 'holds a character that cannot be kept' : null;
}

/** JSON writes numbers of any size, and what no double can hold is read as infinite. */
function whyNotValue(value: unknown): string | null {
  if (typeof value === 'string') return whyNotText(value);
  return typeof value === 'number' && !Number.isFinite(value) ? 'is a number too large to be one here' : null;
}

function inputFault(input: unknown, name: string): Fault | null {
  const waiting = [{ value: input, path: name, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path, depth } = next;
    const reason = depth > DEPTH_LIMIT ? 'is nested too deep' : whyNotValue(value);
    if (reason !== null) return { path: path.replaceAll('\0', '').replace(HALF, ''), reason };
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      const inner = path === '' ? key : `${path}.${key}`;
      // The shapes of members are checked of lists in a list as well, of which an empty one has none.
      if (Array.isArray(value) && Array.isArray(member)) return { path: inner, reason: 'must not be a list' };
      waiting.push({ value: member, path: inner, depth: depth + 1 });
      if (whyNotText(key) !== null) waiting.push({ value: key, path: inner, depth });
    }
  }
  return null;
}

const ID_NAME = /id$/i;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The database takes an id in capitals for the same one. Whatever else is done with it (audit chains, receipts, locks, what
 * is looked up by it) goes by its text, so that it has to have one.
 */
function oneText(value: unknown, { type, data }: ArgumentMetadata): unknown {
  const isId = type === 'param' && ID_NAME.test(data ?? '') && typeof value === 'string' && ID.test(value);
  return isId ? value.toLowerCase() : value;
}

class InputPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && value instanceof Readable) throw notJson();
    const fault = metadata.type === 'custom' ? null : inputFault(value, metadata.data ?? '');
    if (fault) throw refusalOf([fault]);
    return super.transform(oneText(value, metadata), metadata) as Promise<unknown>;
  }
}

/** Checks bodies and queries against their class-validator shapes; unknown members are refused, not dropped. */
export function validation(): ValidationPipe {
  return new InputPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => refusalOf(faultsOf(errors)),
  });
}

function refusalOf(faults: readonly Fault[]): Refusal {
  const [first] = faults;
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return invalid('input.invalid', `${first?.path ?? 'The input'}: ${first?.reason ?? 'does not fit'}${rest}.`, faults);
}

/** A spreadsheet comes as the stream it is sent in, which is no input of this command, and nothing to look into. */
function notJson(): Refusal {
  return refuse('body.content-type', 'Send this command as JSON, with the content type application/json.', {
    kind: 'unsupported',
  });
}
