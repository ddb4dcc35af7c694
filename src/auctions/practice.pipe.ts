import { Injectable, type PipeTransform } from '@nestjs/common';
import { practiceBodyFaults, practiceOfJson } from './rules/practice-json.js';
import type { PracticeWish } from './rules/practice.js';
import { unlessFaults } from './tariff.pipe.js';

/** Makes a wish of a body, or says where it is none. */
@Injectable()
export class ParsePractice implements PipeTransform<unknown, PracticeWish> {
  transform(body: unknown): PracticeWish {
    unlessFaults(practiceBodyFaults(body), 'practice.faults');
    return practiceOfJson(body);
  }
}
