/**
 * What the model contract promises about installation and service: terms of the model itself, the same in every tender.
 * The contract says them, and service credits are reckoned by them.
 */

/** Calendar days from its call-off within which a line works. */
export const INSTALLATION_DAYS = 30;

/** The most days' price that one delay, or one outage, is credited with. */
export const MOST_CREDIT_DAYS = 30;
