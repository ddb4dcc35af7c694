/**
 * Which bands can be reached together: the fewest lines of all that win are no more lines than there are. A knapsack
 * over the bids, of each at most one band, on top of what each band gains at given prices. Prices alone let parts of
 * many high bands be reached at once; this does not, which raises the bound where volume discounts are deep.
 * Lines are counted in coarse steps, rounded down: that leaves too much room now and then, never too little.
 */
import type { Market } from './market.js';
import { NONE, type Region } from './region.js';

/** Steps that all lines are divided into; fewer when there are fewer lines. */
const STEPS = 512;

/** What one of the bids that are alternatives to each other may do. */
interface Slot {
  readonly bids: readonly number[];
  /** options that may be worth while, NONE for nothing */
  readonly choices: readonly number[];
  /** place among those that need room, NONE for the others */
  readonly heavy: number;
  /** of one that needs no room: its best gain */
  readonly light: number;
}

/** Steps that the fewest lines of each option take. */
export class Volumes {
  readonly steps: number;
  readonly sizes: Int32Array;
  readonly slots: readonly (readonly number[])[];

  constructor(market: Market) {
    this.steps = Math.min(STEPS, market.totalLines);
    this.sizes = Int32Array.from(market.options, ({ lo }) => Math.floor((lo * this.steps) / market.totalLines));
    this.slots = market.slotsOf.flat();
  }
}

/** Best sums of gains, at most one option of each slot within the room. Gains are whole numbers, so that sums are exact. */
export class Packing {
  private readonly slots: Slot[];
  private readonly slotOf: Int32Array;
  private readonly lights: number;
  /** per number of slots that need room, and steps: the best of the first so many; and of all from there on */
  private readonly before: Float64Array[];
  private readonly after: Float64Array[];

  /** @param gains per option, -Infinity when it cannot be taken */
  constructor(
    private readonly market: Market,
    private readonly region: Region,
    private readonly volumes: Volumes,
    private readonly gains: Float64Array,
  ) {
    let heavies = 0;
    this.slotOf = new Int32Array(market.bids.length);
    this.slots = volumes.slots.map((bids, at): Slot => {
      for (const bid of bids) this.slotOf[bid] = at;
      const choices = this.choices(bids);
      const heavy = choices.some((o) => this.size(o) > 0);
      const light = choices.reduce((best, o) => Math.max(best, this.gain(o)), -Infinity);
      return { bids, choices, heavy: heavy ? heavies++ : NONE, light: heavy ? 0 : light };
    });
    this.lights = this.slots.reduce((sum, { light }) => sum + light, 0);
    const heavy = this.slots.filter((slot) => slot.heavy !== NONE);
    const none = new Float64Array(volumes.steps + 1);
    this.before = [none];
    for (const slot of heavy) this.before.push(this.with(slot, this.before.at(-1) ?? none));
    const after: Float64Array[] = [none];
    for (const slot of heavy.toReversed()) after.push(this.with(slot, after.at(-1) ?? none));
    this.after = after.toReversed();
  }

  /** The best sum; -Infinity when nothing fits. */
  best(): number {
    return this.lights + (this.before.at(-1)?.[this.volumes.steps] ?? 0);
  }

  /** The best sum of all others when an option is taken. */
  others(option: number): number {
    const at = this.slotOf[this.market.options[option]?.bid ?? 0] ?? 0;
    return this.besides(at, this.volumes.steps - this.size(option));
  }

  /** The best sum when a bid wins nothing. */
  without(bid: number): number {
    const at = this.slotOf[bid] ?? 0;
    const bids = this.slots[at]?.bids ?? [];
    const rest = bids.filter((i) => i !== bid);
    return this.choices(rest).reduce(
      (best, o) => Math.max(best, this.gain(o) + this.besides(at, this.volumes.steps - this.size(o))),
      -Infinity,
    );
  }

  /** Per bid the option of a best choice, NONE when it wins nothing. */
  chosen(): Int32Array {
    const choice = new Int32Array(this.market.bids.length).fill(NONE);
    let room = this.volumes.steps;
    for (const { choices, heavy, light } of this.slots.toReversed()) {
      const [first, all] = [this.before[heavy], this.before[heavy + 1]];
      const best = choices.find((o) => {
        if (!first || heavy === NONE) return this.gain(o) === light;
        return this.size(o) <= room && (first[room - this.size(o)] ?? 0) + this.gain(o) === all?.[room];
      });
      if (best === undefined || best === NONE) continue;
      choice[this.market.options[best]?.bid ?? 0] = best;
      room -= heavy === NONE ? 0 : this.size(best);
    }
    return choice;
  }

  private gain(option: number): number {
    return option === NONE ? 0 : (this.gains[option] ?? -Infinity);
  }

  private size(option: number): number {
    return option === NONE ? 0 : (this.volumes.sizes[option] ?? 0);
  }

  /** The choices of bids of which at most one wins, without those that gain less than one that is no larger. */
  private choices(bids: readonly number[]): number[] {
    const forced = bids.find((i) => this.region.must[i] === 1);
    const all = forced === undefined ? [NONE] : [];
    for (const i of bids) {
      if (forced !== undefined && i !== forced) continue;
      for (const o of this.market.bids[i]?.options ?? []) if (this.gain(o) > -Infinity) all.push(o);
    }
    all.sort((a, b) => this.size(a) - this.size(b) || this.gain(b) - this.gain(a) || a - b);
    let best = -Infinity;
    return all.filter((o) => this.gain(o) > best && ((best = this.gain(o)), true));
  }

  private with({ choices }: Slot, table: Float64Array): Float64Array {
    const sums = new Float64Array(table.length).fill(-Infinity);
    for (const o of choices) {
      const [size, gain] = [this.size(o), this.gain(o)];
      for (let room = size; room < sums.length; room += 1) {
        const sum = (table[room - size] ?? 0) + gain;
        if (sum > (sums[room] ?? 0)) sums[room] = sum;
      }
    }
    return sums;
  }

  /** The best sum of all slots but one within some room. */
  private besides(slot: number, room: number): number {
    const { heavy = NONE, light = 0 } = this.slots[slot] ?? {};
    if (room < 0) return -Infinity;
    if (heavy === NONE) {
      const others = this.slots.reduce((sum, other, at) => (at === slot ? sum : sum + other.light), 0);
      return light === -Infinity
        ? others + (this.after[0]?.[room] ?? 0)
        : this.lights - light + (this.after[0]?.[room] ?? 0);
    }
    const [before, after] = [this.before[heavy], this.after[heavy + 1]];
    if (!before || !after) return -Infinity;
    let best = -Infinity;
    for (let part = 0; part <= room; part += 1) best = Math.max(best, (before[part] ?? 0) + (after[room - part] ?? 0));
    return this.lights + best;
  }
}
