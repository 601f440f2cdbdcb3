import { describe, expect, it } from 'vitest';
import { parseFlags } from '../../dist/cli/flags.js';
import type { Params } from '../../dist/core/params.js';

const params = {
  dummy: { kind: 'number', help: '' },
  azimuthRange: { kind: 'numbers', help: '', example: '' },
  mask: { kind: 'arrays', help: '' },
  quiet: { kind: 'flag', help: '' },
  workers: { kind: 'number', help: '' },
} as const satisfies Params;

const parse = (...args: string[]) => parseFlags(args, params, 'fanfold test');

describe('flags', () => {
  it('take negative numbers as values, written with a blank or without', () => {
    const want = { dummy: '-2', azimuthRange: '-60,120', workers: '-1' };
    expect(parse('--dummy', '-2', '--azimuth-range', '-60,120', '-w', '-1').raw).toEqual(want);
    expect(parse('--dummy=-2', '--azimuth-range=-60,120', '--workers=-1').raw).toEqual(want);
    expect(parse('--dummy', '-.5', 'a.h5')).toEqual({ raw: { dummy: '-.5' }, positionals: ['a.h5'] });
  });

  it('are repeated where many make sense', () => {
    expect(parse('--mask', 'a', '--mask', 'b').raw).toEqual({ mask: ['a', 'b'] });
  });

  it('leave what stands behind -- and behind a flag without a value alone', () => {
    expect(parse('--', '--dummy', '-2').positionals).toEqual(['--dummy', '-2']);
    expect(() => parse('--quiet', '-2')).toThrow(/-2/);
    expect(() => parse('--dummy', '--quiet')).toThrow(/--dummy needs a value/);
  });
});
