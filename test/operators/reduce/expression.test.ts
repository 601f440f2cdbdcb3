import { describe, expect, it } from 'vitest';
import { compileExpression, LINE } from '../../../dist/operators/reduce/expression/program.js';

const steps = (text: string) => compileExpression(text).code.length / LINE;

describe('expressions', () => {
  it('work out once what is written twice, and beforehand what depends on no x', () => {
    expect(steps('x')).toBe(0);
    expect(steps('2 * pi + sqrt(16) ^ 2')).toBe(0);
    expect(compileExpression('-(2 ^ 3 ^ 2)').constants).toEqual(Float64Array.of(-512));
    expect(steps('sqrt(x) + sqrt(x)')).toBe(2);
    expect(steps('(x + 1) * (1 + x)')).toBe(2);
    expect(steps('x - 1 + (1 - x)')).toBe(3);
    expect(compileExpression('x + 3 * 4 + (8 + 4)').constants).toEqual(Float64Array.of(12));
  });

  it('make whole powers of few multiplications', () => {
    expect(['x^0', 'x^1', 'x^2', 'x^3', 'x^8', 'x^15', 'x^64'].map(steps)).toEqual([0, 0, 1, 2, 3, 6, 6]);
    expect(compileExpression('x^-2').slow).toBe(0);
    expect(steps('x^-2')).toBe(2);
    expect(['x^65', 'x^0.5', 'x^x', '2^x'].map((text) => compileExpression(text).slow)).toEqual([1, 1, 1, 1]);
  });

  it('add a square root in one step, unless it is needed elsewhere', () => {
    expect(['sqrt(x) + x^2', 'x^2 + sqrt(x)', '1 + sqrt(x)', 'sqrt(x) + sqrt(x + 1)'].map(steps)).toEqual([2, 2, 1, 3]);
    expect(['sqrt(x) + sqrt(x)', '(sqrt(x) + 1) * sqrt(x)', 'x - sqrt(x)'].map(steps)).toEqual([2, 3, 2]);
  });

  it('use a register again as soon as it is free', () => {
    expect(compileExpression('sqrt(abs(-x) + 1) * 3 - 2').registers).toBe(1);
    expect(compileExpression('sqrt(x) - x^2').registers).toBe(2);
    const many = Array.from({ length: 50 }, (_, i) => `(x+${i})*(x-${i})`).join(' + ');
    expect(compileExpression(many).registers).toBeLessThanOrEqual(4);
  });

  it.each([
    ['sqr(x)', /there is no function 'sqr'; did you mean sqrt\? \(column 1\)/],
    ['1 + y', /there is no 'y'; did you mean x\? \(column 5\)/],
    ['x + temperature', /there is no 'temperature'; known are x, pi, e \(column 5\)/],
    ['x + constructor(x)', /there is no function 'constructor'.*\(column 5\)/],
    ['__proto__', /there is no '__proto__'/],
    ['sqrt', /sqrt is a function: write sqrt\(x\) \(column 1\)/],
    ['x(3)', /there is no function 'x'/],
    ['sqrt(x', /\) is missing for the call of sqrt at column 1 \(column 7\)/],
    ['(x + 1', /\) is missing for the \( of column 1 \(column 7\)/],
    ['x + 1)', /an operator is missing before '\)' \(column 6\)/],
    ['2 x', /an operator is missing before 'x' \(column 3\)/],
    ['x 2.5', /an operator is missing before '2\.5'/],
    ['', /a number, x or a function is missing before the end \(column 1\)/],
    ['x +', /missing before the end \(column 4\)/],
    ['x * / 2', /missing before '\/' \(column 5\)/],
    ['max(x)', /max takes 2 values, not 1 \(column 1\)/],
    ['abs(x, 1)', /abs takes 1 value, not 2/],
    ['1 < x < 3', /only two sides are compared.* \(column 7\)/],
    ['x = 1', /'=' means nothing here \(column 3\)/],
    ['x % 2', /'%' means nothing here \(column 3\)/],
    ['x \u{1f600}', /'\u{1f600}' means nothing here/u],
    ['process.exit(1)', /.\.. means nothing here \(column 8\)/],
    ['x;x', /';' means nothing here/],
    ['1e', /an operator is missing before 'e' \(column 2\)/],
  ])('refuses %j', (text, message) => {
    expect(() => compileExpression(text)).toThrow(message);
  });

  it('refuses what is nested deeply, or long, without going deep itself', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}x${')'.repeat(depth)}`;
    expect(steps(nested(64))).toBe(0);
    expect(() => compileExpression(nested(65))).toThrow(/more than 64 parentheses.*\(column 65\)/);
    expect(() => compileExpression(`${'-'.repeat(400)}x`)).toThrow(/more than 64/);
    expect(() => compileExpression(`${'abs('.repeat(200)}x`)).toThrow(/more than 64/);
    expect(() => compileExpression(`${'x^'.repeat(400)}x`)).toThrow(/more than 64/);
    expect(() => compileExpression('('.repeat(1001))).toThrow(/has 1001 characters; 1000 is the limit/);
    expect(steps(`x${'+x'.repeat(400)}`)).toBe(400);
  });
});
