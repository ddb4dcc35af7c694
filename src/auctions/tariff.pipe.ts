import { Injectable, type PipeTransform } from '@nestjs/common';
import { type Fault, invalid } from '../kernel/refusal.js';
import { bidTariffOfJson, tariffOfJson } from '../pricing/rules/tariff-json.js';
import type { BidTariff, Tariff } from '../pricing/rules/tariff.js';
import { bidBodyFaults } from './rules/alternatives.js';
import { bodyFaults } from './rules/bid-faults.js';

/** Makes a tariff of a body, or says where it is none. Lots and tiers are names here, which class shapes cannot check. */
@Injectable()
export class ParseTariff implements PipeTransform<unknown, Tariff> {
  transform(body: unknown): Tariff {
    unlessFaults(bodyFaults(body));
    return tariffOfJson(body);
  }
}

/** Makes a sealed bid of a body: a tariff that may have alternatives. */
@Injectable()
export class ParseBid implements PipeTransform<unknown, BidTariff> {
  transform(body: unknown): BidTariff {
    unlessFaults(bidBodyFaults(body));
    return bidTariffOfJson(body);
  }
}

/** Refuses a tariff with faults. The sentences quote its prices: they are for the bidder's own eyes, and never logged. */
export function unlessFaults(faults: readonly Fault[], code = 'bid.faults'): void {
  const [first] = faults;
  if (!first) return;
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw invalid(code, `${first.path}: ${first.reason}${rest}`, faults);
}
