import { Injectable, type PipeTransform } from '@nestjs/common';
import { invalid } from '../kernel/refusal.js';
import { instructionFaults, instructionOfJson } from './rules/proxy-json.js';
import type { ProxyInstruction } from './rules/proxy-instruction.js';

/** Makes an instruction of a body, or says where it is none. */
@Injectable()
export class ParseProxy implements PipeTransform<unknown, ProxyInstruction> {
  transform(body: unknown): ProxyInstruction {
    const faults = instructionFaults(body);
    const [first] = faults;
    if (first) throw invalid('proxy.faults', `${first.path}: ${first.reason}`, faults);
    return instructionOfJson(body);
  }
}
