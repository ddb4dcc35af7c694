import type { RegionView, TierView } from './catalogue.dto.js';
import type { Region, ServiceTier } from './catalogue.queries.js';

export function regionView({ code, parentCode, name, version }: Region): RegionView {
  return { code, parent: parentCode, name, version };
}

export function tierView(tier: ServiceTier): TierView {
  const { code, name, downMbps, upMbps, repairHours, staticAddresses, version } = tier;
  return { code, name, downMbps, upMbps, repairHours, staticAddresses, version };
}
