import { Unreadable } from './loose-words.js';

type Label = 'year' | 'month' | 'day';

/** Year, month and day; undefined where the text does not say. */
export type CalendarParts = Partial<Readonly<Record<Label, number>>>;

/** Numbers of a date in the order of the text, some of which say by themselves what they are. */
export class LooseDate {
  private readonly numbers: number[] = [];
  private readonly labelled = new Map<Label, number>();
  private hasCentury = false;

  get count(): number {
    return this.numbers.length;
  }

  /** Errors: Unreadable (no number, or a second one of its kind). */
  add(digits: string, label?: Label): void {
    if (!/^\d+(?:\.\d*)?$/.test(digits)) throw new Unreadable();
    const value = Math.trunc(Number(digits));
    const isYear = /^\d{3,}$/.test(digits) || value > 100;
    if (isYear) {
      if (label !== undefined && label !== 'year') throw new Unreadable();
      this.hasCentury = true;
    }
    const meaning = isYear ? 'year' : label;
    if (meaning !== undefined) {
      if (this.labelled.has(meaning)) throw new Unreadable();
      this.labelled.set(meaning, this.numbers.length);
    }
    this.numbers.push(value);
  }

  couldBeDay(value: number): boolean {
    return !this.labelled.has('day') && value >= 1 && value <= 31;
  }

  /** Units: `currentYear` decides on the century of a year of two digits. Errors: Unreadable. */
  resolve(currentYear: number): CalendarParts {
    const parts = this.parts();
    return parts.year === undefined ? parts : { ...parts, year: this.fullYear(parts.year, currentYear) };
  }

  private parts(): CalendarParts {
    const { numbers, labelled } = this;
    const isLabelled = numbers.length === labelled.size || (numbers.length === 3 && labelled.size === 2);
    if (numbers.length === 0) return {};
    if (isLabelled) return this.byLabels();
    switch (numbers.length) {
      case 1:
        return yearOrDay(numbers[0] as number);
      case 2:
        return this.ofTwo();
      case 3:
        return this.ofThree();
      default:
        throw new Unreadable();
    }
  }

  private byLabels(): CalendarParts {
    const all: readonly Label[] = ['year', 'month', 'day'];
    const positions = new Map(this.labelled);
    const missing = all.filter((label) => !positions.has(label));
    const free = [0, 1, 2].filter((at) => ![...positions.values()].includes(at));
    if (this.numbers.length === 3 && positions.size === 2) positions.set(missing[0]!, free[0]!);
    return Object.fromEntries([...positions].map(([label, at]) => [label, this.numbers[at]]));
  }

  private ofTwo(): CalendarParts {
    const [first = 0, second = 0] = this.numbers;
    const monthAt = this.labelled.get('month');
    if (monthAt !== undefined) {
      return { month: this.numbers[monthAt]!, ...yearOrDay(this.numbers[1 - monthAt]!) };
    }
    if (first > 31) return { year: first, month: second };
    if (second > 31) return { month: first, year: second };
    return { month: first, day: second };
  }

  private ofThree(): CalendarParts {
    const [first, second] = this.numbers as [number, number, number];
    const monthAt = this.labelled.get('month');
    if (monthAt === 0) return this.inOrder(second > 31 ? 'month year day' : 'month day year');
    if (monthAt === 1) return this.inOrder(first > 31 ? 'year month day' : 'day month year');
    if (monthAt === 2) return this.inOrder(second > 31 ? 'day year month' : 'year day month');
    if (first > 31 || this.labelled.get('year') === 0) return this.inOrder('year month day');
    return this.inOrder(first > 12 ? 'day month year' : 'month day year');
  }

  private inOrder(labels: string): CalendarParts {
    return Object.fromEntries(labels.split(' ').map((label, at) => [label, this.numbers[at]]));
  }

  private fullYear(year: number, currentYear: number): number {
    if (year >= 100 || this.hasCentury) return year;
    const near = year + Math.floor(currentYear / 100) * 100;
    if (near >= currentYear + 50) return near - 100;
    return near < currentYear - 50 ? near + 100 : near;
  }
}

function yearOrDay(value: number): CalendarParts {
  return value > 31 ? { year: value } : { day: value };
}
