/** The prices that bounds are reckoned at, in whole numbers. */

/** Prices as integers in parts of a minor unit. */
export interface Prices {
  /** parts of a minor unit, a power of two */
  readonly scale: number;
  /** per piece of a unit */
  readonly unit: Float64Array;
  /** per line of a provider, for the share; not negative */
  readonly share: Float64Array;
}
