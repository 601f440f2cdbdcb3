/**
 * Conformance tests for your own operators, formats and layouts. They need no test framework: each throws an Error that
 * names the first difference it finds.
 *
 * ```js
 * import { testOperator } from 'fanfold/testing';
 * test('my operator', () => testOperator({ name: 'mine', module: new URL('./mine.js', import.meta.url).href }));
 * ```
 *
 * @module
 */
export { type FormatTest, testFormat } from './testing/format.js';
export { testLayout } from './testing/layout.js';
export { type OperatorTest, testOperator } from './testing/operator.js';
