/** What a provider wants to practise, as JSON. */
import type { Fault } from '../../kernel/refusal.js';
import { tariffOfJson } from '../../pricing/rules/tariff-json.js';
import { bodyFaults } from './bid-faults.js';
import { PRACTICE_FORMATS, PRACTICE_LIMITS, type PracticeFormat, type PracticeWish } from './practice.js';

const MEMBERS = ['format', 'bidders', 'durationSeconds', 'tariff'];
const COUNTED = ['bidders', 'durationSeconds'] as const;

/** Faults of a body that should be a wish, whatever the tender. */
export function practiceBodyFaults(json: unknown): Fault[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return [{ path: '', reason: `Send an object with tariff and, if you like, format, bidders, durationSeconds.` }];
  }
  const body = json as Record<string, unknown>;
  const strangers = Object.keys(body).filter((key) => !MEMBERS.includes(key));
  const format = body['format'] ?? null;
  const known = format === null || PRACTICE_FORMATS.some((each) => each === format);
  return [
    ...strangers.map((key) => ({ path: key, reason: `There is no ${key} here; possible are ${MEMBERS.join(', ')}.` })),
    ...(known ? [] : [{ path: 'format', reason: `It is one of ${PRACTICE_FORMATS.join(', ')}.` }]),
    ...COUNTED.flatMap((name): Fault[] => {
      const { least, most } = PRACTICE_LIMITS[name];
      const given = body[name] ?? least;
      if (Number.isInteger(given) && Number(given) >= least && Number(given) <= most) return [];
      return [{ path: name, reason: `It must be a whole number from ${least} to ${most}.` }];
    }),
    ...inTariff(bodyFaults(body['tariff']).map(oneAtATime)),
  ];
}

/** Who means to bid alternatives learns here that it is about one of them. */
function oneAtATime(fault: Fault): Fault {
  const reason =
    'Nobody improves alternatives, so there is nothing to practise with them; practise with one tariff at a time.';
  return fault.path === 'alternatives' ? { path: 'alternatives', reason } : fault;
}

/** The wish that a body without faults is. */
export function practiceOfJson(json: unknown): PracticeWish {
  const { format, bidders, durationSeconds, tariff } = json as {
    format?: PracticeFormat | null;
    bidders?: number | null;
    durationSeconds?: number | null;
    tariff: unknown;
  };
  return {
    format: format ?? null,
    bidders: bidders ?? PRACTICE_LIMITS.bidders.otherwise,
    durationSeconds: durationSeconds ?? PRACTICE_LIMITS.durationSeconds.otherwise,
    tariff: tariffOfJson(tariff),
  };
}

/** Faults of the tariff at their places in the body. */
export function inTariff(faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => ({ ...fault, path: ['tariff', fault.path].filter(Boolean).join('.') }));
}
