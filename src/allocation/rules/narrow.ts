/**
 * What volumes alone rule out where units are awarded whole, whatever anything costs: a unit that only one bid can serve
 * is its own; what bids need for their fewest lines is gone for all others, and so is a unit that is larger than what is
 * left (bound consistency of knapsacks and, for several bids together, Hall's condition: Hall 1935, "On representatives of
 * subsets"). Prices say little where the fewest lines of high bands hardly fit beside each other; this tells at once.
 */
import type { Market } from './market.js';
import { NONE, type Region } from './region.js';

/** So many bids with the highest fewest lines are looked at in all combinations. */
const TOGETHER = 8;

/** Takes out of a region of whole units what volumes rule out; false when they leave nothing. */
export function narrow(market: Market, region: Region): boolean {
  const { forbidden } = region;
  return market.divisible || forbidden === null || new Narrowing(market, region, forbidden).run();
}

class Narrowing {
  /** per bid: fewest and most lines that it can still win, and those of the units that nobody else can serve */
  private readonly least: Float64Array;
  private readonly most: Float64Array;
  private readonly own: Float64Array;
  /** per bid x unit, 1 when it may win it */
  private readonly open: Uint8Array;
  private readonly weight: Float64Array;
  /** per unit the only bid that can serve it, NONE when there are several */
  private readonly only: Int32Array;
  private taken = 0;

  constructor(
    private readonly market: Market,
    private readonly region: Region,
    private readonly forbidden: Uint8Array,
  ) {
    const [bids, units] = [market.bids.length, market.units.length];
    this.least = new Float64Array(bids);
    this.most = new Float64Array(bids);
    this.own = new Float64Array(bids);
    this.open = new Uint8Array(bids * units);
    this.weight = Float64Array.from(market.units, (unit) => unit.weight * unit.pieces);
    this.only = new Int32Array(units);
  }

  run(): boolean {
    for (let before = -1; before !== this.taken;) {
      before = this.taken;
      if (!this.measure() || !this.together()) return false;
      this.apart();
    }
    return true;
  }

  private bar(bid: number, unit: number): void {
    const at = bid * this.weight.length + unit;
    if (this.open[at] === 0) return;
    this.open[at] = 0;
    this.forbidden[at] = 1;
    this.taken += 1;
  }

  /** Fewest and most lines of each bid; false when somebody or something is left without any. */
  private measure(): boolean {
    const { market, region, least, most, own, open, weight } = this;
    if (!this.parted()) return false;
    let [fewest, reach] = [0, 0];
    for (const [i, { options }] of market.bids.entries()) {
      let [lo, hi] = [Infinity, 0];
      for (const o of options) {
        if (region.allowed[o] !== 1) continue;
        lo = Math.min(lo, market.options[o]?.lo ?? 0);
        hi = Math.max(hi, market.options[o]?.hi ?? 0);
      }
      let lines = 0;
      // Who wins anything wins a whole unit.
      let smallest = Infinity;
      for (let u = 0; u < weight.length; u += 1) {
        if (open[i * weight.length + u] !== 1) continue;
        lines += weight[u] ?? 0;
        smallest = Math.min(smallest, weight[u] ?? 0);
      }
      least[i] = region.must[i] === 1 ? Math.max(lo, own[i] ?? 0, smallest) : 0;
      most[i] = Math.min(hi, lines);
      if ((least[i] ?? 0) > (most[i] ?? 0)) return false;
      fewest += least[i] ?? 0;
      reach += most[i] ?? 0;
    }
    return fewest <= market.totalLines && reach >= market.totalLines;
  }

  /** Who may win which unit, and must because nobody else can; false when nobody can. */
  private parted(): boolean {
    const { market, region, own, open, weight, only, forbidden } = this;
    const units = weight.length;
    const count = new Int32Array(units);
    open.fill(0);
    for (const [i, { options }] of market.bids.entries()) {
      for (const o of options) {
        const offered = market.options[o]?.units;
        if (region.allowed[o] !== 1 || !offered) continue;
        for (let k = 0; k < offered.length; k += 1) {
          const u = offered[k] ?? 0;
          const at = i * units + u;
          if (open[at] === 1 || forbidden[at] === 1) continue;
          open[at] = 1;
          count[u] = (count[u] ?? 0) + 1;
          only[u] = i;
        }
      }
    }
    own.fill(0);
    for (let u = 0; u < units; u += 1) {
      if (count[u] === 0) return false;
      if (count[u] !== 1) {
        only[u] = NONE;
        continue;
      }
      const bid = only[u] ?? 0;
      own[bid] = (own[bid] ?? 0) + (weight[u] ?? 0);
      if (region.must[bid] === 1) continue;
      region.must[bid] = 1;
      this.taken += 1;
    }
    return true;
  }

  /** What the fewest and the most lines of all others leave to each bid. */
  private apart(): void {
    const { market, region, least, most, own, weight, only } = this;
    const fewest = least.reduce((sum, lines) => sum + lines, 0);
    const reach = most.reduce((sum, lines) => sum + lines, 0);
    for (const [i, { options }] of market.bids.entries()) {
      const room = market.totalLines - (fewest - (least[i] ?? 0));
      const need = Math.max(market.totalLines - (reach - (most[i] ?? 0)), own[i] ?? 0);
      let widest = 0;
      for (const o of options) {
        const option = market.options[o];
        if (region.allowed[o] !== 1 || !option) continue;
        const lines = Math.min(option.hi, this.linesOf(i, option.units));
        if (option.lo > room || lines < Math.max(option.lo, need)) {
          region.allowed[o] = 0;
          this.taken += 1;
        } else {
          widest = Math.max(widest, lines);
        }
      }
      if (need > 0 && region.must[i] !== 1) {
        region.must[i] = 1;
        this.taken += 1;
      }
      const left = Math.min(room, widest) - (own[i] ?? 0);
      for (let u = 0; u < weight.length; u += 1) {
        if ((weight[u] ?? 0) > left && only[u] !== i) this.bar(i, u);
      }
    }
  }

  /** Lines of the units of an option that its bid may still win. */
  private linesOf(bid: number, offered: Int32Array): number {
    let lines = 0;
    for (let k = 0; k < offered.length; k += 1) {
      const u = offered[k] ?? 0;
      if (this.open[bid * this.weight.length + u] === 1) lines += this.weight[u] ?? 0;
    }
    return lines;
  }

  /**
   * Can some bids together reach their fewest lines with what they may win? A unit of theirs that is larger than what
   * they can spare goes to none of the others. False when they cannot.
   */
  private together(): boolean {
    const { market, least, open, weight } = this;
    const units = weight.length;
    const needing = market.bids.map((_, i) => i).filter((i) => (least[i] ?? 0) > 0);
    needing.sort((a, b) => (least[b] ?? 0) - (least[a] ?? 0) || a - b).splice(TOGETHER);
    /** a set of these bids is a sum of their bits; the others have none */
    const bits = new Int32Array(market.bids.length);
    for (const [at, i] of needing.entries()) bits[i] = 1 << at;
    const all = (1 << needing.length) - 1;
    const servedBy = new Int32Array(units);
    /** per set, the lines of the units that nobody outside of it serves, of these bids */
    const within = new Float64Array(all + 1);
    for (let u = 0; u < units; u += 1) {
      const set = needing.reduce((sum, i) => (open[i * units + u] === 1 ? sum | (bits[i] ?? 0) : sum), 0);
      servedBy[u] = set;
      within[set] = (within[set] ?? 0) + (weight[u] ?? 0);
    }
    for (let bit = 1; bit <= all; bit <<= 1) {
      for (let set = bit; set <= all; set += 1) {
        if ((set & bit) !== 0) within[set] = (within[set] ?? 0) + (within[set ^ bit] ?? 0);
      }
    }
    const widest = weight.reduce((most, lines) => Math.max(most, lines), 0);
    for (let set = 1; set <= all; set += 1) {
      const asked = needing.reduce((sum, i) => sum + ((set & (bits[i] ?? 0)) === 0 ? 0 : (least[i] ?? 0)), 0);
      const spare = market.totalLines - (within[all ^ set] ?? 0) - asked;
      if (spare < 0) return false;
      if (spare >= widest) continue;
      for (let u = 0; u < units; u += 1) {
        if ((weight[u] ?? 0) <= spare || ((servedBy[u] ?? 0) & set) === 0) continue;
        for (const [i, bit] of bits.entries()) if ((set & bit) === 0) this.bar(i, u);
      }
    }
    return true;
  }
}
