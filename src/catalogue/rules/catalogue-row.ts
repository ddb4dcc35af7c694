/** Reads the rows of regions.csv and tiers.csv: texts as people write them. */

/** What a cell must be; completes the sentence "<column> ...". */
export interface CellFault {
  readonly column: string;
  readonly reason: string;
}

export interface RegionInput {
  readonly code: string;
  readonly parentCode: string | null;
  readonly name: string;
}

export interface TierInput {
  readonly code: string;
  readonly name: string;
  readonly downMbps: number;
  readonly upMbps: number;
  readonly repairHours: number;
  readonly staticAddresses: number;
}

export const MAX_MBPS = 10_000_000;
export const MAX_REPAIR_HOURS = 8_760;
export const MAX_STATIC_ADDRESSES = 65_536;
export const MAX_NAME = 200;

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const CODE_REASON = 'must be 1 to 40 letters, digits, dots, dashes or underscores';

/** @returns the region, or all that is wrong with the row */
export function readRegion(values: Readonly<Record<'code' | 'parent' | 'name', string>>): RegionInput | CellFault[] {
  const faults = [codeFault('code', values.code), nameFault(values.name)];
  if (values.parent !== '') faults.push(codeFault('parent', values.parent));
  const found = faults.filter((fault) => fault !== null);
  if (found.length > 0) return found;
  return { code: values.code, parentCode: values.parent === '' ? null : values.parent, name: values.name };
}

/** @returns the service tier, or all that is wrong with the row */
export function readTier(
  values: Readonly<Record<'code' | 'name' | 'down_mbps' | 'up_mbps' | 'repair_hours' | 'static_addresses', string>>,
): TierInput | CellFault[] {
  const faults: CellFault[] = [codeFault('code', values.code), nameFault(values.name)].filter((f) => f !== null);
  const whole = (column: 'down_mbps' | 'up_mbps' | 'repair_hours' | 'static_addresses', min: number, max: number) => {
    const number = /^\d{1,9}$/.test(values[column]) ? Number(values[column]) : Number.NaN;
    if (number >= min && number <= max) return number;
    faults.push({ column, reason: `must be a whole number from ${min} to ${max}` });
    return 0;
  };
  const tier = {
    code: values.code,
    name: values.name,
    downMbps: whole('down_mbps', 1, MAX_MBPS),
    upMbps: whole('up_mbps', 1, MAX_MBPS),
    repairHours: whole('repair_hours', 1, MAX_REPAIR_HOURS),
    staticAddresses: values.static_addresses === '' ? 0 : whole('static_addresses', 0, MAX_STATIC_ADDRESSES),
  };
  return faults.length > 0 ? faults : tier;
}

function codeFault(column: string, code: string): CellFault | null {
  return CODE.test(code) ? null : { column, reason: CODE_REASON };
}

function nameFault(name: string): CellFault | null {
  return name.length >= 1 && name.length <= MAX_NAME
    ? null
    : { column: 'name', reason: `must have 1 to ${MAX_NAME} characters` };
}
