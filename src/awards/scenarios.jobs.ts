/** What happens to scenario boards by themselves: each entry is solved, and the last one completes the board. */
import { Injectable } from '@nestjs/common';
import { AllocationService } from '../allocation/allocation.service.js';
import { readProblem } from '../allocation/rules/parse-problem.js';
import { JobSource } from '../platform/database/job-source.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { boardCompleted, solveAsked } from './awards.events.js';
import { noteComplete, type OpenSolve, openSolve, type Solved, writeAnswer } from './board-rows.js';
import { wonLots } from './rules/award.js';
import { problemOf, secondsOf } from './rules/board.js';

@Injectable()
export class ScenariosJobs {
  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly allocation: AllocationService,
  ) {}

  @OnFact(solveAsked, { name: 'awards.solve', long: true, patient: true })
  async solve({ inputHash }: { inputHash: string }): Promise<void> {
    const open = await openSolve(this.source.manager, inputHash);
    if (open === null) return;
    const answer = await this.answer(open);
    await this.deeds.runAsJob('awards.solve', (deed) => writeAnswer(deed, inputHash, answer));
  }

  @OnFact(boardCompleted, { name: 'awards.note-complete-board' })
  async complete(deed: Deed, board: { awardId: string; problemHash: string }): Promise<void> {
    if (!(await noteComplete(deed, board))) return;
    await deed.record({ type: 'award', id: board.awardId }, { board: board.problemHash, complete: true });
  }

  private async answer({ problem: tree, change, winners, proved }: OpenSolve): Promise<Solved> {
    // Read with its change, as a part of the rules or of the demand is unread as well. The thread then need not read it.
    const changed = problemOf(tree, change);
    const reading = readProblem(changed);
    const problem = reading.ok ? reading.problem : changed;
    // Under most changes the award's own allocation still keeps all rules.
    const known = wonLots(winners);
    const options = { seconds: secondsOf(change), read: reading.ok, rank: 'patient', known } as const;
    return 'gapsOf' in change
      ? this.allocation.gapsToWin(problem, [change.gapsOf], { ...options, proved: proved ? known : null })
      : { result: await this.allocation.solve(problem, options), gaps: [] };
  }
}
