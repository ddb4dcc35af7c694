/** What an association may take back of what it brought. */
import { type Fault, invalid, type Refusal } from '../../kernel/refusal.js';

/** Businesses taken back by one command; their references are kept in the audit log. */
export const MAX_TAKEN_BACK = 1_000;

/**
 * Where a business stands: brought by the association, pledged or changed by the member itself, or with no pledge in
 * the pool. A business that is absent from the map is not of the association's list.
 */
export type Standing = 'brought' | 'members-own' | 'absent';

const WHY_NOT = {
  unknown: 'is not a business of your list: give the business_ref of a file that you imported',
  'members-own': 'has pledged or changed its pledge itself: only the member can leave',
} as const;

/** May all of these be taken back? Every reference that may not is named by its place. */
export function whyNotTakeBack(
  references: readonly string[],
  standings: ReadonlyMap<string, Standing>,
): Refusal | null {
  const faults: Fault[] = references.flatMap((reference, index) => {
    const standing = standings.get(reference) ?? 'unknown';
    return standing === 'unknown' || standing === 'members-own'
      ? [{ path: `references.${index}`, reason: WHY_NOT[standing] }]
      : [];
  });
  const [fault] = faults;
  return fault ? invalid('take-back.invalid', `${fault.path} ${fault.reason}.`, faults) : null;
}
