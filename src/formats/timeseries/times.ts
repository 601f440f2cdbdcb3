const DATE =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?)?\s*(Z|[-+]\d{2}:?\d{2})?$/;

/** Seconds since 1970 of `2015-02-04 17:51:00` or `2015-02-04T17:51Z`; undefined for anything else. Without a zone it is UTC. */
export function dateSeconds(cell: string): number | undefined {
  const found = DATE.exec(cell);
  if (!found) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = found;
  const [m, d] = [Number(month), Number(day)];
  const whole = Date.UTC(Number(year), m - 1, d, Number(hour), Number(minute));
  const date = new Date(whole);
  const isDay = m >= 1 && m <= 12 && d >= 1 && d <= new Date(Date.UTC(Number(year), m, 0)).getUTCDate();
  if (!isDay || Number.isNaN(date.getTime()) || Number(hour) > 24 || Number(minute) > 59) return undefined;
  const [, sign, hours, minutes] = /^([-+])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const shift = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  return whole / 1000 + Number(second.replace(',', '.')) - shift;
}

/** True for what a column of times is usually called: `time`, `Date`, `timestamp`, `time (s)`, `t_s`. */
export function isTimeName(name: string): boolean {
  return /^(?:date|time|datetime|date_time|timestamp|t|seconds)(?:[\s_]*[([]?(?:s|sec|seconds)[)\]]?)?$/i.test(
    name.trim(),
  );
}

/** The middle value, or the mean of the two in the middle; 0 of none. */
export function median(values: Float64Array): number {
  if (values.length === 0) return 0;
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
