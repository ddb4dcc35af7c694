/** `pumasi solve FILE`: reads a problem, prints its result as one line of JSON. */
import { readFile, stat } from 'node:fs/promises';
import { toJson } from '../kernel/canonical.js';
import { answer } from './answer.js';
import { EFFORT } from './rules/effort.js';
import { lotWords } from './rules/lot-words.js';
import { parseProblem, type ProblemReading } from './rules/parse-problem.js';
import { LIMITS, type Result } from './rules/problem.js';
import { invalidOutcome } from './rules/solve.js';
import { SolverPool } from './solver.pool.js';

export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** Exit statuses: the problem was answered, the limit or the solver came before an answer, the file is no problem. */
const ANSWERED = 0;
const UNANSWERED = 1;
const INVALID = 2;

async function readProblemFile(file: string): Promise<ProblemReading> {
  const fault = (reason: string): ProblemReading => ({ ok: false, faults: [{ path: '', reason }] });
  let bytes: Uint8Array;
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LIMITS.fileBytes) return fault(`${file} has ${size} bytes; at most ${LIMITS.fileBytes} are read`);
    bytes = await readFile(file);
  } catch (error) {
    return fault(`${file} cannot be read: ${sentenceOf(error)}`);
  }
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fault(`${file} is not UTF-8 text`);
  }
  return parseProblem(text);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Solves the problem in a file.
 * @returns the exit status: 0 answered, 1 no answer within the limit, 2 the file is missing or not a problem
 */
export async function runSolve(file: string, options: { readonly seconds: number }, io: Output): Promise<number> {
  const reading = await readProblemFile(file);
  if (!reading.ok) {
    const result: Result = { ...invalidOutcome(reading.faults), solveMs: 0 };
    io.out(toJson(result));
    for (const line of result.explanation) io.err(line);
    return INVALID;
  }
  const pool = new SolverPool(1);
  try {
    const { problem } = reading;
    const { result, reasons } = await answer(
      pool,
      { problem, reasonsWithin: EFFORT.quick },
      { ...options, read: true },
    );
    const providers = new Map(problem.bids.map(({ id, provider }) => [id, provider]));
    const told = { problem, nameOf: (bid: string) => `${providers.get(bid)} (bid ${bid})` };
    const words = reasons.map((reason) => lotWords(reason, told));
    io.out(toJson({ ...result, explanation: [...result.explanation, ...words] }));
    return result.status === 'unknown' ? UNANSWERED : ANSWERED;
  } catch (error) {
    io.err(sentenceOf(error));
    return UNANSWERED;
  } finally {
    await pool.close();
  }
}
