/** What a proxy is told, as JSON. */
import type { Fault } from '../../kernel/refusal.js';
import { tariffOfJson } from '../../pricing/rules/tariff-json.js';
import { bodyFaults, MAX_TARIFF_LOTS } from './bid-faults.js';
import type { ProxyInstruction } from './proxy-instruction.js';

const WHOLE_BP = 10_000;
const MOST_TIERS = 100;

/** Faults of a body that should be an instruction, whatever the tender. */
export function instructionFaults(json: unknown): Fault[] {
  if (!isObject(json))
    return [{ path: '', reason: 'Send an instruction: an object with floor and, if you like, lots.' }];
  const { floor, lots = null, ...strangers } = json;
  return [
    ...Object.keys(strangers).map((key) => ({
      path: key,
      reason: `There is no ${key} here; possible are floor and lots.`,
    })),
    ...floorFaults(floor),
    ...lotsFaults(lots),
  ];
}

/** The instruction that a body without faults is. */
export function instructionOfJson(json: unknown): ProxyInstruction {
  const { floor, lots = null } = json as {
    floor: { kind: 'factor'; bp: Record<string, number> } | { kind: 'tariff'; tariff: unknown };
    lots?: string[] | null;
  };
  return {
    floor:
      floor.kind === 'factor'
        ? { kind: 'factor', bp: floor.bp }
        : { kind: 'tariff', tariff: tariffOfJson(floor.tariff) },
    lots,
  };
}

function floorFaults(floor: unknown): Fault[] {
  const path = 'floor';
  if (!isObject(floor))
    return [
      { path, reason: 'Say how far the proxy may go: {"kind":"factor","bp":{..}} or {"kind":"tariff","tariff":{..}}.' },
    ];
  const { kind, bp, tariff } = floor;
  if (kind === 'tariff') {
    return bodyFaults(tariff).map((fault) => ({
      ...fault,
      path: ['floor.tariff', fault.path].filter(Boolean).join('.'),
    }));
  }
  if (kind !== 'factor') return [{ path: 'floor.kind', reason: 'It is factor or tariff.' }];
  const tiers = isObject(bp) ? Object.entries(bp) : [];
  if (tiers.length === 0 || tiers.length > MOST_TIERS) {
    return [
      { path: 'floor.bp', reason: 'Name the tiers with the part of their price that you go down to, in basis points.' },
    ];
  }
  return tiers.flatMap(([tier, part]) =>
    Number.isInteger(part) && Number(part) >= 1 && Number(part) <= WHOLE_BP
      ? []
      : [{ path: `floor.bp.${tier}`, reason: `It must be a whole number from 1 to ${WHOLE_BP}: 9000 is nine tenths.` }],
  );
}

function lotsFaults(lots: unknown): Fault[] {
  if (lots === null) return [];
  const fits =
    Array.isArray(lots) &&
    lots.length > 0 &&
    lots.length <= MAX_TARIFF_LOTS &&
    lots.every((lot) => typeof lot === 'string');
  return fits
    ? []
    : [{ path: 'lots', reason: 'Name the lots that it shall win, or leave them out for any lines at all.' }];
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
