import { LooseDate } from './loose-date.js';
import {
  halfOfDay,
  isFiller,
  isUtc,
  monthOf,
  tokensOf,
  unitOf,
  Unreadable,
  weekdayOf,
} from './loose-words.js';

/** One text, read from left to right. Each `read…` takes what it understands, and tells whether it did. */
export class LooseTimeReader {
  readonly date = new LooseDate();
  hour: number | undefined;
  minute: number | undefined;
  second: number | undefined;
  micros: number | undefined;
  weekday: number | undefined;
  /** Seconds east of Greenwich. */
  offsetSeconds: number | undefined;
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  /** Errors: Unreadable. */
  read(): void {
    while (this.at < this.tokens.length) {
      const isRead =
        this.readNumber() || this.readWeekday() || this.readMonth() || this.readHalf() || this.readZone();
      if (!isRead && !isFiller(this.token)) throw new Unreadable();
      this.at++;
    }
  }

  get isEmpty(): boolean {
    return (
      this.date.count === 0 &&
      [this.hour, this.minute, this.second, this.weekday, this.offsetSeconds].every(
        (part) => part === undefined,
      )
    );
  }

  private get token(): string {
    return this.tokens[this.at] as string;
  }

  private ahead(distance: number): string | undefined {
    return this.tokens[this.at + distance];
  }

  private readNumber(): boolean {
    const { token } = this;
    if (!/^\d/.test(token)) return false;
    if (
      !this.readCompact(token) &&
      !this.readUnits(token) &&
      !this.readClock(token) &&
      !this.readDashed(token)
    ) {
      this.readLone(token);
    }
    return true;
  }

  /** Digits without anything between them: `20260131`, `103005.5`, `20260131103005`. */
  private readCompact(token: string): boolean {
    const [digits = '', fraction] = token.split('.');
    if (this.isClockOfDate(token)) this.setClock(token.slice(0, 2), token.slice(2) || undefined);
    else if (digits.length === 6) this.readSix(digits, fraction);
    else if (fraction === undefined && [8, 12, 14].includes(digits.length)) this.readLong(digits);
    else return false;
    return true;
  }

  /** Two or four digits after a whole date. */
  private isClockOfDate(token: string): boolean {
    const next = this.ahead(1);
    const endsHere = next === undefined || next === ' ' || halfOfDay(next) !== undefined;
    return this.date.count === 3 && [2, 4].includes(token.length) && this.hour === undefined && endsHere;
  }

  private readSix(digits: string, fraction: string | undefined): void {
    const [first, second, third] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)];
    if (this.date.count > 0 || fraction !== undefined) {
      this.setClock(first, second, `${third}.${fraction ?? ''}`);
      return;
    }
    for (const pair of [first, second, third]) this.date.add(pair);
  }

  private readLong(digits: string): void {
    this.date.add(digits.slice(0, 4), 'year');
    this.date.add(digits.slice(4, 6));
    this.date.add(digits.slice(6, 8));
    if (digits.length === 8) return;
    this.setClock(digits.slice(8, 10), digits.slice(10, 12), digits.slice(12) || undefined);
  }

  /** `10h`, `30 m`. */
  private readUnits(token: string): boolean {
    const distance = unitOf(this.ahead(1)) !== undefined ? 1 : this.ahead(1) === ' ' ? 2 : 0;
    const unit = distance === 0 ? undefined : unitOf(this.ahead(distance));
    if (unit === undefined) return false;
    if (unit !== 'second' && token.includes('.')) throw new Unreadable();
    if (unit === 'second') this.setSecond(token);
    else this[unit] = Number(token);
    this.at += distance;
    return true;
  }

  /** `10:30`, `10:30:05.25`. */
  private readClock(token: string): boolean {
    if (this.ahead(1) !== ':' || this.ahead(2) === undefined) return false;
    const hasSecond = this.ahead(3) === ':';
    this.setClock(token, this.ahead(2), hasSecond ? this.ahead(4) : undefined);
    if (hasSecond && this.ahead(4) === undefined) throw new Unreadable();
    this.at += hasSecond ? 4 : 2;
    return true;
  }

  /** `2026-01-31`, `31.01.2026`, `1/2`, `5-Jan-2026`. */
  private readDashed(token: string): boolean {
    const separator = this.ahead(1);
    if (separator === undefined || !'-/.'.includes(separator)) return false;
    this.date.add(token);
    this.at++;
    if (this.ahead(1) === undefined || isFiller(this.ahead(1))) return true;
    this.at++;
    this.addPart(this.token);
    if (this.ahead(1) !== separator) return true;
    this.at += 2;
    if (this.token === undefined) throw new Unreadable();
    this.addPart(this.token);
    return true;
  }

  private addPart(token: string): void {
    const month = monthOf(token);
    if (month !== undefined) this.date.add(month, 'month');
    else this.date.add(token);
  }

  private readLone(token: string): void {
    const next = this.ahead(1);
    const half = halfOfDay(next) ?? (isFiller(next) ? halfOfDay(this.ahead(2)) : undefined);
    if (half !== undefined && Number(token) < 24) {
      this.hour = hourOf(Math.trunc(Number(token)), half);
      this.at += halfOfDay(next) === undefined ? 2 : 1;
    } else if (next === undefined || isFiller(next)) {
      this.date.add(token);
      this.at++;
    } else if (this.date.couldBeDay(Number(token))) this.date.add(token);
    else throw new Unreadable();
  }

  private readWeekday(): boolean {
    const weekday = weekdayOf(this.token);
    if (weekday === undefined) return false;
    this.weekday = weekday;
    return true;
  }

  /** `Jan`, and what is bound to it: `Jan-05`, `Jan/05/2026`. */
  private readMonth(): boolean {
    const month = monthOf(this.token);
    if (month === undefined) return false;
    this.date.add(month, 'month');
    const separator = this.ahead(1);
    if (separator !== '-' && separator !== '/') return true;
    this.at += 2;
    if (this.token === undefined) throw new Unreadable();
    this.date.add(this.token);
    if (this.ahead(1) !== separator) return true;
    this.at += 2;
    if (this.token === undefined) throw new Unreadable();
    this.date.add(this.token);
    return true;
  }

  private readHalf(): boolean {
    const half = halfOfDay(this.token);
    if (half === undefined) return false;
    if (this.hour === undefined || this.hour > 12 || this.offsetSeconds !== undefined) throw new Unreadable();
    this.hour = hourOf(this.hour, half);
    return true;
  }

  /** `Z`, `UTC`, `+01:00`, `-0130`. Other names would be dropped by Feast, hours off: they are not taken. */
  private readZone(): boolean {
    if (this.hour === undefined) return false;
    const isSign = /^[+-]$/.test(this.token);
    if (this.offsetSeconds !== undefined) {
      if (isSign) throw new Unreadable();
      return false;
    }
    if (isSign) this.readOffset(this.token === '-' ? -1 : 1);
    else if (isUtc(this.token) && !/^[+-]$/.test(this.ahead(1) ?? '')) this.offsetSeconds = 0;
    else return false;
    return true;
  }

  private readOffset(sign: 1 | -1): void {
    const digits = this.ahead(1) ?? '';
    const hasColon = this.ahead(2) === ':' && digits.length <= 2;
    const minutes = hasColon ? (this.ahead(3) ?? '') : digits.slice(2);
    if (!/^(?:\d{1,2}|\d{4})$/.test(digits) || !/^\d{0,2}$/.test(minutes)) throw new Unreadable();
    this.offsetSeconds = sign * (Number(digits.slice(0, 2)) * 3600 + Number(minutes) * 60);
    this.at += hasColon ? 3 : 1;
  }

  private setClock(hour: string, minute?: string, second?: string): void {
    if (![hour, minute ?? '0'].every((part) => /^\d+$/.test(part))) throw new Unreadable();
    if (this.hour !== undefined) throw new Unreadable();
    this.hour = Number(hour);
    if (minute !== undefined) this.minute = Number(minute);
    if (second !== undefined) this.setSecond(second);
  }

  private setSecond(text: string): void {
    const [whole = '', fraction = ''] = text.split('.');
    if (!/^\d+$/.test(whole) || !/^\d*$/.test(fraction)) throw new Unreadable();
    this.second = Number(whole);
    this.micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  }
}

function hourOf(hour: number, half: 'am' | 'pm'): number {
  if (half === 'pm') return hour < 12 ? hour + 12 : hour;
  return hour === 12 ? 0 : hour;
}
